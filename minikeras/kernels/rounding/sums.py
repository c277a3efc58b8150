"""Float32 sums and means in the order in which TensorFlow adds on a CPU.

Three orders occur, all on packets of eight lanes:

- `whole`: all elements into one number. Four packets of accumulators run over the data and are
  added; the remaining packets are added to the first; its lanes are added in halves. Elements after
  the last whole packet have a sum of their own, to which that of the lanes is added. Above 8192
  elements the range is halved first, recursively; above a quarter million each thread sums a part.
- `rows`: each row alone, as above.
- `columns`: each column alone; from 16 rows on with four accumulators in turn, but columns beyond
  the last whole packet in order. The same if the summed axis lies between two others; there a
  packet of outputs that crosses the end of a row is summed in order.

The bias gradient is another operation with another order: from the first row to the last.

Source: Eigen, `TensorReduction.h`; TensorFlow, `reduction_ops_common.h`, `redux_functor.h`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from minikeras.kernels.rounding.packets import (
    CYCLES_PER_BYTE,
    PACKET,
    add_packet_lanes,
    cores,
    threads_for,
)
from minikeras.kernels.runtime.compile import internal_kernel, kernel
from minikeras.kernels.runtime.threads import ALONE, run_parts, workers_for
from minikeras.types import Array

_UNROLLED = 4 * PACKET
_LEAF = 1024 * PACKET


@internal_kernel
def sum_leaf(x, s):
    """Sum of up to a leaf's worth of contiguous numbers; s: scratch of 32."""
    n = x.size
    s[:] = 0
    start = 0
    if n >= _UNROLLED:
        start = n - n % _UNROLLED
        for i in range(0, start, _UNROLLED):
            for v in range(_UNROLLED):
                s[v] += x[i + v]
        for v in range(PACKET):
            s[v] = ((s[v] + s[v + 8]) + s[v + 16]) + s[v + 24]
    whole = n - n % PACKET
    for i in range(start, whole, PACKET):
        for v in range(PACKET):
            s[v] += x[i + v]
    rest = np.float32(0)
    for i in range(whole, n):
        rest += x[i]
    return rest + add_packet_lanes(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])


