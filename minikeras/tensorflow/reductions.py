"""``tf.math``: what is computed along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.tensorflow.convert import array, dtype_of, tensor
from minikeras.types import DType


def _same_dtype(x: Any, y: Any) -> Any:
    return y if x.dtype == y.dtype else ops.cast(y, str(np.dtype(x.dtype)))


def axes_of(axis: Any) -> Any:
    if axis is None or isinstance(axis, int):
        return axis
    found = array(axis)
    return int(found) if not found.ndim else tuple(found.tolist())


@frames.filter_traceback
def reduce_sum(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The sum over axes, in the dtype of the input."""
    x = tensor(input_tensor)
    return _same_dtype(x, ops.sum(x, axes_of(axis), keepdims))


@frames.filter_traceback
def reduce_mean(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The mean over axes; of integers it is cut off to an integer."""
    x = tensor(input_tensor)
    if np.dtype(x.dtype).kind not in "iu":
        return ops.mean(x, axes_of(axis), keepdims)
    total = array(reduce_sum(x, axis, keepdims))
    count = x.size // max(total.size, 1)
    quotient = np.sign(total) * (np.abs(total) // count) if count else total
    return tensor(quotient.astype(total.dtype))


@frames.filter_traceback
def reduce_max(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The largest element over axes."""
    return ops.max(tensor(input_tensor), axes_of(axis), keepdims)


@frames.filter_traceback
def reduce_min(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The smallest element over axes."""
    return ops.min(tensor(input_tensor), axes_of(axis), keepdims)


@frames.filter_traceback
def reduce_prod(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The product over axes, in the dtype of the input."""
    x = tensor(input_tensor)
    return _same_dtype(x, ops.prod(x, axes_of(axis), keepdims))


@frames.filter_traceback
def reduce_all(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Whether all elements over axes are true."""
    return ops.all(tensor(input_tensor), axes_of(axis), keepdims)


@frames.filter_traceback
def reduce_any(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Whether any element over axes is true."""
    return ops.any(tensor(input_tensor), axes_of(axis), keepdims)


@frames.filter_traceback
def reduce_logsumexp(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """ln Σ exp(x) over axes."""
    return ops.logsumexp(tensor(input_tensor), axes_of(axis), keepdims)


@frames.filter_traceback
def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The mean of (x − mean x)² over axes."""
    x, over = tensor(input_tensor), axes_of(axis)
    return ops.mean(ops.square(x - ops.mean(x, over, True)), over, keepdims)


@frames.filter_traceback
def reduce_std(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The square root of ``reduce_variance``."""
    return ops.sqrt(reduce_variance(input_tensor, axis, keepdims))


@frames.filter_traceback
def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """√(Σ x²) over axes."""
    return ops.sqrt(reduce_sum(ops.square(tensor(input_tensor)), axis, keepdims))


@frames.filter_traceback
def count_nonzero(
    input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: DType = "int64",
    name: str | None = None,
) -> Any:
    """How many elements over axes are not zero."""
    x = tensor(input)
    flags = ops.cast(ops.not_equal(x, ops.zeros_like(x)), dtype_of(dtype))
    return reduce_sum(flags, axis, bool(keepdims))


@frames.filter_traceback
def argmax(
    input: Any, axis: Any = None, output_type: DType = "int64", name: str | None = None
) -> Any:
    """Where the largest element of an axis is, of the first axis if none is given."""
    found = ops.argmax(tensor(input), 0 if axis is None else int(axis))
    return ops.cast(found, dtype_of(output_type))


@frames.filter_traceback
def argmin(
    input: Any, axis: Any = None, output_type: DType = "int64", name: str | None = None
) -> Any:
    """Where the smallest element of an axis is, of the first axis if none is given."""
    found = ops.argmin(tensor(input), 0 if axis is None else int(axis))
    return ops.cast(found, dtype_of(output_type))


def _cumulated(operation: Any, start: Any, x: Any, axis: int, exclusive: bool, rev: bool) -> Any:
    x = tensor(x)
    if rev:
        x = ops.flip(x, axis)
    if exclusive:
        head = [slice(None)] * len(x.shape)
        head[axis] = slice(0, -1)
        first = start(ops.take(x, [0], axis))
        x = ops.concatenate([first, x[tuple(head)]], axis)
    y = _same_dtype(x, operation(x, axis))
    return ops.flip(y, axis) if rev else y


@frames.filter_traceback
def cumsum(
    x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Any:
    """Sums of the elements up to each one, or with ``exclusive`` before it; from the end backwards
    with ``reverse``."""
    return _cumulated(ops.cumsum, ops.zeros_like, x, axis, exclusive, reverse)


@frames.filter_traceback
def cumprod(
    x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Any:
    """Products of the elements up to each one; see ``cumsum``."""
    return _cumulated(ops.cumprod, ops.ones_like, x, axis, exclusive, reverse)


__all__ = [
    "reduce_sum",
    "reduce_mean",
    "reduce_max",
    "reduce_min",
    "reduce_prod",
    "reduce_all",
    "reduce_any",
    "reduce_logsumexp",
    "reduce_variance",
    "reduce_std",
    "reduce_euclidean_norm",
    "count_nonzero",
    "argmax",
    "argmin",
    "cumsum",
    "cumprod",
]
