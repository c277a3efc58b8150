from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class Adamax(Optimizer):
    """Adam with a decaying maximum of |g| in place of the second moment.

    m ← m + (g − m) (1 − β₁)
    u ← max(β₂ u, |g|)
    Δ = lr m / ((1 − β₁ᵗ) (u + ε))
    w ← w − Δ

    beta_1, beta_2: β₁ and β₂, the parts of m and u that a step retains.
    epsilon: ε, which keeps the divisor away from 0.

    Parity: the paper does not add ε to u.

    Source: Kingma & Ba (2015), section 7.1.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    slots = ("momentum", "norm")
    kernel = "adamax"

    def step(self, w: Array, g: Array, t: Any, lr: Any, m: Array, u: Array) -> Any:
        m = m + (g - m) * (1 - self.beta_1)
        u = np.maximum(self.beta_2 * u, np.abs(g))
        delta = lr * m / ((1 - rounded(self.beta_1, t) ** t) * (u + self.epsilon))
        self.note(m=m, u=u, Δ=delta)
        return w - delta, m, u

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        return {
            "one_minus_beta_1": 1 - self.beta_1,
            "one_minus_beta_1_power": 1 - rounded(self.beta_1, t) ** t,
        }
