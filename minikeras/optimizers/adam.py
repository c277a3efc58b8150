from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class Adam(Optimizer):
    """Gradient descent along a running mean of the gradient, divided by a running size of it.

    α = lr √(1 − β₂ᵗ) / (1 − β₁ᵗ)       both moments start at 0; this undoes the bias
    m ← m + (g − m) (1 − β₁)            first moment
    v ← v + (g² − v) (1 − β₂)           second moment
    v̂ ← max(v̂, v)                       if amsgrad
    Δ = m α / (√v + ε)
    Δ = m α / (√v̂ + ε)                  if amsgrad
    w ← w − Δ

    beta_1, beta_2: β₁ and β₂, the parts of the moments that a step retains.
    epsilon: ε, which keeps the divisor away from 0.
    amsgrad: divide by the largest second moment so far, v̂, instead of the present one.

    Parity: ε is the "epsilon hat" of Kingma & Ba (2015), section 2, not that of their
    Algorithm 1; v̂ is the maximum of uncorrected moments; β₁ᵗ and β₂ᵗ are powers of the
    betas rounded to float32, 1 − β₁ and 1 − β₂ are not.

    Source: Kingma & Ba (2015); Reddi, Kale & Kumar (2018) for ``amsgrad``.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    slots = ("momentum", "velocity")
    kernel = "adam"

    def setup(self) -> None:
        if self.amsgrad and self.kernel == "adam":
            self.kernel = "amsgrad"  # type: ignore[misc]  # of this object, not the class
        super().setup()

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (self.slots, ("velocity_hat",)) if self.amsgrad else (self.slots,)

    def step(
        self, w: Array, g: Array, t: Any, lr: Any, m: Array, v: Array, v̂: Array | None = None
    ) -> Any:
        alpha = corrected_rate(t, lr, self.beta_1, self.beta_2)
        m = m + (g - m) * (1 - self.beta_1)
        v = v + (g * g - v) * (1 - self.beta_2)
        if v̂ is None:
            delta = m * alpha / (np.sqrt(v) + self.epsilon)
            self.note(α=alpha, m=m, v=v, Δ=delta)
            return w - delta, m, v
        v̂ = np.maximum(v̂, v)
        delta = m * alpha / (np.sqrt(v̂) + self.epsilon)
        self.note(α=alpha, m=m, v=v, v̂=v̂, Δ=delta)
        return w - delta, m, v, v̂

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        return {
            "alpha": corrected_rate(t, lr, self.beta_1, self.beta_2),
            "one_minus_beta_1": 1 - self.beta_1,
            "one_minus_beta_2": 1 - self.beta_2,
        }


@functools.lru_cache(maxsize=16, typed=True)  # all variables of a step share it
def corrected_rate(t: Any, lr: Any, beta_1: float, beta_2: float) -> Any:
    """α = lr √(1 − β₂ᵗ) / (1 − β₁ᵗ)"""
    beta_1_power, beta_2_power = rounded(beta_1, t) ** t, rounded(beta_2, t) ** t
    return lr * np.sqrt(1 - beta_2_power) / (1 - beta_1_power)
