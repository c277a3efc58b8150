"""Windows sliding over the spatial axes: what convolution and pooling share.

Letters, per spatial axis: ``s`` stride, ``d`` dilation, ``i`` output position, ``p`` a *tap* (one
cell of the window).  Tap p meets the input at i·s + p·d for every i: a strided slice.
Everything here is channels-last, (batch, *space, channels); ``to_channels_last`` brings it there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from minikeras import shapes
from minikeras.dtypes import promote
from minikeras.ops.declarations import primitive
from minikeras.types import Array, Shape

Sizes = tuple[int, ...]
Margins = tuple[tuple[int, int], ...]  # cells before and after each spatial axis; () for none
Window = tuple[slice, ...]


def taps(
    size: Sizes, out: Sequence[int], strides: Sizes, dilation: Sizes
) -> Iterator[tuple[Sizes, Window]]:
    """Each tap p in row-major order, with the slice of the input it meets."""
    for p in itertools.product(*map(range, size)):
        starts = [a * d for a, d in zip(p, dilation)]
        stops = [a + s * (n - 1) + 1 if n else a for a, s, n in zip(starts, strides, out)]
        yield p, (slice(None), *map(slice, starts, stops, strides))


def counts(space: Shape, size: Sizes, strides: Sizes, dilation: Sizes) -> Shape:
    """How many windows fit along each axis.

    Raises ValueError where none does.
    """
    out = tuple(map(shapes.window_count, space, size, strides, dilation))
    if any(n is not None and n <= 0 for n in out):
        raise ValueError(
            f"Computed output size would be zero or negative: no window of size {size}, "
            f"dilation {dilation}, fits into the spatial shape {tuple(space)}"
        )
    return out


def same_margin(n: int, size: int, stride: int, dilation: int) -> tuple[int, int]:
    """Cells to add before and after an axis so that ⌈n / s⌉ windows fit; an odd one comes after."""
    out = -(-n // stride)
    total = max((out - 1) * stride + dilation * (size - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def _margins(shape: Shape, sizes: Sizes, strides: Sizes, dilation: Sizes) -> list[tuple[int, int]]:
    return [same_margin(*axis) for axis in zip(shape[1:-1], sizes, strides, dilation)]  # type: ignore[arg-type]


def _inside(shape: Shape, size: Sizes, strides: Sizes, dilation: Sizes) -> Window:
    """Where the cells of an array of ``shape`` lie in the padded one."""
    margins = _margins(shape, size, strides, dilation)
    return (
        slice(None),
        *(slice(low, low + n) for n, (low, _) in zip(shape[1:-1], margins)),  # type: ignore[operator]
    )


@primitive(dtype=promote)
def pad_same(
    x: Array, *, size: Sizes, strides: Sizes, dilation: Sizes, value: float = 0.0
) -> Array:
    """Add cells of ``value`` around the spatial axes, as ``padding="same"`` asks.

    Along an axis of n cells: t = max((⌈n/s⌉ − 1)·s + d·(k − 1) + 1 − n, 0) cells in all.
    Parity: ⌊t/2⌋ of them come before, so the odd one comes after.
    """
    known = pad_same_shape(x.shape, size=size, strides=strides, dilation=dilation, value=value)
    y = np.full(known, value, x.dtype)
    y[_inside(x.shape, size, strides, dilation)] = x
    return y


@pad_same.shape
def pad_same_shape(
    x: Shape, *, size: Sizes, strides: Sizes, dilation: Sizes, value: float = 0.0
) -> Shape:
    batch, *space, channels = x
    padded = [
        None if n is None else n + sum(same_margin(n, *window))
        for n, *window in zip(space, size, strides, dilation)
    ]
    return (batch, *padded, channels)


@pad_same.vjp
def pad_same_vjp(
    dy: Array,
    y: Array,
    x: Array,
    *,
    size: Sizes,
    strides: Sizes,
    dilation: Sizes,
    value: float = 0.0,
) -> Array:
    return dy[_inside(x.shape, size, strides, dilation)]


def enlarged(shape: Shape, margins: Margins) -> Shape:
    """The shape (batch, *space, channels) with ``margins``."""
    if not margins:
        return shape
    space = (n if n is None else n + low + high for n, (low, high) in zip(shape[1:-1], margins))
    return (shape[0], *space, shape[-1])


def inside(shape: Shape, margins: Margins) -> Window:
    """Where the cells of an array of ``shape`` lie in the enlarged one."""
    return (
        slice(None),
        *(slice(low, low + n) for n, (low, _) in zip(shape[1:-1], margins)),  # type: ignore[operator]
    )


def with_margins(x: Array, margins: Margins) -> Array:
    """x with cells of zero around its spatial axes."""
    return np.pad(x, ((0, 0), *margins, (0, 0))) if any(map(any, margins)) else x
