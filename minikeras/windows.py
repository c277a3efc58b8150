"""Windows sliding over the spatial axes: the geometry that convolution and pooling share.

Letters, per spatial axis: ``s`` stride, ``d`` dilation, ``i`` output position, ``p`` a *tap* (one
cell of the window).  Tap p meets the input at i·s + p·d for every i: a strided slice.
Shapes are channels-last, (batch, *space, channels); ``space`` is its middle part.  All of this is
arithmetic on tuples; ``None`` stands for a size not known yet.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from minikeras.messages import describe
from minikeras.types import Array, Shape

Sizes = tuple[int, ...]
Margins = tuple[tuple[int, int], ...]  # cells before and after each spatial axis; () for none
Window = tuple[slice, ...]
S = TypeVar("S", bound=Shape)


def taps(
    size: Sizes, out: Sequence[int], strides: Sizes, dilation: Sizes
) -> Iterator[tuple[Sizes, Window]]:
    """Each tap p in row-major order, with the slice of the input it meets."""
    for p in itertools.product(*map(range, size)):
        starts = [a * d for a, d in zip(p, dilation)]
        stops = [a + s * (n - 1) + 1 if n else a for a, s, n in zip(starts, strides, out)]
        yield p, (slice(None), *map(slice, starts, stops, strides))


def counts(space: S, size: Sizes, strides: Sizes, dilation: Sizes) -> S:
    """How many windows fit along each axis.

    Raises ValueError where none does.
    """
    out = tuple(
        n if n is None else (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(space, size, strides, dilation)
    )
    if any(n is not None and n <= 0 for n in out):
        raise ValueError(
            f"Computed output size would be zero or negative: no window of size {size}, "
            f"dilation {dilation}, fits into the spatial shape {tuple(space)}; take a smaller one, "
            "or padding='same'"
        )
    return out  # type: ignore[return-value]  # known where the sizes are


def same_margin(n: int, size: int, stride: int, dilation: int) -> tuple[int, int]:
    """Cells to add before and after an axis of n cells so that ⌈n / s⌉ windows fit.

    In all t = max((⌈n / s⌉ − 1)·s + d·(k − 1) + 1 − n, 0) cells.
    Parity: ⌊t / 2⌋ of them come before, so the odd one comes after.
    """
    out = -(-n // stride)
    total = max((out - 1) * stride + dilation * (size - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def skipped_cells(n: int, size: int, stride: int, dilation: int) -> int:
    """Cells before the first of the ⌈n / s⌉ windows: half of those beyond the last one."""
    last = (-(-n // stride) - 1) * stride
    return max(n - 1 - dilation * (size - 1) - last, 0) // 2


def without_skipped(margins: Margins) -> Margins:
    """The margins of zeros; a negative margin stands for cells that are skipped."""
    zeros = tuple((max(low, 0), high) for low, high in margins)
    return zeros if any(map(any, zeros)) else ()


def after_skipped(x: Array, margins: Margins) -> Array:
    """x without the cells that negative margins skip."""
    return x[(slice(None), *(slice(max(-low, 0), None) for low, _ in margins))]


def margins_for(
    shape: Shape, padding: str, size: Sizes, strides: Sizes, dilation: Sizes
) -> Margins:
    """The cells that ``padding`` asks for around the spatial axes of ``shape``.

    Of an axis of unknown size only the shape of the result matters, which depends on the size.
    """
    if standardize_padding(padding) == "valid":
        return ()
    margins = tuple(
        (0, 0) if n is None else same_margin(n, *window)
        for n, *window in zip(shape[1:-1], size, strides, dilation)
    )
    return margins if any(map(any, margins)) else ()


def enlarged(space: S, margins: Margins) -> S:
    """The sizes of ``space``, with ``margins`` before and after each axis."""
    if not margins:
        return space
    out = tuple(n if n is None else n + low + high for n, (low, high) in zip(space, margins))
    return out  # type: ignore[return-value]  # as in counts


def inside(space: Sequence[int], margins: Margins) -> Window:
    """Where the cells of an array with these spatial sizes lie in the enlarged one."""
    return (slice(None), *(slice(low, low + n) for n, (low, _) in zip(space, margins)))


def windowed_shape(
    shape: Shape,
    size: Sizes,
    strides: Sizes,
    padding: str,
    data_format: str,
    dilation: Sizes,
    channels: int | None = None,
) -> Shape:
    """The shape after windows have slid over ``shape``; ``channels`` as they were unless given.

    Raises ValueError for a wrong rank, and where no window fits.
    """
    if len(shape) != len(size) + 2:
        raise ValueError(f"expected an input of rank {len(size) + 2}. Received shape {shape}")
    first = data_format == "channels_first"
    space = shape[2:] if first else shape[1:-1]
    if padding.lower() == "valid":
        out = counts(space, size, strides, dilation)
    else:
        out = tuple(None if n is None else -(-n // s) for n, s in zip(space, strides))
    channels = (shape[1] if first else shape[-1]) if channels is None else channels
    return (shape[0], channels, *out) if first else (shape[0], *out, channels)


def standardize_padding(padding: str, allowed: tuple[str, ...] = ("valid", "same")) -> str:
    """Lower case; ValueError unless it is one of ``allowed``."""
    if not isinstance(padding, str) or padding.lower() not in allowed:
        raise ValueError(
            f"The `padding` argument must be one of {allowed}. Received: {describe(padding)}"
        )
    return padding.lower()


def per_axis(value: Any, rank: int, name: str, smallest: int = 1) -> Sizes:
    """One whole number for each spatial axis, from one for all or a sequence of them.

    Raises ValueError for a wrong number of them, and for values below ``smallest``.
    """
    expected = f"The `{name}` argument must be an integer or a tuple of {rank} integers"
    if isinstance(value, (int, np.integer)):
        sizes = (int(value),) * rank
    else:
        try:
            sizes = tuple(int(v) for v in value)
        except (TypeError, ValueError):
            raise ValueError(f"{expected}. Received: {name}={describe(value)}") from None
    if len(sizes) != rank or min(sizes) < smallest:
        raise ValueError(f"{expected}, each at least {smallest}. Received: {name}={value!r}")
    return sizes


def by_groups(function: Callable[..., Array], groups: int, a: Array, b: Array, **how: Any) -> Array:
    """``function`` of each group of channels of a and b; the results side by side."""
    pairs = zip(np.split(a, groups, -1), np.split(b, groups, -1))
    return np.concatenate([function(*pair, **how) for pair in pairs], -1)
