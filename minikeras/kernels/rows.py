"""Adding up rows by number, as in the gradient of a lookup: the twin of ``ops.indexing._add_at``.

Each thread takes some columns of all rows, so that every cell has one owner and equal numbers add
up in the order in which they stand.
"""

from __future__ import annotations

import numpy as np

from minikeras.kernels.compiled import kernel
from minikeras.kernels.threads import share, team
from minikeras.types import Array

_LINE = 64  # bytes of a cache line, which no two threads write to


@kernel
def _added_columns(start, stop, x, numbers, y):  # type: ignore[no-untyped-def]
    width = _LINE // y.itemsize
    for part in range(start, stop):
        columns = slice(part * width, (part + 1) * width)
        y[:, columns] = 0
        size = y[0, columns].size
        if size == width:
            for i in range(numbers.size):
                source, target = x[i, columns], y[numbers[i], columns]
                for j in range(width):
                    target[j] += source[j]
        else:
            for i in range(numbers.size):
                source, target = x[i, columns], y[numbers[i], columns]
                for j in range(size):
                    target[j] += source[j]


@kernel
def _added(team, x, numbers, y):  # type: ignore[no-untyped-def]
    width = _LINE // y.itemsize
    share(team, _added_columns, (y.shape[1] + width - 1) // width, (x, numbers, y))


def _add_at(x: Array, indices: Array, *, axis: int, size: int) -> Array:
    """y = 0 but y[index] += its slice of x, for floats and axis 0.

    Raises IndexError for an index out of range.
    """
    shape = (size, *x.shape[indices.ndim :])
    numbers = indices.reshape(-1).astype(np.int64, copy=False)
    if numbers.size == 0:
        return np.zeros(shape, x.dtype)
    least, largest = int(numbers.min()), int(numbers.max())
    if least < -size or largest >= size:
        wrong = least if least < -size else largest
        raise IndexError(f"index {wrong} is out of bounds for axis 0 with size {size}")
    if least < 0:
        numbers = np.where(numbers < 0, numbers + size, numbers)
    y = np.empty(shape, x.dtype)
    rows = np.ascontiguousarray(x.reshape(numbers.size, -1))
    _added(team(x.size + y.size), rows, numbers, y.reshape(size, -1))
    return y
