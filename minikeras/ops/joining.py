"""Tensors joined, split, repeated and padded."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.dtypes import promote
from minikeras.messages import describe
from minikeras.ops.core import converted, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import take
from minikeras.ops.primitives.joining import (
    _concatenate,
    _concatenate_shape,
    _pad,
    _repeat,
    _split,
    _tile,
)
from minikeras.ops.primitives.reshaping import _expand_dims, _squeeze
from minikeras.ops.reshaping import broadcast_to, expand_dims, ravel, reshape
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
def pad(
    x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: float | None = None
) -> TensorLike:
    """x with a margin: "constant" values (0), or its own border, "reflect"ed or "symmetric".

    `pad_width` is one int, one pair (before, after), or a pair for each axis.
    Raises ValueError for `constant_values` in another mode, or an unknown mode.
    """
    x = tensor(x)
    if constant_values is not None and mode != "constant":
        raise ValueError(
            f"`constant_values` can only be given when mode is 'constant', received mode={mode!r}"
        )
    widths = _pairs(pad_width, len(x.shape))
    if mode == "constant":
        return _pad(x, widths=widths, value=0 if constant_values is None else constant_values)
    if mode not in ("reflect", "symmetric"):
        raise ValueError(
            f"`mode` must be 'constant', 'reflect' or 'symmetric', received {describe(mode)}"
        )
    for axis, (pair, n) in enumerate(zip(widths, x.shape, strict=True)):
        if n is None and not any(pair):
            continue
        if max(pair) > n - (mode == "reflect"):
            raise ValueError(f"`pad_width` {pair} is too wide to {mode} axis {axis} of size {n}")
        if any(pair):
            x = take(x, np.pad(np.arange(n), pair, mode), axis=axis)  # type: ignore[call-overload]  # mode is one of NumPy's
    return x


def _pairs(pad_width: Any, rank: int) -> tuple[tuple[int, int], ...]:
    if not hasattr(pad_width, "__iter__"):
        return ((operator.index(pad_width),) * 2,) * rank
    widths = [tuple(map(int, w)) if hasattr(w, "__iter__") else (int(w),) for w in pad_width]
    if all(len(w) == 1 for w in widths) and len(widths) == 2:
        widths = [(widths[0][0], widths[1][0])]
    widths = [w * 2 if len(w) == 1 else w for w in widths]
    if len(widths) == 1:
        widths *= rank
    if len(widths) != rank:
        raise ValueError(
            f"`pad_width` must hold a pair for each of {rank} axes, received {describe(pad_width)}"
        )
    return tuple(widths)  # type: ignore[arg-type]  # all are pairs by now


@operation("ops.numpy Tensor numpy")
def repeat(x: TensorLike, repeats: Any, axis: int | None = None) -> TensorLike:
    """Each element `repeats` times in a row along `axis`; without axis, of the flat x."""
    x = tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    counts = np.asarray(repeats)
    return _repeat(
        x,
        repeats=int(counts.reshape(-1)[0]) if counts.size == 1 else tuple(counts.tolist()),
        axis=shapes.normalize_axis(axis, len(x.shape)),
    )


@operation("ops.numpy numpy")
def meshgrid(*x: TensorLike, indexing: str = "xy") -> list[TensorLike]:
    """Each vector spread over the grid that all of them span.

    "ij": axis k belongs to vector k; "xy": the first two axes change places.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"`indexing` must be 'xy' or 'ij', received {describe(indexing)}")
    xs = [ravel(v) for v in x]
    places = list(range(len(xs)))
    if indexing == "xy" and len(xs) > 1:
        places[:2] = [1, 0]
    sizes: list[Any] = [None] * len(xs)
    for v, place in zip(xs, places, strict=True):
        sizes[place] = v.shape[0]
    return [
        broadcast_to(
            reshape(v, tuple(-1 if i == place else 1 for i in range(len(xs)))), tuple(sizes)
        )
        for v, place in zip(xs, places, strict=True)
    ]


