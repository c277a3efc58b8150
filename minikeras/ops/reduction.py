"""Reductions along axes."""

from minikeras import shapes
from minikeras.dtypes import floating
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.kinds import accumulating, averaging
from minikeras.ops.primitives.arithmetic import maximum, minimum, sqrt, square
from minikeras.ops.primitives.comparison import isfinite
from minikeras.ops.primitives.conversion import stop_gradient
from minikeras.ops.primitives.exponential import exp, log
from minikeras.ops.primitives.reduction import (
    Axis,
    _all,
    _any,
    _argmax,
    _argmin,
    _max,
    _mean,
    _min,
    _prod,
    _sum,
)
from minikeras.ops.products import tensordot
from minikeras.ops.reshaping import squeeze
from minikeras.types import TensorLike


@operation("ops.numpy Tensor numpy")
def all(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Whether every element along `axis` is true."""
    x = tensor(x)
    return _all(x, axis=_axes(x, axis), keepdims=keepdims)


@operation("ops.numpy Tensor numpy")
def any(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Whether some element along `axis` is true."""
    x = tensor(x)
    return _any(x, axis=_axes(x, axis), keepdims=keepdims)


def _axes(x: TensorLike, axis: Axis) -> tuple[int, ...]:
    return shapes.normalize_axes(axis, len(x.shape))


@operation("ops.numpy Tensor numpy")
def sum(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Sum along `axis`; whole numbers are summed in at least 32 bits."""
    x = tensor(x)
    return _sum(x, axis=_axes(x, axis), keepdims=keepdims)


@operation("ops.numpy Tensor numpy")
def mean(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Mean along `axis`: of whole numbers in float32, of half precision computed in float32."""
    x = tensor(x)
    y = _mean(x, axis=_axes(x, axis), keepdims=keepdims)
    return cast(y, x.dtype) if x.dtype == "float16" else y


@operation("ops.numpy Tensor numpy")
def prod(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, dtype: str | None = None
) -> TensorLike:
    """Product along `axis`; whole numbers are multiplied in at least 32 bits.

    Parity: `dtype` is ignored, except that narrow whole numbers then stay narrow.
    """
    x = tensor(x)
    if dtype is None:
        x = as_kind(accumulating, x)
    return _prod(x, axis=_axes(x, axis), keepdims=keepdims)


@operation("ops.numpy Tensor numpy")
def max(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> TensorLike:
    """The largest element along `axis`, at least `initial`."""
    x = _not_empty(x, "max", initial)
    y = _max(x, axis=_axes(x, axis), keepdims=keepdims)
    return y if initial is None else cast(maximum(y, initial), x.dtype)


@operation("ops.numpy Tensor numpy")
def min(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> TensorLike:
    """The smallest element along `axis`, at most `initial`."""
    x = _not_empty(x, "min", initial)
    y = _min(x, axis=_axes(x, axis), keepdims=keepdims)
    return y if initial is None else cast(minimum(y, initial), x.dtype)


@operation("ops.numpy numpy")
def amax(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """The largest element along `axis`."""
    return max(x, axis, keepdims)


@operation("ops.numpy numpy")
def amin(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """The smallest element along `axis`."""
    return min(x, axis, keepdims)


def _not_empty(x: TensorLike, name: str, initial: float | None) -> TensorLike:
    x = tensor(x)
    if initial is None and 0 in x.shape:
        raise ValueError(f"Cannot compute the {name} of an empty tensor: x has shape {x.shape}")
    return x


@operation("ops.numpy numpy")
def ptp(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Largest minus smallest element along `axis`."""
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


@operation("ops.numpy Tensor numpy")
def var(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Population variance: the mean of (x − mean x)²."""
    x = tensor(x)
    dtype = floating(x.dtype)
    x = as_kind(averaging, x)
    return cast(mean(square(x - mean(x, axis, True)), axis, keepdims), dtype)


@operation("ops.numpy Tensor numpy")
def std(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Square root of the population variance.

    Parity: the gradient at a constant x is NaN.
    """
    x = as_kind(floating, x)
    return sqrt(mean(square(x - mean(x, axis, True)), axis, keepdims))


@operation("ops.numpy numpy")
def count_nonzero(x: TensorLike, axis: Axis = None) -> TensorLike:
    """How many elements along `axis` are not zero, as int32."""
    return sum(cast(cast(x, "bool"), "int32"), axis)


@operation("ops")
def logsumexp(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """y = m + ln Σ e^(x − m), m = max x (0 if infinite); the gradient is the softmax."""
    x = tensor(x)
    m = stop_gradient(_max(x, axis=_axes(x, axis), keepdims=True))
    m = where(isfinite(m), m, 0)
    total = sum(exp(x - m), axis, keepdims)
    return log(total) + (m if keepdims else squeeze(m, axis))


@operation("ops.numpy numpy")
def average(x: TensorLike, axis: int | None = None, weights: TensorLike = None) -> TensorLike:
    """Σ w x / Σ w along `axis`; weights of rank 1 belong to that axis."""
    if weights is None:
        return mean(as_kind(floating, x), axis)
    x, weights = as_kind(floating, x, weights)
    if axis is None or len(x.shape) == len(weights.shape):
        return sum(x * weights, axis) / sum(weights, axis)
    return tensordot(x, weights, ((axis,), (0,))) / sum(weights)


@operation("ops.numpy Tensor numpy")
def argmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> TensorLike:
    """Index (int32) of the first largest element along `axis`; without axis, of the flat x."""
    return _argmax(x, axis=axis, keepdims=keepdims)


@operation("ops.numpy Tensor numpy")
def argmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> TensorLike:
    """Index (int32) of the first smallest element along `axis`; without axis, of the flat x."""
    return _argmin(x, axis=axis, keepdims=keepdims)
