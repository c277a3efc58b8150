"""Picking elements out, and putting them back."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.autograd.indexed_slices import IndexedSlices
from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.types import Array, Shape, TensorLike

Key = Any  # whatever stands between brackets


@primitive(dtype=separate)
def _getitem(x: Array, *, key: Key) -> Array:
    """y = x[key]           dx[key] += dy"""
    return np.asarray(x[key], x.dtype)  # of text, NumPy would make another dtype


@_getitem.shape
def _getitem_shape(x: Shape, *, key: Key) -> Shape:
    if None not in x:
        return np.broadcast_to(np.False_, x)[key].shape  # type: ignore[arg-type]  # no None in x
    # A size that follows the unknown ones is itself unknown: try two stand-ins and compare.
    one, two = (
        np.broadcast_to(np.False_, tuple(m if n is None else n for n in x))[key].shape
        for m in (10007, 20011)
    )
    return tuple(a if a == b else None for a, b in zip(one, two, strict=True))


@_getitem.vjp
def _getitem_vjp(dy: Array, y: Array, x: Array, *, key: Key) -> TensorLike:
    return _put.compute(dy, key=key, shape=tuple(x.shape))


@primitive(dtype=separate)
def _put(x: Array, *, key: Key, shape: tuple[int, ...]) -> Array:
    """y = 0 but y[key] += x        dx = dy[key]"""
    y = np.zeros(shape, x.dtype)
    if _is_basic(key):
        y[key] = x
    else:
        np.add.at(y, key, x)
    return y


@_put.shape
def _put_shape(x: Shape, *, key: Key, shape: tuple[int, ...]) -> Shape:
    return shape


@_put.vjp
def _put_vjp(dy: Array, y: Array, x: Array, *, key: Key, shape: tuple[int, ...]) -> TensorLike:
    return _getitem.compute(dy, key=key)


def _is_basic(key: Key) -> bool:
    """No array among the indices, so that no element is picked twice."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(p is None or p is Ellipsis or isinstance(p, (int, slice)) for p in parts)


def _is_large_lookup(x: Array, indices: Array, *, axis: int) -> bool:
    """Whether so many rows are looked up that threads pay."""
    return (
        axis == 0
        and indices.dtype.kind == "i"
        and x.dtype.char in "fd"
        and x.size * indices.size > 50_000 * len(x)
    )


@primitive(dtype=separate)
def _take(x: Array, indices: Array, *, axis: int) -> Array:
    """y = the slices of x at the indices       dx = dy added up at the indices

    Negative indices count from the end; an index out of range is an error.
    """
    return np.take(x, indices, axis)


_take.fast("minikeras.kernels.lookup", rules="forward", when=_is_large_lookup)


@_take.shape
def _take_shape(x: Shape, indices: Shape, *, axis: int) -> Shape:
    return (*x[:axis], *indices, *x[axis + 1 :])


@_take.vjp
def _take_vjp(dy: Array, y: Array, x: Array, indices: Array, *, axis: int) -> TensorLike:
    if axis == 0 and type(dy) is np.ndarray:
        return IndexedSlices(dy, np.where(indices < 0, indices + len(x), indices), x.shape), None
    return lambda: _add_at.compute(dy, indices, axis=axis, size=x.shape[axis]), None


_MANY = 4096  # numbers: below, NumPy takes less than a tenth of a millisecond


@primitive(dtype=separate)
def _add_at(x: Array, indices: Array, *, axis: int, size: int) -> Array:
    """y starts as zeros; y[indices[i]] += x[i]         dx[i] = dy[indices[i]]

    Equal indices add up in the order in which they stand.
    """
    y = np.zeros((*x.shape[:axis], size, *x.shape[axis + np.ndim(indices) :]), x.dtype)
    key: Key = (*(slice(None),) * axis, indices)
    np.add.at(y, key, x)
    return y


_add_at.fast(
    "minikeras.kernels.lookup",
    rules="forward",
    when=lambda x, indices, axis, size: (
        axis == 0 and indices.dtype.kind == "i" and x.dtype.char in "fd" and x.size >= _MANY
    ),
)


@_add_at.shape
def _add_at_shape(x: Shape, indices: Shape, *, axis: int, size: int) -> Shape:
    return (*x[:axis], size, *x[axis + len(indices) :])


@_add_at.vjp
def _add_at_vjp(
    dy: Array, y: Array, x: Array, indices: Array, *, axis: int, size: int
) -> TensorLike:
    return lambda: _take.compute(dy, indices, axis=axis), None


@primitive(dtype=separate)
def _take_along_axis(x: Array, indices: Array, *, axis: int) -> Array:
    """yᵢ = x[indicesᵢ] for each row along the axis         dx[indicesᵢ] += dyᵢ"""
    return np.take_along_axis(x, indices, axis)


@_take_along_axis.shape
def _take_along_axis_shape(x: Shape, indices: Shape, *, axis: int) -> Shape:
    others = shapes.broadcast(_without(x, axis), _without(indices, axis))
    return (*others[:axis], indices[axis], *others[axis + 1 :])


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis + 1 :])


@_take_along_axis.vjp
def _take_along_axis_vjp(dy: Array, y: Array, x: Array, indices: Array, *, axis: int) -> TensorLike:
    return lambda: _add_along_axis.compute(dy, indices, axis=axis, shape=tuple(x.shape)), None


@primitive(dtype=separate)
def _add_along_axis(x: Array, indices: Array, *, axis: int, shape: tuple[int, ...]) -> Array:
    """y = 0 but y[indicesᵢ] += xᵢ for each row along the axis      dxᵢ = dy[indicesᵢ]"""
    y = np.zeros(shape, x.dtype)
    grid = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    grid = [np.minimum(g, n - 1) for g, n in zip(grid, shape, strict=True)]  # stretched axes
    grid[axis] = indices
    np.add.at(y, tuple(grid), x)
    return y


@_add_along_axis.shape
def _add_along_axis_shape(x: Shape, indices: Shape, *, axis: int, shape: tuple[int, ...]) -> Shape:
    return shape


@_add_along_axis.vjp
def _add_along_axis_vjp(
    dy: Array, y: Array, x: Array, indices: Array, *, axis: int, shape: tuple[int, ...]
) -> TensorLike:
    return lambda: _take_along_axis.compute(dy, indices, axis=axis), None


@primitive(dtype=separate, broadcasts=True, out=lambda condition, x1, x2: x1)
def _where(condition: Array, x1: Array, x2: Array) -> Array:
    """y = x₁ where condition, else x₂      dx₁ = dy there, else 0;  dx₂ the other way round"""
    return np.where(condition, x1, x2)


@_where.vjp
def _where_vjp(dy: Array, y: Array, condition: Array, x1: Array, x2: Array) -> TensorLike:
    zero = np.zeros((), dy.dtype)
    return (
        None,
        lambda: _where.compute(condition, dy, zero),
        lambda: _where.compute(condition, zero, dy),
    )
