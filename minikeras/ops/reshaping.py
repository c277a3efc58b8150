"""The same elements in another shape, along other axes, or in another order."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from minikeras import shapes
from minikeras.ops.core import tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.reshaping import (
    _broadcast_to,
    _expand_dims,
    _flip,
    _reshape,
    _roll,
    _squeeze,
    _transpose,
)
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
def flip(x: TensorLike, axis: int | Sequence[int] | None = None) -> TensorLike:
    """x in reverse order along `axis` (None: along every axis)."""
    x = tensor(x)
    return _flip(x, axis=shapes.normalize_axes(axis, len(x.shape)))


@operation("ops.numpy numpy")
def fliplr(x: TensorLike) -> TensorLike:
    """x with its columns in reverse order."""
    return flip(x, 1)


@operation("ops.numpy numpy")
def flipud(x: TensorLike) -> TensorLike:
    """x with its rows in reverse order."""
    return flip(x, 0)


@operation("ops.numpy numpy")
def rot90(array: TensorLike, k: int = 1, axes: tuple[int, int] = (0, 1)) -> TensorLike:
    """A quarter turn, k times, from the first towards the second of two axes.

    Parity: Keras on TensorFlow scrambles a half turn of rectangles (k=2); this does not.
    """
    x = tensor(array)
    rank = len(x.shape)
    if rank < 2:
        raise ValueError(f"`array` must have at least 2 axes, received shape {tuple(x.shape)}")
    if len(axes) != 2 or axes[0] == axes[1]:
        raise ValueError(f"`axes` must be two different axes, received {axes}")
    a, b = (shapes.normalize_axis(axis, rank) for axis in axes)
    order = list(range(rank))
    order[a], order[b] = b, a
    match k % 4:
        case 1:
            return transpose(flip(x, b), order)
        case 2:
            return flip(x, (a, b))
        case 3:
            return flip(transpose(x, order), b)
    return x


@operation("ops.numpy numpy")
def roll(x: TensorLike, shift: Any, axis: Any = None) -> TensorLike:
    """x shifted by `shift` places along `axis`; what falls off comes back on the other side."""
    x = tensor(x)
    if axis is None:
        return reshape(_roll(ravel(x), shift=(int(shift),), axis=(0,)), x.shape)
    steps = tuple(map(int, shift)) if hasattr(shift, "__iter__") else (int(shift),)
    axes = tuple(axis) if hasattr(axis, "__iter__") else (axis,)
    return _roll(x, shift=steps, axis=tuple(shapes.normalize_axis(a, len(x.shape)) for a in axes))


@operation("ops.numpy numpy")
def reshape(x: TensorLike, newshape: Any) -> TensorLike:
    """x in another shape; one size may be −1: whatever is left.

    Raises ValueError if the number of elements does not fit.
    """
    x = tensor(x)
    newshape = (newshape,) if not hasattr(newshape, "__iter__") else newshape
    sizes = tuple(-1 if n is None else operator.index(n) for n in newshape)
    if None not in x.shape:
        have, want = math.prod(x.shape), math.prod(n for n in sizes if n != -1)
        if sizes.count(-1) > 1 or (have != want if -1 not in sizes else want and have % want):
            raise ValueError(f"cannot reshape a tensor of shape {tuple(x.shape)} into {sizes}")
    return _reshape(x, newshape=sizes)


@operation("ops.numpy Tensor numpy")
def ravel(x: TensorLike) -> TensorLike:
    """All elements of x in one row."""
    return _reshape(tensor(x), newshape=(-1,))


@operation("ops.numpy numpy")
def transpose(x: TensorLike, axes: Sequence[int] | None = None) -> TensorLike:
    """x with its axes in another order (None: reversed).

    Raises ValueError unless `axes` names each axis once.
    """
    x = tensor(x)
    rank = len(x.shape)
    order = shapes.normalize_axes(tuple(axes), rank) if axes else tuple(range(rank))[::-1]
    if len(order) != rank:
        raise ValueError(f"`axes` must name each of the {rank} axes once, received {axes}")
    return _transpose(x, axes=order)


@operation("ops.numpy numpy")
def moveaxis(x: TensorLike, source: Any, destination: Any) -> TensorLike:
    """x with the axes `source` at the places `destination`, the others in their order."""
    x = tensor(x)
    rank = len(x.shape)
    source = shapes.normalize_axes(source, rank)
    destination = shapes.normalize_axes(destination, rank)
    if len(source) != len(destination):
        raise ValueError(
            f"`source` and `destination` must be equally long, received {source}, {destination}"
        )
    order = [a for a in range(rank) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return _transpose(x, axes=tuple(order))


@operation("ops.numpy Tensor numpy")
def swapaxes(x: TensorLike, axis1: int, axis2: int) -> TensorLike:
    """x with two axes exchanged."""
    x = tensor(x)
    order = list(range(len(x.shape)))
    a, b = (shapes.normalize_axis(axis, len(order)) for axis in (axis1, axis2))
    order[a], order[b] = b, a
    return _transpose(x, axes=tuple(order))


@operation("ops.numpy Tensor numpy")
def squeeze(x: TensorLike, axis: int | Sequence[int] | None = None) -> TensorLike:
    """x without the given axes, or without all axes of size one.

    Raises ValueError if a given axis has another size.
    """
    x = tensor(x)
    if axis is None:
        axes = tuple(i for i, n in enumerate(x.shape) if n == 1)
    else:
        axes = shapes.normalize_axes(axis, len(x.shape))
    for a in axes:
        if x.shape[a] not in (1, None):
            raise ValueError(
                f"Cannot squeeze axis={a} of shape {tuple(x.shape)}: its size is not 1"
            )
    return _squeeze(x, axis=axes)


@operation("ops.numpy numpy")
def expand_dims(x: TensorLike, axis: int | Sequence[int]) -> TensorLike:
    """x with new axes of size one at the places `axis` of the result."""
    x = tensor(x)
    new = 1 if isinstance(axis, int) else len(axis)
    return _expand_dims(x, axis=tuple(sorted(shapes.normalize_axes(axis, len(x.shape) + new))))


@operation("ops.numpy numpy")
def broadcast_to(x: TensorLike, shape: Sequence[int | None]) -> TensorLike:
    """x repeated along its axes of size one, to the given shape."""
    return _broadcast_to(tensor(x), shape=tuple(shape))
