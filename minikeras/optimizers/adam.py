from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from minikeras.optimizers.optimizer import Optimizer, once_per_apply
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class Adam(Optimizer):
    """Gradient descent along a running mean of the gradient, scaled by its running size.

    α = lr √(1 − β₂ᵗ) / (1 − β₁ᵗ)       both moments start at 0; this undoes the bias
    m ← m + (g − m) (1 − β₁)            first moment
    v ← v + (g² − v) (1 − β₂)           second moment
    v̂ ← max(v̂, v)                       if amsgrad
    Δ = m α / (√v + ε)
    Δ = m α / (√v̂ + ε)                  if amsgrad
    w ← w − Δ

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

    slots: ClassVar[tuple[str, ...]] = ("momentum", "velocity")

    def setup(self) -> None:
        if self.amsgrad:
            self.slots = ("momentum", "velocity", "velocity_hat")  # type: ignore[misc]
        super().setup()

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return self.slots[:2], self.slots[2:]

    @once_per_apply
    def rate(self, t: Any, lr: Any) -> Any:
        """α"""
        beta_1_power, beta_2_power = rounded(self.beta_1, t) ** t, rounded(self.beta_2, t) ** t
        return lr * np.sqrt(1 - beta_2_power) / (1 - beta_1_power)

    def step(self, w: Array, g: Array, t: Any, lr: Any, *slots: Array) -> Any:
        m, v, *rest = slots
        alpha = self.rate(t, lr)
        m = m + (g - m) * (1 - self.beta_1)
        v = v + (g * g - v) * (1 - self.beta_2)
        self.note(α=alpha, m=m, v=v)
        size = v
        if self.amsgrad:
            size = np.maximum(rest[0], v)
            rest = [size]
            self.note(v̂=size)
        delta = m * alpha / (np.sqrt(size) + self.epsilon)
        self.note(Δ=delta)
        return w - delta, m, v, *rest

    def fused(self, t: Any, lr: Any) -> tuple[Any, ...]:
        kernel = "amsgrad" if self.amsgrad else "adam"
        return kernel, self.rate(t, lr), 1 - self.beta_1, 1 - self.beta_2, self.epsilon
