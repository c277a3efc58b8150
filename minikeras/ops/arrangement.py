"""Elements flipped, rolled, padded, repeated, and the parts of a matrix."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.autograd import operation, primitive
from minikeras.dtypes import promote, separate
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.manipulation import (
    broadcast_to,
    concatenate,
    expand_dims,
    moveaxis,
    ravel,
    reshape,
    split,
    transpose,
)
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=separate)
def _flip(x: Array, *, axis: tuple[int, ...]) -> Array:
    """x in reverse order       dx = dy in reverse order"""
    return np.flip(x, axis)


@_flip.shape
def _flip_shape(x: Shape, *, axis: tuple[int, ...]) -> Shape:
    return x


@_flip.vjp
def _flip_vjp(dy: Array, y: Array, x: Array, *, axis: tuple[int, ...]) -> TensorLike:
    return _flip(dy, axis=axis)


@operation
def flip(x: TensorLike, axis: int | Sequence[int] | None = None) -> TensorLike:
    """x in reverse order along `axis` (None: along every axis)."""
    x = tensor(x)
    return _flip(x, axis=shapes.normalize_axes(axis, len(x.shape)))


@operation
def fliplr(x: TensorLike) -> TensorLike:
    """x with its columns in reverse order."""
    return flip(x, 1)


@operation
def flipud(x: TensorLike) -> TensorLike:
    """x with its rows in reverse order."""
    return flip(x, 0)


@operation
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


@primitive(dtype=separate)
def _roll(x: Array, *, shift: tuple[int, ...], axis: tuple[int, ...]) -> Array:
    """x shifted around in a circle         dx = dy shifted back"""
    return np.roll(x, shift, axis)


@_roll.shape
def _roll_shape(x: Shape, *, shift: tuple[int, ...], axis: tuple[int, ...]) -> Shape:
    return x


@_roll.vjp
def _roll_vjp(
    dy: Array, y: Array, x: Array, *, shift: tuple[int, ...], axis: tuple[int, ...]
) -> TensorLike:
    return _roll(dy, shift=tuple(-s for s in shift), axis=axis)


@operation
def roll(x: TensorLike, shift: Any, axis: Any = None) -> TensorLike:
    """x shifted by `shift` places along `axis`; what falls off comes back on the other side."""
    x = tensor(x)
    if axis is None:
        return reshape(_roll(ravel(x), shift=(int(shift),), axis=(0,)), x.shape)
    steps = tuple(map(int, shift)) if hasattr(shift, "__iter__") else (int(shift),)
    axes = tuple(axis) if hasattr(axis, "__iter__") else (axis,)
    return _roll(x, shift=steps, axis=tuple(shapes.normalize_axis(a, len(x.shape)) for a in axes))


@primitive(dtype=separate)
def _pad(x: Array, *, widths: tuple[tuple[int, int], ...], value: float) -> Array:
    """x with `value` around it         dx = the inside of dy"""
    return np.pad(x, widths, constant_values=value)


@_pad.shape
def _pad_shape(x: Shape, *, widths: tuple[tuple[int, int], ...], value: float) -> Shape:
    return tuple(
        n if n is None else n + before + after for n, (before, after) in zip(x, widths, strict=True)
    )


@_pad.vjp
def _pad_vjp(
    dy: Array, y: Array, x: Array, *, widths: tuple[tuple[int, int], ...], value: float
) -> Array:
    return dy[tuple(slice(b, b + n) for (b, _), n in zip(widths, x.shape, strict=True))]


@operation
def pad(
    x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: float | None = None
) -> TensorLike:
    """x with a margin: "constant" values (0), or its own border, "reflect"ed or "symmetric".

    `pad_width` is one int, one pair (before, after), or a pair for each axis.
    Raises ValueError for `constant_values` in another mode, or an unknown mode.
    """
    from minikeras.ops.indexing import take

    x = tensor(x)
    if constant_values is not None and mode != "constant":
        raise ValueError(
            f"`constant_values` can only be given when mode is 'constant', received mode={mode!r}"
        )
    widths = _pairs(pad_width, len(x.shape))
    if mode == "constant":
        return _pad(x, widths=widths, value=0 if constant_values is None else constant_values)
    if mode not in ("reflect", "symmetric"):
        raise ValueError(f"`mode` must be 'constant', 'reflect' or 'symmetric', received {mode!r}")
    for axis, (pair, n) in enumerate(zip(widths, x.shape, strict=True)):
        if max(pair) > n - (mode == "reflect"):
            raise ValueError(f"`pad_width` {pair} is too wide to {mode} axis {axis} of size {n}")
        if any(pair):
            x = take(x, np.pad(np.arange(n), pair, mode), axis=axis)  # type: ignore[call-overload]
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
        raise ValueError(f"`pad_width` must hold a pair for each of {rank} axes: {pad_width}")
    return tuple(widths)  # type: ignore[arg-type]


@primitive(dtype=separate)
def _repeat(x: Array, *, repeats: tuple[int, ...] | int, axis: int) -> Array:
    """Each element several times in a row        dx = Σ dy over its copies"""
    return np.repeat(x, repeats, axis)


@_repeat.shape
def _repeat_shape(x: Shape, *, repeats: tuple[int, ...] | int, axis: int) -> Shape:
    n = x[axis]
    total = sum(repeats) if isinstance(repeats, tuple) else None if n is None else n * repeats
    return (*x[:axis], total, *x[axis + 1 :])


@_repeat.vjp
def _repeat_vjp(
    dy: Array, y: Array, x: Array, *, repeats: tuple[int, ...] | int, axis: int
) -> TensorLike:
    if isinstance(repeats, int):
        paired = (*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :])
        return dy.reshape(paired).sum(axis=axis + 1)
    from minikeras.ops.indexing import add_at

    source = np.repeat(np.arange(x.shape[axis]), repeats)
    return add_at(dy, source, axis=axis, size=x.shape[axis])


@operation
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


@operation
def meshgrid(*x: TensorLike, indexing: str = "xy") -> list[TensorLike]:
    """Each vector spread over the grid that all of them span.

    "ij": axis k belongs to vector k; "xy": the first two axes change places.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"`indexing` must be 'xy' or 'ij', received {indexing!r}")
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


