from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import over_root, plus
from minikeras.types import Array


class Adadelta(Optimizer):
    """Gradient descent, scaled by a running size of past steps over one of past gradients.

    a ← ρ a + (1 − ρ) g²
    Δ = −√(d + ε) g / √(a + ε)
    d ← ρ d + (1 − ρ) Δ²
    w ← w + lr Δ

    rho: ρ, the part of the running means that a step retains.
    epsilon: ε, which keeps the roots away from 0.

    Parity: the paper has no lr.  lr = 1 gives its rule; Keras's default is 0.001.

    Source: Zeiler (2012).
    """

    learning_rate: float = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    slots = ("accumulated_grad", "accumulated_delta_var")
    kernel = "adadelta"

    def step(self, w: Array, g: Array, t: Any, lr: Any, a: Array, d: Array) -> Any:
        a = self.rho * a + (1 - self.rho) * (g * g)
        delta = -over_root(np.sqrt(d + self.epsilon) * g, a + self.epsilon)
        d = self.rho * d + (1 - self.rho) * (delta * delta)
        self.note(a=a, Δ=delta, d=d)
        return plus(w, lr * delta), a, d

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        return {"one_minus_rho": 1 - self.rho}
