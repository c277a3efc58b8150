from __future__ import annotations

from typing import Any

from minikeras.messages import describe
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rounding import minus, rounded
from minikeras.types import Array


class SGD(Optimizer):
    """Gradient descent, with a velocity if ``momentum`` is not 0.

    v ← momentum v − lr g                         if momentum
    w ← w − lr g
    w ← w + v                                     if momentum
    w ← w + (momentum v − lr g)                   if momentum and nesterov

    momentum: the part of the velocity that a step retains, a float in [0, 1].
    nesterov: add the velocity as it will be after one more step with the same gradient.

    Parity: v contains lr, so a new learning rate scales new gradients only; in PyTorch it scales
    the whole velocity.  ``nesterov`` without momentum changes nothing.

    Raises ValueError unless ``momentum`` is a float in [0, 1].

    Source: Sutskever, Martens, Dahl & Hinton (2013).
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    kernel = "sgd"
    linear = True

    def setup(self) -> None:
        if not isinstance(self.momentum, float) or not 0 <= self.momentum <= 1:
            raise ValueError(
                f"momentum must be a float in [0, 1], received {describe(self.momentum)}"
            )
        if self.momentum and self.kernel == "sgd":
            self.kernel = "sgd_momentum"  # type: ignore[misc]  # of this object, not the class
        super().setup()

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("momentum",),) if self.momentum else ()

    def step(self, w: Array, g: Array, t: Any, lr: Any, v: Array | None = None) -> Any:
        constant, factor = self._lr_factors
        lr = lr * constant
        lr_g = g * lr * factor if w.size == 1 else g * (lr * factor)
        if v is None:
            return minus(w, lr_g)
        momentum = rounded(self.momentum, w)
        v = v * momentum - lr_g
        self.note(v=v)
        return w + (v * momentum - lr_g if self.nesterov else v), v

    def rests(self) -> bool:
        return not self.momentum

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        constant, factor = self._lr_factors
        return {"lr": lr * constant, "factor": factor, "momentum": rounded(self.momentum, t)}
