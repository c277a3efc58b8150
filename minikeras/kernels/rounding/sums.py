"""Float32 sums and means in the order in which TensorFlow adds on a CPU.

Three orders occur, all on packets of eight lanes:

- `whole`: all elements into one number. Four packets of accumulators run over the data and are
  added; the remaining packets are added to the first; its lanes are added in halves. Elements after
  the last whole packet have a sum of their own, to which that of the lanes is added. Above 8192
  elements the range is halved first, recursively. Before that, large arrays are split into shards,
  one for each thread that TensorFlow would use.
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
    add_lanes,
    cores,
    threads_for,
)
from minikeras.kernels.runtime.compile import inlined, internal_kernel, kernel
from minikeras.kernels.runtime.threads import ALONE, ceil_div, run_parts, workers_for
from minikeras.summation import ACCUMULATORS, LEAF_PACKETS
from minikeras.types import Array

UNROLLED = ACCUMULATORS * PACKET
_LEAF = LEAF_PACKETS * PACKET


@inlined
def _term(x, squared):
    return x * x if squared else x


@inlined
def _sum_terms(x, width, squared, s):
    """Sum of the numbers of a leaf, or of their squares; s: ``ACCUMULATORS`` packets."""
    n = x.size
    unrolled, whole = n - n % (ACCUMULATORS * width), n - n % width
    s[:] = 0
    if unrolled:
        for i in range(0, unrolled, ACCUMULATORS * width):
            terms = x[i : i + s.size]
            for v in range(s.size):
                s[v] += _term(terms[v], squared)
        for v in range(width):
            s[v] = ((s[v] + s[v + width]) + s[v + 2 * width]) + s[v + 3 * width]
    for i in range(unrolled, whole, width):
        for v in range(width):
            s[v] += _term(x[i + v], squared)
    rest = x.dtype.type(0)
    for i in range(whole, n):
        rest += _term(x[i], squared)
    return rest + add_lanes(s, width)


@internal_kernel
def sum_leaf(x, s):
    return _sum_terms(x, PACKET, False, s)


@internal_kernel
def sum_squares_of_leaf(x, s):
    if x.itemsize == 4:  # two calls, so that the width is a constant to LLVM
        return _sum_terms(x, PACKET, True, s)
    return _sum_terms(x, PACKET // 2, True, s)


@internal_kernel
def append_leaves(leaves, count, first, size, width):
    """Halve a range until each piece is a leaf; append these to ``count`` leaves, count them all.

    Each row of ``leaves`` is the first index, the size, and the depth in the tree of halves.
    """
    leaves[count, 0], leaves[count, 1], leaves[count, 2] = first, size, 0
    last = count + 1
    while count < last:
        first, size, depth = leaves[count, 0], leaves[count, 1], leaves[count, 2] + 1
        if size <= LEAF_PACKETS * width:
            count += 1
            continue
        for later in range(last, count + 1, -1):
            for column in range(3):
                leaves[later, column] = leaves[later - 1, column]
        half = min(ceil_div(first + (size + 1) // 2, width) * width - first, size)
        leaves[count, 1], leaves[count, 2] = half, depth
        leaves[count + 1, 0], leaves[count + 1, 1] = first + half, size - half
        leaves[count + 1, 2] = depth
        last += 1
    return count


@internal_kernel
def most_leaves(size, width):
    """``append_leaves`` appends no more than this."""
    return 1 + size // (LEAF_PACKETS // 4 * width)


@internal_kernel
def add_leaves(leaves, sums):
    """Add the sums of the leaves of one range, in place; how many leaves it has."""
    left = leaf = 0
    while leaf == 0 or leaves[0, 2] > 0:
        leaves[left, 2], sums[left] = leaves[leaf, 2], sums[leaf]
        leaf += 1
        while left and leaves[left, 2] == leaves[left - 1, 2]:  # two halves of one range
            left -= 1
            leaves[left, 2] -= 1
            sums[left] += sums[left + 1]
        left += 1
    return leaf


@internal_kernel
def _sum_tree(x, first, count, s):
    if count <= _LEAF:
        return sum_leaf(x[first : first + count], s)
    leaves = np.empty((most_leaves(count, PACKET), 3), np.int64)
    sums = np.empty(append_leaves(leaves, 0, first, count, PACKET), np.float32)
    for leaf in range(sums.size):
        begin = leaves[leaf, 0]
        sums[leaf] = sum_leaf(x[begin : begin + leaves[leaf, 1]], s)
    add_leaves(leaves, sums)
    return sums[0]


@kernel
def _sum_few(x):
    """The sum of one leaf: most sums need no more, and it compiles sooner."""
    return sum_leaf(x, np.empty(UNROLLED, np.float32))


@kernel
def _sum_whole(x, shards):
    s = np.empty(UNROLLED, np.float32)
    if shards == 1:
        return _sum_tree(x, 0, x.size, s)
    block = x.size // shards
    count = x.size // block
    total = np.float32(0)
    if count * block < x.size:
        total = _sum_tree(x, count * block, x.size - count * block, s)
    for p in range(count):
        total += _sum_tree(x, p * block, block, s)
    return total


@kernel
def _sum_rows(x, y):
    s = np.empty(UNROLLED, np.float32)
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
    run_parts(workers, _columns_part, ceil_div(len(x), depth), (x, depth, y))


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
    """y[s, j] = Σ x[i, j] over shard s of the rows; a part is up to 64 columns of a shard."""
    columns = np.uintp(x.shape[1])  # unsigned: no test for negative indices
    height, panels = ceil_div(x.shape[0], len(y)), ceil_div(x.shape[1], 64)
    cells, total = x.reshape(-1), np.empty(64, x.dtype)
    for part in range(start, stop):
        shard, first = part // panels, part % panels * 64
        width = np.uintp(min(64, x.shape[1] - first))
        total[:] = 0
        for i in range(shard * height, min((shard + 1) * height, x.shape[0])):
            here = np.uintp(i) * columns + np.uintp(first)
            for j in range(width):
                total[j] += cells[here + j]
        for j in range(width):
            y[shard, np.uintp(first) + j] = total[j]


@kernel
def _add_rows(workers, x, y):
    run_parts(workers, _add_rows_part, len(y) * ceil_div(x.shape[1], 64), (x, y))


def sum_whole(x: Array, threads: int | None = None) -> np.float32:
    """Sum of all elements."""
    flat = np.ascontiguousarray(x).reshape(-1)
    if x.size <= _LEAF:
        return np.float32(_sum_few(flat))
    shards = 1
    if x.size > 100_000:
        cost = x.size * (4 * CYCLES_PER_BYTE + 10 / PACKET)
        shards = threads_for(cost, cores() if threads is None else threads)
    return np.float32(_sum_whole(flat, shards))


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

    Row after row.  If that is enough work for two threads and the rows are narrow, each of
    TensorFlow's threads adds a shard of the rows.
    """
    limit = cores() if threads is None else threads
    columns = dy.shape[-1]
    x = dy
    if dy.ndim != 2 or not dy.flags.c_contiguous:
        x = np.ascontiguousarray(dy).reshape(math.prod(dy.shape[:-1]), columns)
    rows, shards = x.shape[0], 1
    if x.size > 60_000 and columns <= limit * 32 and rows > 1:  # below, one thread is enough
        least = -(-2000 // columns)
        shards = min(min(rows, -(-x.size // least)), limit)
        height = -(-rows // shards)
        cost = shards * height * columns * (4 * CYCLES_PER_BYTE + 1)
        if threads_for(cost, limit) == 1:
            shards = 1
    sums = np.empty((shards, columns), np.float32)
    _add_rows(workers_for(x.size), x, sums)
    for shard in sums[1:]:
        sums[0] += shard
    return sums[0]
