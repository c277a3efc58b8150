from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class Lion(Optimizer):
    """Steps of size lr, along the sign of a mean of momentum and gradient.

    Δ = lr sign(β₁ m + (1 − β₁) g)
    m ← β₂ m + (1 − β₂) g               after Δ was computed
    w ← w − Δ

    beta_1: β₁, the part of m in the mean that gives the sign.
    beta_2: β₂, the part of m that a step retains.

    Raises ValueError unless 0 < beta_1 ≤ 1.

    Source: Chen et al. (2023).
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.99

    slots = ("momentum",)
    kernel = "lion"

    def setup(self) -> None:
        if not 0 < self.beta_1 <= 1:
            raise ValueError(f"beta_1 must be in (0, 1], received {self.beta_1}")
        super().setup()

    def step(self, w: Array, g: Array, t: Any, lr: Any, m: Array) -> Any:
        beta_1, beta_2 = rounded(self.beta_1, w), rounded(self.beta_2, w)
        self.note(β1=beta_1, β2=beta_2)
        delta = lr * np.sign(m * beta_1 + g * (1 - beta_1))
        m = m * beta_2 + g * (1 - beta_2)
        self.note(Δ=delta, m=m)
        return w - delta, m

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        beta_1, beta_2 = rounded(self.beta_1, t), rounded(self.beta_2, t)
        return {
            "beta_1": beta_1,
            "one_minus_beta_1": 1 - beta_1,
            "beta_2": beta_2,
            "one_minus_beta_2": 1 - beta_2,
        }
