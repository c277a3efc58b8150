"""Operations that fold axes away, and running sums along an axis."""

import math

import numpy as np

from minikeras import shapes
from minikeras.autograd import operation, primitive, stop_gradient
from minikeras.dtypes import floating, separate
from minikeras.ops.arithmetic import divide_no_nan, maximum, minimum, sqrt, square
from minikeras.ops.comparison import _folded, isfinite
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.elementwise import exp, log
from minikeras.ops.kinds import accumulating, averaging, counting, in_float32, quiet
from minikeras.types import Array, Shape, TensorLike

Axis = int | tuple[int, ...] | list[int] | None


def _axes(x: TensorLike, axis: Axis) -> tuple[int, ...]:
    return shapes.normalize_axes(axis, len(x.shape))


def _spread(y: TensorLike, x: TensorLike, axis: Axis) -> TensorLike:
    """Give a folded array back its axes, with size one."""
    return y.reshape(shapes.reduced(x.shape, axis, True))


@primitive(dtype=accumulating, shape=_folded)
@quiet
def _sum(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = Σ x              dx = dy, spread over the folded axes"""
    return np.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


@_sum.vjp
def _sum_vjp(dy: Array, y: Array, x: Array, *, axis: Axis, keepdims: bool) -> Array:
    return np.broadcast_to(_spread(dy, x, axis), x.shape)


_sum.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@operation
def sum(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Sum along `axis`; whole numbers are summed in at least 32 bits."""
    x = tensor(x)
    return _sum(x, axis=_axes(x, axis), keepdims=keepdims)


@primitive(dtype=averaging, shape=_folded)
@quiet
def _mean(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    """y = Σ x / n          dx = dy / n, spread over the folded axes

    Parity: the mean of nothing is NaN.
    """
    n = math.prod(x.shape[a] for a in axis)
    return np.divide(np.sum(x, axis=axis, keepdims=keepdims), x.dtype.type(n))


@_mean.vjp
def _mean_vjp(dy: Array, y: Array, x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    n = math.prod(x.shape[a] for a in axis)
    return np.broadcast_to(_spread(dy / n, x, axis), x.shape)


_mean.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@operation
def mean(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Mean along `axis`: of whole numbers in float32, of half precision computed in float32."""
    x = tensor(x)
    y = _mean(x, axis=_axes(x, axis), keepdims=keepdims)
    return cast(y, x.dtype) if x.dtype == "float16" else y


@primitive(dtype=counting, shape=_folded)
@quiet
def _prod(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = Π x              dxᵢ = dy Π_{j≠i} xⱼ

    The product of the others is a running product from the left times one from the right,
    so that zeros do no harm.
    """
    return np.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


@_prod.vjp
def _prod_vjp(
    dy: Array, y: Array, x: Array, *, axis: tuple[int, ...], keepdims: bool
) -> TensorLike:
    others = tuple(i for i in range(len(x.shape)) if i not in axis)
    order = (*axis, *others)
    flat = np.transpose(x, order).reshape((-1, *(x.shape[i] for i in others)))
    one = np.ones_like(flat[:1])
    left = np.cumprod(np.concatenate([one, flat[:-1]]), axis=0)
    right = np.flip(np.cumprod(np.concatenate([one, np.flip(flat[1:], 0)]), axis=0), 0)
    rest = (left * right).reshape(tuple(x.shape[i] for i in order))
    return _spread(dy, x, axis) * np.transpose(rest, tuple(np.argsort(order)))


@operation
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


@primitive(dtype=separate, shape=_folded)
@quiet
def _max(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = max x            dx = dy / (number of winners), at every winner

    Parity: ties share the gradient.
    """
    return np.max(x, axis=axis, keepdims=keepdims)


@_max.vjp
def _max_vjp(dy: Array, y: Array, x: Array, *, axis: Axis, keepdims: bool) -> Array:
    winners = (x == _spread(y, x, axis)).astype(x.dtype)
    return winners / winners.sum(axis=axis, keepdims=True) * _spread(dy, x, axis)


@primitive(dtype=separate, shape=_folded)
@quiet
def _min(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = min x            dx = dy / (number of winners), at every winner

    Parity: ties share the gradient.
    """
    return np.min(x, axis=axis, keepdims=keepdims)


@_min.vjp
def _min_vjp(dy: Array, y: Array, x: Array, *, axis: Axis, keepdims: bool) -> Array:
    return _max_vjp(dy, y, x, axis=axis, keepdims=keepdims)


@operation
def max(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> TensorLike:
    """The largest element along `axis`, at least `initial`."""
    x = _not_empty(x, "max", initial)
    y = _max(x, axis=_axes(x, axis), keepdims=keepdims)
    return y if initial is None else cast(maximum(y, initial), x.dtype)


@operation
def min(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, initial: float | None = None
) -> TensorLike:
    """The smallest element along `axis`, at most `initial`."""
    x = _not_empty(x, "min", initial)
    y = _min(x, axis=_axes(x, axis), keepdims=keepdims)
    return y if initial is None else cast(minimum(y, initial), x.dtype)


amax, amin = max, min


def _not_empty(x: TensorLike, name: str, initial: float | None) -> TensorLike:
    x = tensor(x)
    if initial is None and 0 in x.shape:
        raise ValueError(f"Cannot compute the {name} of an empty tensor: x has shape {x.shape}")
    return x


@operation
def ptp(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Largest minus smallest element along `axis`."""
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


@operation
def var(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Population variance: the mean of (x − mean x)²."""
    x = tensor(x)
    dtype = floating(x.dtype)
    x = as_kind(averaging, x)
    return cast(mean(square(x - mean(x, axis, True)), axis, keepdims), dtype)


@operation
def std(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Square root of the population variance.

    Parity: the gradient at a constant x is NaN.
    """
    x = as_kind(floating, x)
    return sqrt(mean(square(x - mean(x, axis, True)), axis, keepdims))


@operation
def count_nonzero(x: TensorLike, axis: Axis = None) -> TensorLike:
    """How many elements along `axis` are not zero, as int32."""
    return sum(cast(cast(x, "bool"), "int32"), axis)


@operation
def logsumexp(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """y = m + ln Σ e^(x − m), m = max x (0 if infinite); the gradient is the softmax."""
    from minikeras.ops.indexing import where
    from minikeras.ops.manipulation import squeeze

    x = tensor(x)
    m = stop_gradient(_max(x, axis=_axes(x, axis), keepdims=True))
    m = where(isfinite(m), m, 0)
    total = sum(exp(x - m), axis, keepdims)
    return log(total) + (m if keepdims else squeeze(m, axis))


@operation
def average(x: TensorLike, axis: int | None = None, weights: TensorLike = None) -> TensorLike:
    """Σ w x / Σ w along `axis`; weights of rank 1 belong to that axis."""
    from minikeras.ops.products import tensordot

    if weights is None:
        return mean(as_kind(floating, x), axis)
    x, weights = as_kind(floating, x, weights)
    if axis is None or len(x.shape) == len(weights.shape):
        return sum(x * weights, axis) / sum(weights, axis)
    return tensordot(x, weights, ((axis,), (0,))) / sum(weights)


def _argument_shape(x: Shape, *, axis: int | None, keepdims: bool) -> Shape:
    return shapes.reduced(x, axis, keepdims)


@primitive(dtype=separate, out="int32", constant=True, shape=_argument_shape)
def _argmax(x: Array, *, axis: int | None, keepdims: bool) -> Array:
    """The first place of the largest element.

    Parity: −0.0 is smaller than 0.0, and NaN is passed over.
    """
    return np.argmax(_ordered(x, -np.inf), axis=axis, keepdims=keepdims).astype("int32")


@primitive(dtype=separate, out="int32", constant=True, shape=_argument_shape)
def _argmin(x: Array, *, axis: int | None, keepdims: bool) -> Array:
    """The first place of the smallest element.

    Parity: −0.0 is smaller than 0.0, and NaN is passed over.
    """
    return np.argmin(_ordered(x, np.inf), axis=axis, keepdims=keepdims).astype("int32")


def _ordered(x: Array, nan: float) -> Array:
    if x.dtype.kind != "f" or x.min(initial=np.inf) > 0:  # probabilities: spared three passes
        return x
    x = np.where((x == 0) & np.signbit(x), -np.finfo(x.dtype).tiny, x)
    return np.where(np.isnan(x), x.dtype.type(nan), x)


@operation
def argmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> TensorLike:
    """Index (int32) of the first largest element along `axis`; without axis, of the flat x."""
    return _argmax(x, axis=axis, keepdims=keepdims)


@operation
def argmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> TensorLike:
    """Index (int32) of the first smallest element along `axis`; without axis, of the flat x."""
    return _argmin(x, axis=axis, keepdims=keepdims)


@primitive(dtype=counting)
@quiet
def _cumsum(x: Array, *, axis: int, reverse: bool) -> Array:
    """yᵢ = Σ_{j≤i} xⱼ       dxᵢ = Σ_{j≥i} dyⱼ"""
    if reverse:
        return np.flip(np.cumsum(np.flip(x, axis), axis=axis, dtype=x.dtype), axis)
    return np.cumsum(x, axis=axis, dtype=x.dtype)


@_cumsum.shape
def _cumsum_shape(x: Shape, *, axis: int, reverse: bool) -> Shape:
    return x


@_cumsum.vjp
def _cumsum_vjp(dy: Array, y: Array, x: Array, *, axis: int, reverse: bool) -> TensorLike:
    return _cumsum(dy, axis=axis, reverse=not reverse)


@primitive(dtype=counting)
@quiet
def _cumprod(x: Array, *, axis: int) -> Array:
    """yᵢ = Π_{j≤i} xⱼ       dxᵢ = Σ_{j≥i} yⱼ dyⱼ / xᵢ

    Parity: where xᵢ = 0 the gradient is taken to be 0.
    """
    return np.cumprod(x, axis=axis, dtype=x.dtype)


@_cumprod.shape
def _cumprod_shape(x: Shape, *, axis: int) -> Shape:
    return x


@_cumprod.vjp
def _cumprod_vjp(dy: Array, y: Array, x: Array, *, axis: int) -> TensorLike:
    return divide_no_nan(_cumsum(y * dy, axis=axis, reverse=True), x)


def _running(x: TensorLike, axis: int | None, dtype: str | None) -> tuple[TensorLike, int]:
    x = tensor(x, dtype)
    if axis is None:
        return x.reshape((-1,)), 0
    return x, shapes.normalize_axis(axis, len(x.shape))


@operation
def cumsum(x: TensorLike, axis: int | None = None, dtype: str | None = None) -> TensorLike:
    """Running sum along `axis`; without axis, of the flat x."""
    x, along = _running(x, axis, dtype)
    return _cumsum(x, axis=along, reverse=False)


@operation
def cumprod(x: TensorLike, axis: int | None = None, dtype: str | None = None) -> TensorLike:
    """Running product along `axis`; without axis, of the flat x."""
    x, along = _running(x, axis, dtype)
    return _cumprod(x, axis=along)
