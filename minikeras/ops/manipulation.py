"""The same elements in another arrangement: reshaping, moving axes, joining, splitting, padding."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.autograd import operation, primitive
from minikeras.dtypes import promote, separate
from minikeras.ops.core import tensor
from minikeras.types import Array, Shape, TensorLike


def _rank(x: TensorLike) -> int:
    return len(x.shape)


@primitive(dtype=separate)
def _reshape(x: Array, *, newshape: Shape) -> Array:
    """The elements of x in row-major order, in another shape        dx = dy in the shape of x"""
    return x.reshape(newshape)  # type: ignore[arg-type]


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
def _reshape_vjp(dy: Array, y: Array, x: Array, *, newshape: Shape) -> Array:
    return dy.reshape(x.shape)


@operation
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


@operation
def ravel(x: TensorLike) -> TensorLike:
    """All elements of x in one row."""
    return _reshape(tensor(x), newshape=(-1,))


@primitive(dtype=separate)
def _transpose(x: Array, *, axes: tuple[int, ...]) -> Array:
    """Axis i of y is axis axes[i] of x         dx = dy with its axes put back"""
    return np.transpose(x, axes)


@_transpose.shape
def _transpose_shape(x: Shape, *, axes: tuple[int, ...]) -> Shape:
    return tuple(x[a] for a in axes)


@_transpose.vjp
def _transpose_vjp(dy: Array, y: Array, x: Array, *, axes: tuple[int, ...]) -> TensorLike:
    return _transpose(dy, axes=tuple(sorted(range(len(axes)), key=axes.__getitem__)))


@operation
def transpose(x: TensorLike, axes: Sequence[int] | None = None) -> TensorLike:
    """x with its axes in another order (None: reversed).

    Raises ValueError unless `axes` names each axis once.
    """
    x = tensor(x)
    rank = _rank(x)
    order = shapes.normalize_axes(tuple(axes), rank) if axes else tuple(range(rank))[::-1]
    if len(order) != rank:
        raise ValueError(f"`axes` must name each of the {rank} axes once, received {axes}")
    return _transpose(x, axes=order)


@operation
def moveaxis(x: TensorLike, source: Any, destination: Any) -> TensorLike:
    """x with the axes `source` at the places `destination`, the others in their order."""
    x = tensor(x)
    rank = _rank(x)
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


@operation
def swapaxes(x: TensorLike, axis1: int, axis2: int) -> TensorLike:
    """x with two axes exchanged."""
    x = tensor(x)
    order = list(range(_rank(x)))
    a, b = (shapes.normalize_axis(axis, len(order)) for axis in (axis1, axis2))
    order[a], order[b] = b, a
    return _transpose(x, axes=tuple(order))


@primitive(dtype=separate)
def _squeeze(x: Array, *, axis: tuple[int, ...]) -> Array:
    """x without the named axes of size one       dx = dy with them"""
    return np.squeeze(x, axis)


@_squeeze.shape
def _squeeze_shape(x: Shape, *, axis: tuple[int, ...]) -> Shape:
    return tuple(n for i, n in enumerate(x) if i not in axis)


@_squeeze.vjp
def _squeeze_vjp(dy: Array, y: Array, x: Array, *, axis: tuple[int, ...]) -> Array:
    return dy.reshape(x.shape)


@operation
def squeeze(x: TensorLike, axis: int | Sequence[int] | None = None) -> TensorLike:
    """x without the given axes, or without all axes of size one.

    Raises ValueError if a given axis has another size.
    """
    x = tensor(x)
    if axis is None:
        axes = tuple(i for i, n in enumerate(x.shape) if n == 1)
    else:
        axes = shapes.normalize_axes(axis, _rank(x))
    for a in axes:
        if x.shape[a] not in (1, None):
            raise ValueError(
                f"Cannot squeeze axis={a} of shape {tuple(x.shape)}: its size is not 1"
            )
    return _squeeze(x, axis=axes)


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


@_expand_dims.vjp
def _expand_dims_vjp(dy: Array, y: Array, x: Array, *, axis: tuple[int, ...]) -> Array:
    return dy.reshape(x.shape)


@operation
def expand_dims(x: TensorLike, axis: int | Sequence[int]) -> TensorLike:
    """x with new axes of size one at the places `axis` of the result."""
    x = tensor(x)
    new = 1 if isinstance(axis, int) else len(axis)
    return _expand_dims(x, axis=tuple(sorted(shapes.normalize_axes(axis, _rank(x) + new))))


@primitive(dtype=separate, broadcasts=True)
def _broadcast_to(x: Array, *, shape: Shape) -> Array:
    """x repeated along its axes of size one        dx = Σ dy over the repetitions"""
    return np.broadcast_to(x, shape)  # type: ignore[arg-type]


@_broadcast_to.shape
def _broadcast_to_shape(x: Shape, *, shape: Shape) -> Shape:
    shapes.broadcast(x, shape)
    return shape


@_broadcast_to.vjp
def _broadcast_to_vjp(dy: Array, y: Array, x: Array, *, shape: Shape) -> Array:
    return dy


@operation
def broadcast_to(x: TensorLike, shape: Sequence[int]) -> TensorLike:
    """x repeated along its axes of size one, to the given shape."""
    return _broadcast_to(tensor(x), shape=tuple(shape))


@primitive(dtype=separate)
def _tile(x: Array, *, repeats: tuple[int, ...]) -> Array:
    """x laid side by side       dx = Σ dy over the copies"""
    return np.tile(x, repeats)


@_tile.shape
def _tile_shape(x: Shape, *, repeats: tuple[int, ...]) -> Shape:
    return tuple(n if n is None else n * r for n, r in zip(x, repeats, strict=True))


@_tile.vjp
def _tile_vjp(dy: Array, y: Array, x: Array, *, repeats: tuple[int, ...]) -> TensorLike:
    paired = tuple(n for pair in zip(repeats, x.shape, strict=True) for n in pair)
    return dy.reshape(paired).sum(axis=tuple(range(0, len(paired), 2)))


@operation
def tile(x: TensorLike, repeats: int | Sequence[int]) -> TensorLike:
    """x repeated `repeats` times along each axis; missing axes and repeats count as one."""
    x = tensor(x)
    counts = tuple(int(r) for r in (repeats if hasattr(repeats, "__iter__") else (repeats,)))
    counts = (1,) * (_rank(x) - len(counts)) + counts
    if len(counts) > _rank(x):
        x = _expand_dims(x, axis=tuple(range(len(counts) - _rank(x))))
    return _tile(x, repeats=counts)


@primitive(dtype=promote)
def _concatenate(*xs: Array, axis: int) -> Array:
    """The tensors one after another along an axis        dxᵢ = its stretch of dy"""
    return np.concatenate(xs, axis)


@_concatenate.shape
def _concatenate_shape(*xs: Shape, axis: int) -> Shape:
    for x in xs:
        if len(x) != len(xs[0]) or not all(
            shapes.match(m, n) for i, (m, n) in enumerate(zip(x, xs[0], strict=True)) if i != axis
        ):
            raise ValueError(
                f"concatenate joins shapes that agree outside axis {axis}, received {list(xs)}"
            )
    along = [x[axis] for x in xs]
    total = None if None in along else sum(along)  # type: ignore[arg-type]
    others = [next((x[i] for x in xs if x[i] is not None), None) for i in range(len(xs[0]))]
    return (*others[:axis], total, *others[axis + 1 :])


@_concatenate.vjp
def _concatenate_vjp(dy: Array, y: Array, *xs: Array, axis: int) -> TensorLike:
    ends = np.cumsum([x.shape[axis] for x in xs]).tolist()
    starts = [0, *ends[:-1]]
    before = (slice(None),) * axis
    return tuple(dy[(*before, slice(a, b))] for a, b in zip(starts, ends, strict=True))


@operation
def concatenate(xs: Sequence[TensorLike], axis: int = 0) -> TensorLike:
    """The tensors one after another along `axis`, in their common dtype."""
    xs = [tensor(x) for x in xs]
    axis = shapes.normalize_axis(-1 if axis is None else axis, _rank(xs[0]))
    _concatenate_shape(*(tuple(x.shape) for x in xs), axis=axis)
    return _concatenate(*xs, axis=axis)


@primitive(dtype=promote)
def _stack(*xs: Array, axis: int) -> Array:
    """The tensors side by side along a new axis        dxᵢ = its slice of dy"""
    return np.stack(xs, axis)


@_stack.shape
def _stack_shape(*xs: Shape, axis: int) -> Shape:
    if any(len(x) != len(xs[0]) or not all(map(shapes.match, x, xs[0])) for x in xs):
        raise ValueError(f"stack needs tensors of one shape, received {list(xs)}")
    sizes = [next((n for n in column if n is not None), None) for column in zip(*xs, strict=True)]
    return (*sizes[:axis], len(xs), *sizes[axis:])


@_stack.vjp
def _stack_vjp(dy: Array, y: Array, *xs: Array, axis: int) -> TensorLike:
    before: tuple[Any, ...] = (slice(None),) * axis
    return tuple(dy[(*before, i)] for i in range(len(xs)))


@operation
def stack(x: Sequence[TensorLike], axis: int = 0) -> TensorLike:
    """The tensors side by side along a new axis, in their common dtype."""
    xs = [tensor(v) for v in x]
    axis = shapes.normalize_axis(axis, _rank(xs[0]) + 1)
    _stack_shape(*(tuple(v.shape) for v in xs), axis=axis)
    return _stack(*xs, axis=axis)


@primitive(dtype=separate)
def _split(x: Array, *, ends: tuple[int, ...], axis: int) -> tuple[Array, ...]:
    """Consecutive stretches of x         dx = the dyᵢ one after another"""
    return tuple(np.split(x, ends, axis))


@_split.shape
def _split_shape(x: Shape, *, ends: tuple[int, ...], axis: int) -> list[Shape]:
    total = x[axis]
    stops = (*ends, total)
    sizes = [None if b is None else b - a for a, b in zip((0, *ends), stops, strict=True)]
    return [(*x[:axis], n, *x[axis + 1 :]) for n in sizes]


@_split.vjp
def _split_vjp(
    dy: tuple[Array, ...], y: tuple[Array, ...], x: Array, *, ends: tuple[int, ...], axis: int
) -> TensorLike:
    return _concatenate(*dy, axis=axis)


@operation
def split(x: TensorLike, indices_or_sections: Any, axis: int = 0) -> list[TensorLike]:
    """x cut into equal sections (an int), or before each of the given indices.

    Raises ValueError if the sections cannot be equal.
    """
    x = tensor(x)
    axis = shapes.normalize_axis(axis, _rank(x))
    if isinstance(indices_or_sections, int):
        total, count = x.shape[axis], indices_or_sections
        if total is None or count < 1 or total % count:
            raise ValueError(
                f"axis {axis} of shape {tuple(x.shape)} cannot be split into {count} equal sections"
            )
        ends = tuple(range(total // count, total, total // count)) if total else (0,) * (count - 1)
    else:
        ends = tuple(int(i) for i in indices_or_sections)
    return list(_split(x, ends=ends, axis=axis))


@operation
def array_split(x: TensorLike, indices_or_sections: int, axis: int = 0) -> list[TensorLike]:
    """x cut into sections whose sizes differ by at most one, the longer ones first."""
    x = tensor(x)
    axis = shapes.normalize_axis(axis, _rank(x))
    size, extra = divmod(x.shape[axis], indices_or_sections)
    ends = tuple(i * size + min(i, extra) for i in range(1, indices_or_sections))
    return list(_split(x, ends=ends, axis=axis))


@operation
def unstack(x: TensorLike, num: int | None = None, axis: int = 0) -> list[TensorLike]:
    """The slices of x along an axis, which disappears."""
    x = tensor(x)
    axis = shapes.normalize_axis(axis, _rank(x))
    count = num if x.shape[axis] is None else x.shape[axis]
    if count is None or (num is not None and num != count):
        raise ValueError(f"cannot unstack {num} slices from axis {axis} of shape {tuple(x.shape)}")
    parts = _split(x, ends=tuple(range(1, count)), axis=axis) if count else ()
    return [_squeeze(part, axis=(axis,)) for part in parts]
