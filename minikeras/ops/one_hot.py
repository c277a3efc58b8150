"""Class numbers as zeros and ones."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes, shapes
from minikeras.ops.core import cast, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.one_hot import _one_hot
from minikeras.ops.reduction import max as maximum_along
from minikeras.types import DType, TensorLike


@operation("ops.nn")
def one_hot(
    x: TensorLike, num_classes: int, axis: int = -1, dtype: DType = None, sparse: bool = False
) -> TensorLike:
    """A new axis of `num_classes`, with 1 at the class x and 0 elsewhere.

    A class that does not exist gives zeros only.
    """
    if sparse:
        raise ValueError("sparse tensors do not exist on the NumPy backend: sparse=True")
    x = cast(x, "int64")
    axis = shapes.normalize_axis(axis, len(x.shape) + 1)
    return _one_hot(x, num_classes=int(num_classes), axis=axis, dtype=dtypes.of(dtype))


@operation("ops.nn")
def multi_hot(
    inputs: TensorLike,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: DType = None,
    sparse: bool = False,
    **kwargs: Any,
) -> TensorLike:
    """For each row, 1 at every class that occurs in it."""
    num_classes = kwargs.pop("num_tokens", None) if num_classes is None else num_classes
    if num_classes is None:
        raise ValueError("Argument `num_classes` must be specified.")
    x = tensor(inputs)
    hot = one_hot(x, num_classes, axis=axis, dtype=dtype, sparse=sparse)
    return maximum_along(hot, axis=1 if len(x.shape) > 1 else 0)
