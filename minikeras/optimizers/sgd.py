from __future__ import annotations

from typing import Any

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import rounded
from minikeras.types import Array


class SGD(Optimizer):
    """Gradient descent, with a velocity if ``momentum`` is not 0.

    v ← momentum v − lr g                         if momentum
    w ← w − lr g
    w ← w + v                                     if momentum
    w ← w + momentum v − lr g                     if momentum and nesterov

    Parity: lr is part of v, so that a new learning rate acts on new gradients only (in
    PyTorch it scales the whole velocity); ``nesterov`` without momentum changes nothing.

    Raises ValueError unless ``momentum`` is a float in [0, 1].

    Source: Sutskever, Martens, Dahl & Hinton (2013).
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def setup(self) -> None:
        if not isinstance(self.momentum, float) or not 0 <= self.momentum <= 1:
            raise ValueError(f"momentum must be a float in [0, 1], received {self.momentum!r}")
        self.slots = ("momentum",) if self.momentum else ()  # type: ignore[misc]
        super().setup()

    def step(self, w: Array, g: Array, t: Any, lr: Any, *slots: Array) -> Any:
        if not slots:
            return w - g * lr
        momentum = rounded(self.momentum, w)
        v = slots[0] * momentum - g * lr
        self.note(v=v)
        return w + (v * momentum - g * lr if self.nesterov else v), v

    def fused(self, t: Any, lr: Any) -> tuple[Any, ...]:
        if self.slots:
            return "sgd_momentum", lr, rounded(self.momentum, t), self.nesterov
        return "sgd", lr