@operation("ops.numpy numpy")
def append(x1: TensorLike, x2: TensorLike, axis: int | None = None) -> TensorLike:
    """x2 after x1 along `axis`; without axis, both flat."""
    x1, x2 = converted(promote, x1, x2)
    return concatenate([ravel(x1), ravel(x2)]) if axis is None else concatenate([x1, x2], axis)


@operation("ops.numpy numpy")
def hstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the second axis (vectors: the only one)."""
    return concatenate(xs, 0 if len(tensor(xs[0]).shape) == 1 else 1)


@operation("ops.numpy numpy")
def vstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the first axis."""
    return concatenate(xs, 0)


@operation("ops.numpy numpy")
def dstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the third axis, which vectors and matrices get."""
    deep = []
    for x in map(tensor, xs):
        x = expand_dims(x, 0) if len(x.shape) == 1 else x.reshape((1, 1)) if not x.shape else x
        deep.append(expand_dims(x, 2) if len(x.shape) == 2 else x)
    return concatenate(deep, 2)


@operation("ops.numpy numpy")
def hsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the second axis (vectors: the only one)."""
    return split(x, indices_or_sections, axis=0 if len(tensor(x).shape) == 1 else 1)


@operation("ops.numpy numpy")
def vsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the first axis."""
    return split(x, indices_or_sections, axis=0)


@operation("ops.numpy numpy")
def dsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the third axis."""
    return split(x, indices_or_sections, axis=2)


@operation("ops.numpy numpy")
def tile(x: TensorLike, repeats: int | Sequence[int]) -> TensorLike:
    """x repeated `repeats` times along each axis; missing axes and repeats count as one."""
    x = tensor(x)
    counts = tuple(int(r) for r in (repeats if hasattr(repeats, "__iter__") else (repeats,)))
    counts = (1,) * (len(x.shape) - len(counts)) + counts
    if len(counts) > len(x.shape):
        x = _expand_dims(x, axis=tuple(range(len(counts) - len(x.shape))))
    return _tile(x, repeats=counts)


@operation("ops.numpy numpy")
def concatenate(xs: Sequence[TensorLike], axis: int = 0) -> TensorLike:
    """The tensors one after another along `axis`, in their common dtype."""
    xs = [tensor(x) for x in xs]
    axis = shapes.normalize_axis(-1 if axis is None else axis, len(xs[0].shape))
    _concatenate_shape(*(tuple(x.shape) for x in xs), axis=axis)
    return _concatenate(*xs, axis=axis)


@operation("ops.numpy numpy")
def split(x: TensorLike, indices_or_sections: Any, axis: int = 0) -> list[TensorLike]:
    """x cut into equal sections (an int), or before each of the given indices.

    Raises ValueError if the sections cannot be equal.
    """
    x = tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
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


@operation("ops.numpy numpy")
def array_split(x: TensorLike, indices_or_sections: int, axis: int = 0) -> list[TensorLike]:
    """x cut into sections whose sizes differ by at most one, the longer ones first."""
    x = tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
    size, extra = divmod(x.shape[axis], indices_or_sections)
    ends = tuple(i * size + min(i, extra) for i in range(1, indices_or_sections))
    return list(_split(x, ends=ends, axis=axis))


@operation("ops")
def unstack(x: TensorLike, num: int | None = None, axis: int = 0) -> list[TensorLike]:
    """The slices of x along an axis, which disappears."""
    x = tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
    count = num if x.shape[axis] is None else x.shape[axis]
    if count is None or (num is not None and num != count):
        raise ValueError(f"cannot unstack {num} slices from axis {axis} of shape {tuple(x.shape)}")
    parts = _split(x, ends=tuple(range(1, count)), axis=axis) if count else ()
    return [_squeeze(part, axis=(axis,)) for part in parts]
