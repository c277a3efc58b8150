"""``keras.constraints``: projections that the optimizer applies to weights after each update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, dataclass_transform

from minikeras import ops, settings
from minikeras.declare import Configurable, Registry
from minikeras.types import TensorLike


@dataclass_transform()
class Constraint(Configurable):
    """A function from weights to weights.  Subclasses define ``__call__``."""

    if TYPE_CHECKING:  # a subclass without fields takes no arguments

        def __init__(self) -> None: ...

    def __call__(self, w: TensorLike) -> Any:
        return w


class NonNeg(Constraint):
    """max(w, 0)"""

    def __call__(self, w: TensorLike) -> Any:
        return ops.maximum(ops.convert_to_tensor(w), 0)


def _norms(w: TensorLike, axis: int | Sequence[int] | None) -> Any:
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """w · min(n, max_value) / (n + ε), with n = ‖w‖ along ``axis``

    max_value: the largest norm.
    axis: the axes of the weights of one unit: 0 for Dense, [0, 1, 2] for Conv2D; None for all.

    Parity: because of ε, norms above ``max_value`` become slightly less than it.
    """

    max_value: float = 2
    axis: int | Sequence[int] | None = 0

    def __call__(self, w: TensorLike) -> Any:
        w = ops.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        return w * (ops.clip(norms, 0, self.max_value) / (settings.epsilon() + norms))


class UnitNorm(Constraint):
    """w / (n + ε), with n = ‖w‖ along ``axis``

    axis: as for ``MaxNorm``.
    """

    axis: int | Sequence[int] | None = 0

    def __call__(self, w: TensorLike) -> Any:
        w = ops.convert_to_tensor(w)
        return w / (settings.epsilon() + _norms(w, self.axis))


class MinMaxNorm(Constraint):
    """w · (rate · min(max(n, min_value), max_value) + (1 − rate) · n) / (n + ε), with n = ‖w‖

    min_value, max_value: the limits of the norm.
    rate: how much of the way to the limits the norm moves: 1 for all of it.
    axis: as for ``MaxNorm``.
    """

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0
    axis: int | Sequence[int] | None = 0

    def __call__(self, w: TensorLike) -> Any:
        w = ops.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        clipped = ops.clip(norms, self.min_value, self.max_value)
        desired = self.rate * clipped + (1 - self.rate) * norms
        return w * (desired / (settings.epsilon() + norms))


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

registry = Registry("constraint", Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
