"""The sums of squares of all gradients in one call, for clipping by norm.

The reference is ``summation.total``.  Arrays are passed as in ``kernels/optimizers.py``.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from minikeras.kernels.rounding.sums import (
    add_leaves,
    append_leaves,
    most_leaves,
    sum_squares_of_leaf,
)
from minikeras.kernels.runtime.array_table import (
    DATA,
    LENGTH,
    item,
    load,
    pointer,
    size_of,
    table_of_parts,
)
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import run_parts
from minikeras.summation import ACCUMULATORS, PACKET_BYTES


@kernel
def _squares_part(start, stop, objects, leaves, owners, sums):
    s = np.empty(ACCUMULATORS * PACKET_BYTES // sums.itemsize, sums.dtype)
    for leaf in range(start, stop):
        address = load(item(objects, owners[leaf]) + DATA) + leaves[leaf, 0] * sums.itemsize
        sums[leaf] = sum_squares_of_leaf(carray(pointer(address, sums), leaves[leaf, 1]), s)


@kernel
def squares(workers, objects, roles, dtype, s):
    """sₖ = Σ g² for variable k, in the order of ``summation.total``"""
    if not len(table_of_parts(objects, roles, dtype, s.itemsize, 0)):
        return False
    variables, width, most = load(objects + LENGTH), PACKET_BYTES // s.itemsize, 0
    for i in range(variables):
        most += most_leaves(size_of(item(objects, i)), width)
    leaves, owners, count = np.empty((most, 3), np.int64), np.empty(most, np.int64), 0
    for i in range(variables):
        before = count
        count = append_leaves(leaves, count, 0, size_of(item(objects, i)), width)
        owners[before:count] = i
    sums = np.empty(count, s.dtype)
    run_parts(workers, _squares_part, count, (objects, leaves, owners, sums))
    first = 0
    for i in range(variables):
        used = add_leaves(leaves[first:], sums[first:])
        s[i] = sums[first]
        first += used
    return True
