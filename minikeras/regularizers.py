"""``keras.regularizers``: penalties on weights and outputs, which are added to the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, dataclass_transform

from minikeras import ops, tf_function
from minikeras.declare import Configurable, Registry
from minikeras.messages import describe
from minikeras.types import TensorLike


@dataclass_transform()
class Regularizer(Configurable):
    """A function from a tensor to a penalty.  Subclasses define ``__call__``."""

    if TYPE_CHECKING:  # a subclass without fields takes no arguments

        def __init__(self) -> None: ...

    def __call__(self, x: TensorLike) -> Any:
        """The penalty, a scalar."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        if not self._fields:
            raise NotImplementedError(f"{self} does not implement get_config()")
        return super().get_config()


def _factor(value: Any, name: str) -> float:
    if not isinstance(value, float | int) or not math.isfinite(value) or value < 0:
        raise ValueError(
            f"Invalid value for argument {name}: expected a non-negative float. "
            f"Received: {name}={describe(value)}"
        )
    return float(value)


class L1(Regularizer):
    """l1 Σ |x|

    l1: the factor; None for 0.01.

    Parity: ``get_config`` rounds l1 to floatx; that of ``L2`` does not round.

    Raises ValueError unless l1 is finite and not negative.
    """

    l1: float = 0.01

    def setup(self) -> None:
        self.l1 = _factor(0.01 if self.l1 is None else self.l1, "l1")

    def __call__(self, x: TensorLike) -> Any:
        return _times(self.l1, ops.sum(ops.absolute(x)))

    def get_config(self) -> dict[str, Any]:
        return {"l1": float(ops.convert_to_tensor(self.l1))}


class L2(Regularizer):
    """l2 Σ x², without a factor ½

    l2: the factor; None for 0.01.

    Raises ValueError unless l2 is finite and not negative.
    """

    l2: float = 0.01

    def setup(self) -> None:
        self.l2 = _factor(0.01 if self.l2 is None else self.l2, "l2")

    def __call__(self, x: TensorLike) -> Any:
        return _times(self.l2, ops.sum(ops.square(x)))


class L1L2(Regularizer):
    """l1 Σ |x| + l2 Σ x²

    l1, l2: the factors; None for 0.

    Raises ValueError unless both are finite and not negative.
    """

    l1: float = 0.0
    l2: float = 0.0

    def setup(self) -> None:
        self.l1 = _factor(0.0 if self.l1 is None else self.l1, "l1")
        self.l2 = _factor(0.0 if self.l2 is None else self.l2, "l2")

    def __call__(self, x: TensorLike) -> Any:
        penalty = ops.zeros((), dtype=x.dtype)
        if self.l1:
            penalty += _times(self.l1, ops.sum(ops.absolute(x)))
        if self.l2:
            penalty += _times(self.l2, ops.sum(ops.square(x)))
        return penalty


class OrthogonalRegularizer(Regularizer):
    """factor · mean over pairs i < j of |x̂ᵢ · x̂ⱼ|, where x̂ᵢ = xᵢ / ‖xᵢ‖

    factor: the factor.
    mode: whether xᵢ are the "rows" of a matrix or its "columns".

    Raises ValueError for another mode, for a factor that is negative or not finite, and in the call
    for a tensor that is no matrix.

    Parity: a matrix of one row has no pairs, and the penalty is nan.  An int as the factor and
    float64 matrices are accepted; Keras fails for both.
    """

    factor: float = 0.01
    mode: str = "rows"

    def setup(self) -> None:
        self.factor = _factor(self.factor, "factor")
        if self.mode not in ("rows", "columns"):
            raise ValueError(
                'Invalid value for argument `mode`. Expected one of {"rows", "columns"}. '
                f"Received: mode={describe(self.mode)}"
            )

    def __call__(self, inputs: TensorLike) -> Any:
        if len(inputs.shape) != 2:
            raise ValueError(
                "Inputs to OrthogonalRegularizer must have rank 2. Received: "
                f"inputs.shape={inputs.shape}"
            )
        if self.mode == "columns":
            inputs = ops.transpose(inputs)
        size = inputs.shape[0]
        inputs = ops.normalize(inputs, axis=1)
        products = ops.matmul(inputs, ops.transpose(inputs))
        others = products * (1.0 - ops.eye(size, dtype=inputs.dtype))
        pairs = size * (size - 1.0) / 2.0
        total = ops.sum(ops.absolute(others))
        if tf_function.is_inside() and pairs:  # Grappler multiplies the factors first
            return _times(0.5 * self.factor, tf_function.reciprocal(pairs, total.dtype)) * total
        return _times(0.5 * self.factor, total) / pairs

    def get_config(self) -> dict[str, Any]:
        return {"factor": float(ops.convert_to_tensor(self.factor)), "mode": self.mode}


def _times(factor: float, x: Any) -> Any:
    """factor · x; the factor is rounded to float32 first, as in Keras's cast of Python numbers."""
    return ops.cast(ops.convert_to_tensor(factor, dtype="float32"), x.dtype) * x


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

registry = Registry("regularizer", Regularizer, L1, L2, L1L2, OrthogonalRegularizer)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
