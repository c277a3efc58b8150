from __future__ import annotations

from typing import Any

from minikeras import initializers
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import is_compiled, over_root
from minikeras.types import Array


class Adagrad(Optimizer):
    """Gradient descent whose rate falls, entry by entry, with the squares seen so far.

    a ← a + g²
    Δ = lr g / √(a + ε)
    w ← w − Δ

    Parity: a starts at ``initial_accumulator_value`` and ε stands inside the root.

    Source: Duchi, Hazan & Singer (2011).
    """

    learning_rate: float = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    slots = ("accumulator",)
    kernel = "adagrad"

    def slot_initializer(self, slot: str) -> Any:
        return initializers.Constant(self.initial_accumulator_value)

    def step(self, w: Array, g: Array, t: Any, lr: Any, a: Array) -> Any:
        a = a + g * g
        delta = over_root(lr * g, a + self.epsilon)
        self.note(a=a, Δ=delta)
        return w - delta, a

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        return {"lr": lr, "epsilon": self.epsilon, "compiled": is_compiled()}
