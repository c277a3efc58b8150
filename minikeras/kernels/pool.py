"""The maximum of each window, the repetition of cells, and the gradients of both.

Each image is a part; within a window all channels are visited in one inner loop.  The reference is
``ops/primitives/pool.py``.
"""

from __future__ import annotations

import functools
import math
from typing import Any, TypeAlias

import numpy as np

from minikeras.kernels.runtime.compile import flat, internal_kernel, kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.kernels.windows import image_tables
from minikeras.types import Array
from minikeras.windows import Sizes, counts

Windows: TypeAlias = tuple[Array, Array, Any, Any]
Repeats: TypeAlias = tuple[Any, Any, Any, Any]


def max_window(x: Array, *, size: Sizes, strides: Sizes) -> Array:
    out, windows = _windows(x.shape[1:], size, strides)
    y = np.empty((len(x), *out, x.shape[-1]), x.dtype)
    _maxima(workers_for(x.size), flat(x), windows, y.reshape(-1))
    return y


def spread_to_winners(dy: Array, x: Array, *, size: Sizes, strides: Sizes) -> Array:
    _, windows = _windows(x.shape[1:], size, strides)
    dx = np.empty(x.shape, x.dtype)
    _spread(workers_for(4 * x.size), flat(dy), flat(x), windows, dx.reshape(-1))
    return dx


@functools.lru_cache(maxsize=64)
def _windows(shape: Sizes, size: Sizes, strides: Sizes) -> tuple[Sizes, Windows]:
    """Windows along each axis; where they start and their taps lie; cells of an image, channels."""
    ones = (1,) * len(size)
    out = counts(shape[:-1], size, strides, ones)
    starts, offsets = image_tables(shape, size, out, strides, ones)
    tables = starts.astype(np.uintp), offsets[:: shape[-1]].astype(np.uintp)
    return out, (*tables, np.uintp(math.prod(shape)), np.uintp(shape[-1]))


# Numbers of cells are unsigned: a signed index might count from the end, and a loop that tests for
# that is not vectorised.  Nothing is sliced, because a slice changes a reference count that all
# threads would contend for.


@internal_kernel
def _larger(a, b):
    """NaN is the maximum, as in NumPy."""
    return b if b > a or b != b else a


@kernel
def _maxima_part(start: int, stop: int, x: Array, windows: Windows, y: Array) -> None:
    starts, taps, image, channels = windows
    count = np.uintp(len(starts))
    for number in range(np.uintp(start) * count, np.uintp(stop) * count):
        x0, y0 = number // count * image + starts[number % count], number * channels
        if len(taps) == 4:  # the usual number, in a single loop
            x1, x2, x3 = x0 + taps[1], x0 + taps[2], x0 + taps[3]
            for c in range(channels):
                y[y0 + c] = _larger(_larger(_larger(x[x0 + c], x[x1 + c]), x[x2 + c]), x[x3 + c])
            continue
        for c in range(channels):
            y[y0 + c] = x[x0 + c]
        for tap in taps[1:]:
            for c in range(channels):
                y[y0 + c] = _larger(y[y0 + c], x[x0 + tap + c])


