"""Sums, means, products and extremes along axes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import accumulating, averaging, counting, in_float32, quiet
from minikeras.types import Array, Shape, TensorLike

Axis = int | Sequence[int] | None
_FEW, _ROW = 16, 64  # numbers side by side, see ``_extreme``


def reduced_shape(x: Shape, *, axis: Axis, keepdims: bool) -> Shape:
    return shapes.reduced(x, axis, keepdims)


@primitive(dtype=separate, out="bool", constant=True, shape=reduced_shape)
def _all(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    """y = [every x along axis ≠ 0]"""
    return np.all(x, axis=axis, keepdims=keepdims)


@primitive(dtype=separate, out="bool", constant=True, shape=reduced_shape)
def _any(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    """y = [some x along axis ≠ 0]"""
    return np.any(x, axis=axis, keepdims=keepdims)


def _with_axes(y: TensorLike, x: TensorLike, axis: Axis) -> TensorLike:
    """The reduced array with its axes back, of size one."""
    return y.reshape(shapes.reduced(x.shape, axis, True))


@primitive(dtype=accumulating, shape=reduced_shape)
@quiet
def _sum(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = Σ x              dx = dy, repeated over the reduced axes"""
    return np.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


@_sum.vjp
def _sum_vjp(dy: Array, y: Array, x: Array, *, axis: Axis, keepdims: bool) -> Array:
    return np.broadcast_to(_with_axes(dy, x, axis), x.shape)


_sum.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@primitive(dtype=averaging, shape=reduced_shape)
@quiet
def _mean(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    """y = Σ x / n          dx = dy / n, repeated over the reduced axes

    Parity: the mean of nothing is NaN.
    """
    n = math.prod(x.shape[a] for a in axis)
    return np.divide(np.sum(x, axis=axis, keepdims=keepdims), x.dtype.type(n))


@_mean.vjp
def _mean_vjp(dy: Array, y: Array, x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    n = math.prod(x.shape[a] for a in axis)
    return np.broadcast_to(_with_axes(dy / n, x, axis), x.shape)


_mean.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@primitive(dtype=counting, shape=reduced_shape)
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
    return _with_axes(dy, x, axis) * np.transpose(rest, tuple(np.argsort(order)))


@primitive(dtype=separate, shape=reduced_shape)
@quiet
def _max(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = max x            dx = dy / (number of winners), at every winner

    Parity: ties share the gradient.  Of no numbers it is −∞.
    """
    if not x.size and x.dtype.kind == "f":
        return np.max(x, axis=axis, keepdims=keepdims, initial=-np.inf)
    return _extreme(np.maximum, x, axis, keepdims)


@_max.vjp
def _max_vjp(dy: Array, y: Array, x: Array, *, axis: Axis, keepdims: bool) -> Array:
    winners = (x == _with_axes(y, x, axis)).astype(x.dtype)
    return winners / winners.sum(axis=axis, keepdims=True) * _with_axes(dy, x, axis)


@primitive(dtype=separate, shape=reduced_shape)
@quiet
def _min(x: Array, *, axis: Axis, keepdims: bool) -> Array:
    """y = min x            dx = dy / (number of winners), at every winner

    Parity: ties share the gradient.
    """
    return _extreme(np.minimum, x, axis, keepdims)


def _extreme(ufunc: np.ufunc, x: Array, axis: Axis, keepdims: bool) -> Array:
    """``ufunc`` over some axes.

    NumPy is slow where only few numbers lie side by side that are not reduced, such as the channels
    of images.  Long rows are reduced first then; extremes do not depend on the order.
    """
    axes = tuple(sorted(shapes.normalize_axes(axis, x.ndim)))
    few = math.prod(x.shape[axes[-1] + 1 :]) if axes else x.size
    lengths = [x.shape[a] for a in axes]
    if 1 < few < _FEW and math.prod(lengths) >= _ROW and axes[-1] - axes[0] == len(axes) - 1:
        length = math.prod(lengths)
        parts = x.reshape(-1, length, few)
        whole = length - length % _ROW
        rows = ufunc.reduce(parts[:, :whole].reshape(len(parts), -1, _ROW * few), 1)
        rest = np.concatenate([rows.reshape(len(parts), _ROW, few), parts[:, whole:]], 1)
        return ufunc.reduce(rest, 1).reshape(shapes.reduced(x.shape, axes, keepdims))
    return ufunc.reduce(x, axis=axes, keepdims=keepdims)


@_min.vjp
def _min_vjp(dy: Array, y: Array, x: Array, **static: Any) -> Array:
    return _max_vjp(dy, y, x, **static)


@primitive(dtype=separate, out="int32", constant=True, shape=reduced_shape)
def _argmax(x: Array, *, axis: int | None, keepdims: bool) -> Array:
    """The first place of the largest element.

    Parity: −0.0 is smaller than 0.0, and NaN is passed over.
    """
    return np.argmax(_ordered(x, -np.inf), axis=axis, keepdims=keepdims).astype("int32")


@primitive(dtype=separate, out="int32", constant=True, shape=reduced_shape)
def _argmin(x: Array, *, axis: int | None, keepdims: bool) -> Array:
    """The first place of the smallest element.

    Parity: −0.0 is smaller than 0.0, and NaN is passed over.
    """
    return np.argmin(_ordered(x, np.inf), axis=axis, keepdims=keepdims).astype("int32")


def _ordered(x: Array, nan: float) -> Array:
    if x.dtype.kind != "f" or x.min(initial=np.inf) > 0:  # nothing to prepare, as for probabilities
        return x
    x = np.where((x == 0) & np.signbit(x), -np.finfo(x.dtype).tiny, x)
    return np.where(np.isnan(x), x.dtype.type(nan), x)
