from __future__ import annotations

from typing import Any

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import centered, minus, over_root
from minikeras.types import Array


class RMSprop(Optimizer):
    """Gradient descent, divided by a running size of the gradient.

    v ← ρ v + (1 − ρ) g²
    ḡ ← ρ ḡ + (1 − ρ) g                 if centered
    d = v + ε
    d = v − ḡ² + ε                      if centered
    Δ = lr g / √d
    M ← momentum M + Δ                  if momentum
    w ← w − Δ
    w ← w − M                           if momentum

    rho: ρ, the part of the running means that a step retains.
    momentum: the part of past steps that is added to a step; 0 for none.
    epsilon: ε, which keeps the root away from 0.
    centered: divide by an estimate of the standard deviation instead of the root mean square.

    Parity: ε stands inside the root.

    Source: Tieleman & Hinton (2012), lecture 6.5; Graves (2013) for ``centered``.
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    kernel = "rmsprop"

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        used = {"velocity": True, "momentum": self.momentum > 0, "average_gradient": self.centered}
        return tuple((slot,) for slot in used if used[slot])

    def slot_symbols(self) -> list[str]:
        return ["v", *(["M"] if self.momentum > 0 else []), *(["ḡ"] if self.centered else [])]

    def step(self, w: Array, g: Array, t: Any, lr: Any, v: Array, *others: Array) -> Any:
        rho, rest = self.rho, [*others]
        v = rho * v + (1 - rho) * (g * g)
        self.note(v=v)
        if self.centered:
            rest[-1] = mean = rho * rest[-1] + (1 - rho) * g
            d = centered(v, mean, self.epsilon)
            self.note(ḡ=mean)
        else:
            d = v + self.epsilon
        delta = over_root(lr * g, d)
        self.note(d=d, Δ=delta)
        if self.momentum > 0:
            rest[0] = delta = self.momentum * rest[0] + delta
            self.note(M=delta)
        return minus(w, delta), v, *rest

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        return {"one_minus_rho": 1 - self.rho}
