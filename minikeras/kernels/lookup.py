"""Rows by number, as in a lookup and its gradient: the twins of ``ops.indexing``'s primitives."""

from __future__ import annotations

import math

import numpy as np

from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.types import Array

_ROWS = 256  # of a part
_WIDTH = 64  # columns of a part of the sums


@kernel
def _take_part(start, stop, x, numbers, y, wrong):
    columns = np.uintp(x.shape[1])  # unsigned: a signed index might count from the end
    sources, targets = x.reshape(-1), y.reshape(-1)
    for i in range(start * _ROWS, min(stop * _ROWS, numbers.size)):
        number = numbers[i] + len(x) if numbers[i] < 0 else numbers[i]
        if number < 0 or number >= len(x):
            wrong[0] = True
            continue
        source, target = np.uintp(number) * columns, np.uintp(i) * columns
        for j in range(columns):
            targets[target + j] = sources[source + j]


@kernel
def _taken(workers, x, numbers, y, wrong):
    run_parts(workers, _take_part, (numbers.size + _ROWS - 1) // _ROWS, (x, numbers, y, wrong))


def _take(x: Array, indices: Array, *, axis: int) -> Array:
    """y = the slices of x at the indices, for floats and axis 0."""
    y = np.empty((*indices.shape, *x.shape[1:]), x.dtype)
    numbers = indices.reshape(-1).astype(np.int64, copy=False)
    table = np.ascontiguousarray(x).reshape(len(x), -1)
    wrong = np.zeros(1, np.bool_)
    _taken(workers_for(4 * y.size), table, numbers, y.reshape(numbers.size, -1), wrong)
    return np.take(x, indices, axis) if wrong[0] else y  # which raises


@kernel
def _add_part(start, stop, x, first, links, y):
    """Some rows and columns of the sums, each row along its chain."""
    sources, targets, columns = x.reshape(-1), y.reshape(-1), np.uintp(y.shape[1])
    blocks = (len(y) + _ROWS - 1) // _ROWS
    for part in range(start, stop):
        left = part // blocks * _WIDTH
        width = np.uintp(min(_WIDTH, y.shape[1] - left))
        top = part % blocks * _ROWS
        for row in range(top, min(top + _ROWS, len(y))):
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
def _added(workers, x, numbers, y):
    """Whether all numbers are rows of y, which then is written.

    Who adds to a row is found in a chain: from the first of its numbers, by links to the next.
    Each row of x stands for as many numbers as there are of them for each.
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
    blocks = (size + _ROWS - 1) // _ROWS
    panels = (y.shape[1] + _WIDTH - 1) // _WIDTH
    run_parts(workers, _add_part, blocks * panels, (x, first, links, y))
    return True


def _add_at(x: Array, indices: Array, *, axis: int, size: int) -> Array:
    """y = 0 but y[index] += its slice of x, for floats and axis 0.

    Every cell has one owner, and equal numbers add up in the order in which they stand.  Rows that
    x only repeats (the gradient of a mean) are not written out.  Raises IndexError for an index
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
    if not _added(workers_for(x.size + y.size), rows.reshape(-1, columns), numbers, sums):
        least, largest = int(numbers.min()), int(numbers.max())
        wrong = least if least < -size else largest
        raise IndexError(f"index {wrong} is out of bounds for axis 0 with size {size}")
    return y