@operation
def append(x1: TensorLike, x2: TensorLike, axis: int | None = None) -> TensorLike:
    """x2 after x1 along `axis`; without axis, both flat."""
    x1, x2 = as_kind(promote, x1, x2)
    return concatenate([ravel(x1), ravel(x2)]) if axis is None else concatenate([x1, x2], axis)


@operation
def hstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the second axis (vectors: the only one)."""
    return concatenate(xs, 0 if len(tensor(xs[0]).shape) == 1 else 1)


@operation
def vstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the first axis."""
    return concatenate(xs, 0)


@operation
def dstack(xs: Sequence[TensorLike]) -> TensorLike:
    """The tensors one after another along the third axis, which vectors and matrices get."""
    deep = []
    for x in map(tensor, xs):
        x = expand_dims(x, 0) if len(x.shape) == 1 else x.reshape((1, 1)) if not x.shape else x
        deep.append(expand_dims(x, 2) if len(x.shape) == 2 else x)
    return concatenate(deep, 2)


@operation
def hsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the second axis (vectors: the only one)."""
    return split(x, indices_or_sections, axis=0 if len(tensor(x).shape) == 1 else 1)


@operation
def vsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the first axis."""
    return split(x, indices_or_sections, axis=0)


@operation
def dsplit(x: TensorLike, indices_or_sections: Any) -> list[TensorLike]:
    """`split` along the third axis."""
    return split(x, indices_or_sections, axis=2)


@operation
def diff(a: TensorLike, n: int = 1, axis: int = -1) -> TensorLike:
    """The n-th differences of neighbours along `axis`."""
    x = tensor(a)
    if n < 0:
        raise ValueError(f"Order `n` must be non-negative, received n={n}")
    if n and not x.shape:
        raise ValueError("`diff` needs at least one axis, received a scalar")
    for _ in range(n):
        before = (slice(None),) * shapes.normalize_axis(axis, len(x.shape))
        later, earlier = x[(*before, slice(1, None))], x[(*before, slice(None, -1))]
        x = later != earlier if x.dtype == "bool" else later - earlier
    return x


@operation
def trapezoid(y: TensorLike, x: TensorLike = None, dx: float = 1.0, axis: int = -1) -> TensorLike:
    """Integral of y along `axis` by the trapezoidal rule, over x or equal steps dx."""
    from minikeras.dtypes import floating

    y = moveaxis(as_kind(floating, y), axis, -1)
    steps: Any = cast(dx, y.dtype)
    if x is not None:
        steps = diff(tensor(x, y.dtype), axis=axis)
        steps = moveaxis(steps, axis, -1) if len(steps.shape) > 1 else steps
    return (0.5 * (y[..., 1:] + y[..., :-1]) * steps).sum(axis=-1)
