"""Rows of a table by index, and the gradient: the twins of primitives in ``ops/primitives``."""

from __future__ import annotations

import math

import numpy as np

from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array

_PANEL = 64  # columns of a part of the sums
_HEIGHT = CHUNK // _PANEL  # rows of a part of the sums; indices of a part of a lookup


@kernel
def _take_part(start, stop, x, numbers, y, wrong):
    columns = np.uintp(x.shape[1])  # unsigned: no test for negative indices
    sources, targets = x.reshape(-1), y.reshape(-1)
    for i in range(start * _HEIGHT, min(stop * _HEIGHT, numbers.size)):
        number = numbers[i] + len(x) if numbers[i] < 0 else numbers[i]
        if number < 0 or number >= len(x):
            wrong[0] = True
            continue
        source, target = np.uintp(number) * columns, np.uintp(i) * columns
        for j in range(columns):
            targets[target + j] = sources[source + j]


@kernel
def _take_rows(workers, x, numbers, y, wrong):
    run_parts(workers, _take_part, ceil_div(numbers.size, _HEIGHT), (x, numbers, y, wrong))


def _take(x: Array, indices: Array, *, axis: int) -> Array:
    """y = the slices of x at the indices, for floats and axis 0."""
    y = np.empty((*indices.shape, *x.shape[1:]), x.dtype)
    numbers = indices.reshape(-1).astype(np.int64, copy=False)
    table = np.ascontiguousarray(x).reshape(len(x), -1)
    wrong = np.zeros(1, np.bool_)
    _take_rows(workers_for(4 * y.size), table, numbers, y.reshape(numbers.size, -1), wrong)
    return np.take(x, indices, axis) if wrong[0] else y  # take raises the IndexError


@kernel
def _add_part(start, stop, x, first, links, y):
    """A part is a block of rows and columns of the sums; each row follows its linked list."""
    sources, targets, columns = x.reshape(-1), y.reshape(-1), np.uintp(y.shape[1])
    blocks = ceil_div(len(y), _HEIGHT)
    for part in range(start, stop):
        left = part // blocks * _PANEL
        width = np.uintp(min(_PANEL, y.shape[1] - left))
        top = part % blocks * _HEIGHT
        for row in range(top, min(top + _HEIGHT, len(y))):
            target = np.uintp(row) * columns + np.uintp(left)
            for j in range(width):
                targets[target + j] = 0
            k = first[row]
            while k >= 0:
                source = np.uintp(links[k, 0]) * columns + np.uintp(left)
                for j in range(width):
                    targets[target + j] += sources[source + j]
                k = links[k, 1]


@kernel
def _add(workers, x, numbers, y):
    """Whether all numbers are rows of y, which then is written.

    A linked list for each row of y holds the rows of x to be added to it, in order.  Each row of x
    is added for ``repeats`` consecutive indices.
    """
    size, count = len(y), numbers.size
    repeats = count // len(x)
    first, links = np.full(size, -1, np.int32), np.empty((count, 2), np.int32)
    for i in range(len(x) - 1, -1, -1):
        for k in range((i + 1) * repeats - 1, i * repeats - 1, -1):
            number = numbers[k] + size if numbers[k] < 0 else numbers[k]
            if number < 0 or number >= size:
                return False
            links[k, 0], links[k, 1], first[number] = i, first[number], k
    blocks = ceil_div(size, _HEIGHT)
    panels = ceil_div(y.shape[1], _PANEL)
    run_parts(workers, _add_part, blocks * panels, (x, first, links, y))
    return True


def _add_at(x: Array, indices: Array, *, axis: int, size: int) -> Array:
    """y = 0 but y[index] += its slice of x, for floats and axis 0.

    Each element is written by one thread, and equal indices are added in order.  Rows that x
    repeats with stride 0 (the gradient of a mean) are not copied.  Raises IndexError for an index
    out of range.
    """
    y = np.empty((size, *x.shape[indices.ndim :]), x.dtype)
    numbers = indices.reshape(-1).astype(np.int64, copy=False)
    if numbers.size == 0:
        y[:] = 0
        return y
    own = indices.ndim
    while own and x.strides[own - 1] == 0:
        own -= 1
    columns = math.prod(y.shape[1:])
    rows = np.ascontiguousarray(x[(slice(None),) * own + (0,) * (indices.ndim - own)])
    sums = y.reshape(size, columns)
    if not _add(workers_for(x.size + y.size), rows.reshape(-1, columns), numbers, sums):
        least, largest = int(numbers.min()), int(numbers.max())
        wrong = least if least < -size else largest
        raise IndexError(f"index {wrong} is out of bounds for axis 0 with size {size}")
    return y
