from __future__ import annotations

from typing import Any

from minikeras import initializers
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import minus, over_root, plus
from minikeras.types import Array


class Adagrad(Optimizer):
    """Gradient descent that divides each entry by the root of the sum of its squared gradients.

    a ← a + g²
    Δ = lr g / √(a + ε)
    w ← w − Δ

    initial_accumulator_value: a before the first step.
    epsilon: ε, which keeps the root away from 0.

    Parity: a does not start at 0, and ε stands inside the root.

    Source: Duchi, Hazan & Singer (2011).
    """

    learning_rate: float = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    slots = ("accumulator",)
    kernel = "adagrad"

    def slot_initializer(self, slot: str) -> Any:
        return initializers.Constant(self.initial_accumulator_value)

    def rests(self) -> bool:
        return True

    def step(self, w: Array, g: Array, t: Any, lr: Any, a: Array) -> Any:
        a = plus(a, g * g)
        delta = over_root(lr * g, a + self.epsilon)
        self.note(a=a, Δ=delta)
        return minus(w, delta), a