@internal_kernel
def _sum_tree(x, first, count, s):
    """Halve the range recursively, with a stack: stored kernels must not call themselves."""
    if count <= _LEAF:
        return sum_leaf(x[first : first + count], s)
    begin, end = (
        np.empty(64, np.int64),
        np.empty(64, np.int64),
    )  # what remains, by depth
    total = np.zeros(64, np.float32)
    split = np.zeros(64, np.bool_)
    begin[0], end[0], depth = first, first + count, 0
    while True:
        size = end[depth] - begin[depth]
        if not split[depth] and size > _LEAF:
            middle = begin[depth] + (size + 1) // 2
            middle = min((middle + PACKET - 1) // PACKET * PACKET, end[depth])
            split[depth] = True
            begin[depth + 1], end[depth + 1], begin[depth] = begin[depth], middle, middle
            depth += 1
        elif split[depth] and size > 0:
            begin[depth + 1], end[depth + 1], begin[depth] = begin[depth], end[depth], end[depth]
            depth += 1
        else:
            value = total[depth]
            if not split[depth]:
                value = sum_leaf(x[begin[depth] : end[depth]], s)
            total[depth], split[depth] = 0, False
            if depth == 0:
                return value
            depth -= 1
            total[depth] += value


@kernel
def _sum_few(x):
    """The sum of one leaf: most sums need no more, and it compiles sooner."""
    return sum_leaf(x, np.empty(_UNROLLED, np.float32))


@kernel
def _sum_whole(x, parts):
    s = np.empty(_UNROLLED, np.float32)
    if parts == 1:
        return _sum_tree(x, 0, x.size, s)
    block = x.size // parts
    count = x.size // block
    total = np.float32(0)
    if count * block < x.size:
        total = _sum_tree(x, count * block, x.size - count * block, s)
    for p in range(count):
        total += _sum_tree(x, p * block, block, s)
    return total


@kernel
def _sum_rows(x, y):
    s = np.empty(_UNROLLED, np.float32)
    flat = x.reshape(-1)
    n = x.shape[1]
    for i in range(x.shape[0]):
        y[i] = _sum_tree(flat, i * n, n, s)


@kernel
def _columns_part(start, stop, x, depth, y):
    """y[a, j] = Σᵢ x[a, i, j] for ``depth`` of the a in each part."""
    rows, columns = x.shape[1:]
    unrolled = rows - rows % 4 if rows >= 16 else 0
    s = np.empty((4, columns), np.float32)
    whole = y.size - y.size % PACKET
    for a in range(start * depth, min(stop * depth, len(x))):
        for j in range(columns):
            s[0, j] = s[1, j] = s[2, j] = s[3, j] = 0
        for i in range(unrolled):
            for j in range(columns):
                s[i % 4, j] += x[a, i, j]
        if unrolled:
            for j in range(columns):
                s[0, j] = ((s[0, j] + s[1, j]) + s[2, j]) + s[3, j]
        for i in range(unrolled, rows):
            for j in range(columns):
                s[0, j] += x[a, i, j]
        for j in range(columns):
            y[a, j] = s[0, j]
        if unrolled:
            for j in range(columns):
                position = a * columns + j
                first = (position - position % PACKET) % columns  # column where its packet starts
                if position >= whole or first + PACKET > columns:
                    total = np.float32(0)
                    for i in range(rows):
                        total += x[a, i, j]
                    y[a, j] = total


@kernel
def _sum_columns(workers, x, y):
    depth = 1 + 16_000 // (x.shape[1] * x.shape[2])
    run_parts(workers, _columns_part, (len(x) + depth - 1) // depth, (x, depth, y))


@kernel
def _sum_in_order(x, y):
    """y[j] = Σ x[a, j, b], b outside, a inside."""
    outer, middle, inner = x.shape
    y[:] = 0
    for b in range(inner):
        for a in range(outer):
            for j in range(middle):
                y[j] += x[a, j, b]


@kernel
def _add_rows_part(start, stop, x, y):
    """y[p, j] = Σ x[i, j] over part p of the rows; a part of the work has up to 64 columns."""
    columns = np.uintp(x.shape[1])  # unsigned: no test for negative indices
    height, panels = (x.shape[0] + len(y) - 1) // len(y), (x.shape[1] + 63) // 64
    cells, total = x.reshape(-1), np.empty(64, x.dtype)
    for part in range(start, stop):
        p, first = part // panels, part % panels * 64
        width = np.uintp(min(64, x.shape[1] - first))
        total[:] = 0
        for i in range(p * height, min((p + 1) * height, x.shape[0])):
            here = np.uintp(i) * columns + np.uintp(first)
            for j in range(width):
                total[j] += cells[here + j]
        for j in range(width):
            y[p, np.uintp(first) + j] = total[j]


@kernel
def _add_rows(workers, x, y):
    run_parts(workers, _add_rows_part, len(y) * ((x.shape[1] + 63) // 64), (x, y))


def sum_whole(x: Array, threads: int | None = None) -> np.float32:
    """Sum of all elements."""
    flat = np.ascontiguousarray(x).reshape(-1)
    if x.size <= _LEAF:
        return np.float32(_sum_few(flat))
    parts = 1
    if x.size > 100_000:
        cost = x.size * (4 * CYCLES_PER_BYTE + 10 / PACKET)
        parts = threads_for(cost, cores() if threads is None else threads)
    return np.float32(_sum_whole(flat, parts))


def _simplified(shape: tuple[int, ...], reduced: Sequence[bool]) -> tuple[list[int], list[bool]]:
    """Merge adjacent axes that are treated alike, and drop axes of size 1."""
    sizes: list[int] = []
    flags: list[bool] = []
    for size, flag in zip(shape, reduced, strict=True):
        if size == 1:
            continue
        if flags and flags[-1] == flag:
            sizes[-1] *= size
        else:
            sizes.append(size)
            flags.append(flag)
    return sizes, flags


def sum(
    x: Array,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    threads: int | None = None,
) -> Array:
    """Sum of float32 numbers over the given axes (None: all), as TensorFlow's `Sum` adds."""
    if axis is None or x.ndim == 1 < x.size:
        total = np.asarray(sum_whole(x, threads))
        return total.reshape((1,) * x.ndim) if keepdims else total
    axes = {a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis)}
    shape = tuple(
        1 if i in axes else size for i, size in enumerate(x.shape) if keepdims or i not in axes
    )
    if x.size == 0:
        return np.zeros(shape, np.float32)
    sizes, flags = _simplified(x.shape, [i in axes for i in range(x.ndim)])
    x = np.ascontiguousarray(x)
    if not any(flags):
        return x.reshape(shape).copy()
    if flags == [True]:
        return np.full(shape, sum_whole(x, threads), np.float32)
    y = np.empty(math.prod(shape), np.float32)
    if flags in ([True, False], [False, True, False]):
        outer, rows, columns = [1, *sizes][-3:]
        _sum_columns(
            workers_for(x.size) if outer > 1 else ALONE,
            x.reshape(outer, rows, columns),
            y.reshape(outer, columns),
        )
    elif flags == [False, True]:
        _sum_rows(x.reshape(sizes), y)
    elif flags == [True, False, True]:
        _sum_in_order(x.reshape(sizes), y)
    else:
        remaining = [i for i, flag in enumerate(flags) if not flag]
        order = remaining + [i for i, flag in enumerate(flags) if flag]
        _sum_rows(np.ascontiguousarray(x.reshape(sizes).transpose(order)).reshape(y.size, -1), y)
    return y.reshape(shape)


def mean(
    x: Array,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    threads: int | None = None,
) -> Array:
    """Mean of float32 numbers over the given axes: `sum`, divided by the count."""
    y = sum(x, axis, keepdims, threads)
    n = x.size // max(y.size, 1)
    return y if n == 1 else np.asarray(y / np.float32(n), np.float32)


def bias_gradient(dy: Array, threads: int | None = None) -> Array:
    """Sum of dy over all axes but the last: TensorFlow's `BiasAddGrad`.

    Row after row; where that is enough work for two threads and the rows are narrow, each thread
    adds its part of the rows.
    """
    limit = cores() if threads is None else threads
    columns = dy.shape[-1]
    x = dy
    if dy.ndim != 2 or not dy.flags.c_contiguous:
        x = np.ascontiguousarray(dy).reshape(-1, columns)
    rows, blocks = x.shape[0], 1
    if x.size > 60_000 and columns <= limit * 32 and rows > 1:  # below, one thread is enough
        least = -(-2000 // columns)
        blocks = min(min(rows, -(-x.size // least)), limit)
        height = -(-rows // blocks)
        cost = blocks * height * columns * (4 * CYCLES_PER_BYTE + 1)
        if threads_for(cost, limit) == 1:
            blocks = 1
    parts = np.empty((blocks, columns), np.float32)
    _add_rows(workers_for(x.size), x, parts)
    for part in parts[1:]:
        parts[0] += part
    return parts[0]