@kernel
def _maxima(workers: int, x: Array, windows: Windows, y: Array) -> None:
    run_parts(workers, _maxima_part, len(x) // windows[2], (x, windows, y))


@kernel
def _spread_part(start: int, stop: int, dy: Array, x: Array, windows: Windows, dx: Array) -> None:
    """Add dy to the first cell, in row-major order, that holds the maximum of its window."""
    starts, taps, image, channels = windows
    zero = x.dtype.type(0)
    best, left = np.empty(channels, x.dtype), np.empty(channels, x.dtype)
    dx[np.uintp(start) * image : np.uintp(stop) * image] = zero
    count = np.uintp(len(starts))
    for number in range(np.uintp(start) * count, np.uintp(stop) * count):
        x0, y0 = number // count * image + starts[number % count], number * channels
        if len(taps) == 4:
            x1, x2, x3 = x0 + taps[1], x0 + taps[2], x0 + taps[3]
            for c in range(channels):
                a0, a1, a2, a3 = x[x0 + c], x[x1 + c], x[x2 + c], x[x3 + c]
                most = _larger(_larger(_larger(a0, a1), a2), a3)
                whole = dy[y0 + c]
                wins = a0 == most or a0 != a0
                dx[x0 + c] += whole if wins else zero
                whole = zero if wins else whole
                wins = a1 == most or a1 != a1
                dx[x1 + c] += whole if wins else zero
                whole = zero if wins else whole
                wins = a2 == most or a2 != a2
                dx[x2 + c] += whole if wins else zero
                dx[x3 + c] += zero if wins else whole
            continue
        for c in range(channels):
            best[c], left[c] = x[x0 + c], dy[y0 + c]
        for tap in taps[1:]:
            for c in range(channels):
                best[c] = _larger(best[c], x[x0 + tap + c])
        for tap in taps:
            for c in range(channels):
                v = x[x0 + tap + c]
                wins = v == best[c] or v != v
                dx[x0 + tap + c] += left[c] if wins else zero
                left[c] = zero if wins else left[c]


@kernel
def _spread(workers: int, dy: Array, x: Array, windows: Windows, dx: Array) -> None:
    run_parts(workers, _spread_part, len(x) // windows[2], (dy, x, windows, dx))


@kernel
def _repeat_part(start: int, stop: int, x: Array, sizes: Repeats, y: Array) -> None:
    """A part is a row of cells."""
    rows, down, across, channels = sizes
    width = np.uintp(len(x)) // rows
    for row in range(np.uintp(start), np.uintp(stop)):
        source, target = row * width, row * width * across * down
        for cell in range(width // channels):
            for q in range(across):
                for c in range(channels):
                    here = target + (cell * across + q) * channels + c
                    y[here] = x[source + cell * channels + c]
        for p in range(down):
            for t in range(width * across):
                y[target + p * width * across + t] = y[target + t]


@kernel
def _repeat(workers: int, x: Array, sizes: Repeats, y: Array) -> None:
    run_parts(workers, _repeat_part, np.int64(sizes[0]), (x, sizes, y))


def _repeats(x: Array, sizes: Sizes) -> Repeats:
    """Rows of cells, copies of each downwards and across, channels."""
    return (
        np.uintp(len(x) * x.shape[1]),
        np.uintp(sizes[0]),
        np.uintp(sizes[1]),
        np.uintp(x.shape[3]),
    )


def upsample(x: Array, *, sizes: Sizes) -> Array:
    y = np.empty((len(x), x.shape[1] * sizes[0], x.shape[2] * sizes[1], x.shape[3]), x.dtype)
    _repeat(workers_for(y.size), flat(x), _repeats(x, sizes), y.reshape(-1))
    return y


@kernel
def _add_part(start: int, stop: int, dy: Array, sizes: Repeats, dx: Array) -> None:
    """Sums first across, then down."""
    rows, down, across, channels = sizes
    width, total = np.uintp(len(dx)) // rows, np.empty(channels, dx.dtype)
    for row in range(np.uintp(start), np.uintp(stop)):
        source, target = row * width * across * down, row * width
        for t in range(width):
            dx[target + t] = 0
        for p in range(down):
            for cell in range(width // channels):
                first = source + (p * width + cell * channels) * across
                for c in range(channels):
                    total[c] = dy[first + c]
                for q in range(across - np.uintp(1)):
                    for c in range(channels):
                        total[c] += dy[first + (q + np.uintp(1)) * channels + c]
                for c in range(channels):
                    dx[target + cell * channels + c] += total[c]


@kernel
def _add(workers: int, dy: Array, sizes: Repeats, dx: Array) -> None:
    run_parts(workers, _add_part, np.int64(sizes[0]), (dy, sizes, dx))


def upsample_vjp(dy: Array, y: Array, x: Array, *, sizes: Sizes) -> Array:
    dx = np.empty(x.shape, x.dtype)
    _add(workers_for(dy.size), flat(dy), _repeats(x, sizes), dx.reshape(-1))
    return dx
