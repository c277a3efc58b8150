"""Images resized with interpolation, and the gradients, in the order in which TensorFlow adds.

    bilinear            between two cells of a row, then between two rows: a + (b − a) · t
    bicubic, kernels    weighted sums of rows, then of the cells of such a row
    areas               weighted sums of cells, then of such rows
    gradients           of bilinear and bicubic: each new cell adds to its taps, row by row;
                        of kernels (lanczos, and all with antialias): weighted sums again

The weights: ``resampling.py``.  The reference: ``ops/primitives/resize.py``.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from minikeras.kernels.rounding.packets import libm_sin
from minikeras.kernels.runtime.compile import flat, internal_kernel, kernel
from minikeras.kernels.runtime.threads import ceil_div, run_parts, workers_for
from minikeras.resampling import Taps, inverse_area, is_by_kernel, taps_of, transposed_taps
from minikeras.types import Array
from minikeras.windows import Sizes

# For each new row or cell the offsets of its taps, and their weights; how long an old one is.
Table: TypeAlias = tuple[Array, Array, Any]

_LINEAR, _ROWS_FIRST, _COLUMNS_FIRST = 0, 1, 2  # how the cells of two axes are combined


def interpolate(x: Array, *, size: Sizes, interpolation: str, antialias: bool) -> Array:
    axes = zip(x.shape[1:3], size, strict=True)
    rows, columns = (taps_of(n, m, interpolation, antialias) for n, m in axes)
    order = _LINEAR if interpolation == "bilinear" and not antialias else _ROWS_FIRST
    return _resized(x.astype(np.float32, copy=False), rows, columns, order)


def covered_means(x: Array, *, size: Sizes) -> Array:
    rows, columns = (taps_of(n, m, "area") for n, m in zip(x.shape[1:3], size, strict=True))
    y = _resized(x.astype(np.float32, copy=False), rows, columns, _COLUMNS_FIRST)
    return np.multiply(y, inverse_area(x.shape, size), out=y)


def interpolate_gradient(
    dy: Array, *, size: Sizes, interpolation: str, antialias: bool, kind: str
) -> Array:
    (images, *space, channels), dtype = dy.shape, np.float64 if kind == "float64" else np.float32
    dy = dy.astype(np.float32, copy=False)
    axes = [(n, m, interpolation, antialias) for n, m in zip(size, space, strict=True)]
    if is_by_kernel(interpolation, antialias):
        transposed = [transposed_taps(*axis) for axis in axes]
        return _resized(dy, transposed[0], transposed[1], _ROWS_FIRST).astype(kind, copy=False)
    if interpolation == "bicubic":
        dy = dy.astype(dtype, copy=False)  # Parity: the products are in this dtype too
    dx = np.empty((images, *size, channels), dtype)
    (rows, u), (columns, v) = (taps_of(*axis) for axis in axes)
    tables = _offsets(rows, dx[0, 0].size), u, _offsets(columns, channels), v
    _add(workers_for(dy.size), flat(dy), tables, np.uintp(channels), dx.reshape(-1), images)
    return dx.astype(kind, copy=False)


def _resized(x: Array, rows: Taps, columns: Taps, order: int) -> Array:
    images, channels = len(x), x.shape[3]
    y = np.empty((images, len(rows[0]), len(columns[0]), channels), np.float32)
    old = x.shape[2] * channels
    down = _offsets(rows[0], old), rows[1], np.uintp(old)
    across = _offsets(columns[0], channels), columns[1], np.uintp(channels)
    _resize(workers_for(4 * y.size), flat(x), down, across, order, y.reshape(-1), images)
    return y


def _offsets(numbers: Array, cells: int = 1) -> Array:
    return np.ascontiguousarray(numbers * cells).astype(np.uintp)


# Offsets are unsigned for the reason given in ``pool.py``.


@internal_kernel
def _between_cells(x: Array, start: Any, across: Table, y: Array) -> None:
    offsets, weights, channels = across
    here = np.uintp(0)
    for j in range(len(offsets)):
        a, b, part = start + offsets[j, 0], start + offsets[j, 1], weights[j, 1]
        for c in range(channels):
            y[here + c] = x[a + c] + (x[b + c] - x[a + c]) * part
        here += channels


@internal_kernel
def _linear_rows(
    first: int, last: int, x: Array, image: Any, down: Table, across: Table, y: Array, here: Any
) -> None:
    """New rows of the image that starts at cell ``image``, to y[here] and on."""
    offsets, weights, _ = down
    width = np.uintp(len(across[0])) * across[2]
    upper, lower = np.empty(width, x.dtype), np.empty(width, x.dtype)
    for i in range(first, last):
        if i == first or offsets[i, 0] != offsets[i - 1, 0]:
            _between_cells(x, image + offsets[i, 0], across, upper)
        if i == first or offsets[i, 1] != offsets[i - 1, 1]:
            _between_cells(x, image + offsets[i, 1], across, lower)
        part = weights[i, 1]
        for j in range(width):
            y[here + j] = upper[j] + (lower[j] - upper[j]) * part
        here += width


@internal_kernel
def _weighted_cells(x: Array, start: Any, across: Table, y: Array, here: Any) -> None:
    """Weighted sums of cells of the row that starts at x[start], to y[here] and on."""
    offsets, weights, channels = across
    one, two, zero = np.uintp(1), np.uintp(2), x.dtype.type(0)
    for j in range(len(offsets)):
        if channels == 3:  # the sums stay in registers
            red, green, blue = zero, zero, zero
            for q in range(offsets.shape[1]):
                cell, w = start + offsets[j, q], weights[j, q]
                red += w * x[cell]
                green += w * x[cell + one]
                blue += w * x[cell + two]
            y[here], y[here + one], y[here + two] = red, green, blue
        else:
            for c in range(channels):
                y[here + c] = 0
            for q in range(offsets.shape[1]):
                cell, w = start + offsets[j, q], weights[j, q]
                for c in range(channels):
                    y[here + c] += w * x[cell + c]
        here += channels


@internal_kernel
def _weighted_rows(
    first: int, last: int, x: Array, image: Any, down: Table, across: Table, y: Array, here: Any
) -> None:
    """The same with weighted sums."""
    row = np.empty(down[2], x.dtype)
    for i in range(first, last):
        row[:] = 0
        for p in range(down[0].shape[1]):
            start, w = image + down[0][i, p], down[1][i, p]
            for j in range(down[2]):
                row[j] += w * x[start + j]
        _weighted_cells(row, np.uintp(0), across, y, here)
        here += np.uintp(len(across[0])) * across[2]


@internal_kernel
def _covered_rows(
    first: int, last: int, x: Array, image: Any, down: Table, across: Table, y: Array, here: Any
) -> None:
    """The same, with the sums of cells before those of rows."""
    width = np.uintp(len(across[0])) * across[2]
    row = np.empty(width, x.dtype)
    for i in range(first, last):
        for j in range(width):
            y[here + j] = 0
        for p in range(down[0].shape[1]):
            _weighted_cells(x, image + down[0][i, p], across, row, np.uintp(0))
            for j in range(width):
                y[here + j] += down[1][i, p] * row[j]
        here += width


@kernel
def _resize_part(
    start: int,
    stop: int,
    x: Array,
    down: Table,
    across: Table,
    order: int,
    y: Array,
    images: int,
    bands: int,
) -> None:
    """A part is a band of rows of an image."""
    rows, image, width = len(down[0]), len(x) // images, np.uintp(len(across[0])) * across[2]
    height = ceil_div(rows, bands)
    for part in range(start, stop):
        n, first = part // bands, part % bands * height
        last, cell = min(first + height, rows), np.uintp(n * image)
        here = np.uintp(n * rows + first) * width
        if order == _LINEAR:
            _linear_rows(first, last, x, cell, down, across, y, here)
        elif order == _ROWS_FIRST:
            _weighted_rows(first, last, x, cell, down, across, y, here)
        else:
            _covered_rows(first, last, x, cell, down, across, y, here)


@kernel
def _resize(
    workers: int, x: Array, down: Table, across: Any, order: int, y: Array, images: int
) -> None:
    bands = max(1, 8 // images)
    run_parts(workers, _resize_part, images * bands, (x, down, across, order, y, images, bands))


@kernel
def _add_part(
    start: int, stop: int, dy: Array, tables: Any, channels: Any, dx: Array, images: int
) -> None:
    """A part is an image; each new cell adds to its taps."""
    rows, u, columns, v = tables
    height, width, image = len(rows), len(columns), np.uintp(len(dx) // images)
    for n in range(np.uintp(start), np.uintp(stop)):
        dx[n * image : (n + np.uintp(1)) * image] = 0
        source = n * np.uintp(height * width) * channels
        for i in range(height):
            for j in range(width):
                if rows.shape[1] == 2 and channels < 8:  # bilinear, in a single loop
                    upper, lower = n * image + rows[i, 0], n * image + rows[i, 1]
                    left, right = columns[j, 0], columns[j, 1]
                    for c in range(channels):
                        high, low = dy[source + c] * u[i, 0], dy[source + c] * u[i, 1]
                        dx[upper + left + c] += high * v[j, 0]
                        dx[upper + right + c] += high * v[j, 1]
                        dx[lower + left + c] += low * v[j, 0]
                        dx[lower + right + c] += low * v[j, 1]
                    source += channels
                    continue
                for p in range(rows.shape[1]):
                    for q in range(columns.shape[1]):
                        target = n * image + rows[i, p] + columns[j, q]
                        for c in range(channels):
                            dx[target + c] += dy[source + c] * u[i, p] * v[j, q]
                source += channels


@kernel
def _add(workers: int, dy: Array, tables: Any, channels: Any, dx: Array, images: int) -> None:
    run_parts(workers, _add_part, images, (dy, tables, channels, dx, images))


@kernel
def _sine(x: Array, y: Array) -> None:
    for i in range(len(x)):
        y[i] = libm_sin(x[i])


def sine(x: Array) -> Array:
    y = np.empty(x.shape, np.float32)
    _sine(flat(x), y.reshape(-1))
    return y
