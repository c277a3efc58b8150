"""The same elements in another shape, or along other axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.shapes import unchanged
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=separate, shape=unchanged)
def _flip(x: Array, *, axis: tuple[int, ...]) -> Array:
    """x in reverse order       dx = dy in reverse order"""
    return np.flip(x, axis)


@_flip.vjp
def _flip_vjp(dy: Array, y: Array, x: Array, *, axis: tuple[int, ...]) -> TensorLike:
    return _flip.compute(dy, axis=axis)


@primitive(dtype=separate, shape=unchanged)
def _roll(x: Array, *, shift: tuple[int, ...], axis: tuple[int, ...]) -> Array:
    """x shifted around in a circle         dx = dy shifted back"""
    return np.roll(x, shift, axis)


@_roll.vjp
def _roll_vjp(
    dy: Array, y: Array, x: Array, *, shift: tuple[int, ...], axis: tuple[int, ...]
) -> TensorLike:
    return _roll.compute(dy, shift=tuple(-s for s in shift), axis=axis)


@primitive(dtype=separate)
def _reshape(x: Array, *, newshape: Shape) -> Array:
    """The elements of x in row-major order, in another shape        dx = dy in the shape of x"""
    return x.reshape(newshape)  # type: ignore[arg-type]  # no size is None here


@_reshape.shape
def _reshape_shape(x: Shape, *, newshape: Shape) -> Shape:
    if -1 not in newshape:
        return newshape
    known = math.prod(n for n in newshape if n not in (-1, None))
    total, rest = shapes.size(x), None
    if total is not None and None not in newshape:
        if known == 0 or total % known:
            raise ValueError(f"cannot reshape {x} into {newshape}")
        rest = total // known
    return tuple(rest if n == -1 else n for n in newshape)


@_reshape.vjp
def _reshape_vjp(dy: Array, y: Array, x: Array, **static: Any) -> Array:
    return dy.reshape(x.shape)


@primitive(dtype=separate)
def _transpose(x: Array, *, axes: tuple[int, ...]) -> Array:
    """Axis i of y is axis axes[i] of x         dx = dy with its axes put back"""
    return np.transpose(x, axes)


@_transpose.shape
def _transpose_shape(x: Shape, *, axes: tuple[int, ...]) -> Shape:
    return tuple(x[a] for a in axes)


@_transpose.vjp
def _transpose_vjp(dy: Array, y: Array, x: Array, *, axes: tuple[int, ...]) -> TensorLike:
    return _transpose.compute(dy, axes=tuple(sorted(range(len(axes)), key=axes.__getitem__)))


@primitive(dtype=separate)
def _squeeze(x: Array, *, axis: tuple[int, ...]) -> Array:
    """x without the named axes of size one       dx = dy with them"""
    return np.squeeze(x, axis)


@_squeeze.shape
def _squeeze_shape(x: Shape, *, axis: tuple[int, ...]) -> Shape:
    return tuple(n for i, n in enumerate(x) if i not in axis)


_squeeze.vjp(_reshape_vjp)


@primitive(dtype=separate)
def _expand_dims(x: Array, *, axis: tuple[int, ...]) -> Array:
    """x with new axes of size one        dx = dy without them"""
    return np.expand_dims(x, axis)


@_expand_dims.shape
def _expand_dims_shape(x: Shape, *, axis: tuple[int, ...]) -> Shape:
    sizes = list(x)
    for a in axis:
        sizes.insert(a, 1)
    return tuple(sizes)


_expand_dims.vjp(_reshape_vjp)


@primitive(dtype=separate, broadcasts=True)
def _broadcast_to(x: Array, *, shape: Shape) -> Array:
    """x repeated along its axes of size one        dx = Σ dy over the repetitions"""
    return np.broadcast_to(x, shape)  # type: ignore[arg-type]  # no size is None here


@_broadcast_to.shape
def _broadcast_to_shape(x: Shape, *, shape: Shape) -> Shape:
    shapes.broadcast(x, shape)
    return shape


@_broadcast_to.vjp
def _broadcast_to_vjp(dy: Array, y: Array, x: Array, *, shape: Shape) -> Array:
    return dy
