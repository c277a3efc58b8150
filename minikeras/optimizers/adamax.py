from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.optimizers.optimizer import Optimizer, once_per_apply
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the second moment.

    m ← m + (g − m) (1 − β₁)
    u ← max(β₂ u, |g|)
    Δ = lr m / ((1 − β₁ᵗ) (u + ε))
    w ← w − Δ

    Parity: ε is added to u, where the paper needs none.

    Source: Kingma & Ba (2015), section 7.1.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    slots = ("momentum", "norm")

    @once_per_apply
    def correction(self, t: Any, lr: Any) -> Any:
        """1 − β₁ᵗ"""
        return 1 - rounded(self.beta_1, t) ** t

    def step(self, w: Array, g: Array, t: Any, lr: Any, *slots: Array) -> Any:
        m, u = slots
        m = m + (g - m) * (1 - self.beta_1)
        u = np.maximum(self.beta_2 * u, np.abs(g))
        delta = lr * m / (self.correction(t, lr) * (u + self.epsilon))
        self.note(m=m, u=u, Δ=delta)
        return w - delta, m, u

    def fused(self, t: Any, lr: Any) -> tuple[Any, ...]:
        options = 1 - self.beta_1, self.beta_2, self.epsilon
        return "adamax", lr, self.correction(t, lr), *options
