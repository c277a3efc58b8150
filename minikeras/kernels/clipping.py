"""The sums of squares of all gradients in one call, for clipping by norm.

The reference is ``optimizers/norms.py``.  Arrays are passed as in ``kernels/optimizers.py``.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from minikeras.kernels.runtime.array_table import (
    DATA,
    LENGTH,
    cut,
    item,
    load,
    pointer,
    size_of,
)
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import run_parts


@kernel
def _squares(start, stop, leaves, sums):
    """Σ g² of each leaf, in the order of ``norms.total``."""
    packet = 32 // sums.itemsize
    four = 4 * packet
    lanes = np.empty(four, sums.dtype)
    for leaf in range(start, stop):
        g = carray(pointer(leaves[leaf, 1], sums), leaves[leaf, 0])
        fours, packets = g.size // four * four, g.size // packet * packet
        lanes[:] = 0
        for i in range(0, fours, four):
            cells = g[i : i + four]
            for v in range(lanes.size):
                lanes[v] += cells[v] * cells[v]
        for v in range(packet):
            for row in range(1, 4):
                lanes[v] += lanes[v + row * packet]
        for i in range(fours, packets, packet):
            for v in range(packet):
                lanes[v] += g[i + v] * g[i + v]
        width = packet
        while width > 1:
            width //= 2
            for v in range(width):
                lanes[v] += lanes[v + width]
        rest = sums[leaf]
        for i in range(packets, g.size):
            rest += g[i] * g[i]
        sums[leaf] = rest + lanes[0]


@kernel
def squares(workers, objects, roles, dtype, s):
    """sₖ = Σ g² for variable k"""
    if not len(cut(objects, roles, dtype, s.itemsize, 0)):
        return False
    packet = 32 // s.itemsize
    variables, count = load(objects + LENGTH), 0
    for i in range(variables):
        count += 1 + size_of(item(objects, i)) // (256 * packet)  # more than there can be
    # Of each leaf: length, address, depth in the tree of halves, variable.
    leaves = np.empty((count, 4), np.int64)
    pending = np.empty((64, 3), np.int64)
    count = 0
    for i in range(variables):
        pending[0, 0], pending[0, 1], pending[0, 2] = 0, size_of(item(objects, i)), 0
        left = 1
        while left:
            left -= 1
            start, size, depth = pending[left, 0], pending[left, 1], pending[left, 2]
            if size > 1024 * packet:
                half = ((size + 1) // 2 + packet - 1) // packet * packet
                pending[left, 0], pending[left, 1] = start + half, size - half
                pending[left + 1, 0], pending[left + 1, 1] = start, half
                pending[left, 2] = pending[left + 1, 2] = depth + 1
                left += 2
            else:
                leaves[count, 0], leaves[count, 2], leaves[count, 3] = size, depth, i
                leaves[count, 1] = load(item(objects, i) + DATA) + start * s.itemsize
                count += 1
    sums = np.zeros(count, s.dtype)
    run_parts(workers, _squares, count, (leaves, sums))
    level, waiting = np.empty(64, np.int64), np.empty(64, s.dtype)
    left = 0
    for leaf in range(count):
        level[left], waiting[left] = leaves[leaf, 2], sums[leaf]
        left += 1
        while left > 1 and level[left - 1] == level[left - 2]:  # two halves of one whole
            left -= 1
            level[left - 1] -= 1
            waiting[left - 1] += waiting[left]
        if level[0] == 0:
            s[leaves[leaf, 3]], left = waiting[0], 0
    return True
