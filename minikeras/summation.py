"""The order in which TensorFlow adds an array on one thread, in NumPy.

The compiled form is in ``kernels/rounding/sums.py``.
Source: Eigen, ``TensorReduction.h``, ``InnerMostDimReducer``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.types import Array

PACKET_BYTES = 32  # an AVX register: 8 float32 or 4 float64
ACCUMULATORS = 4  # packets of partial sums, which take a packet each in turn
LEAF_PACKETS = 1024  # arrays of more packets are split in half


def total(x: Array) -> Any:
    """Σ x over all entries.

    Four packets of partial sums take a packet of x each in turn and are added up.  The packets
    that remain are added to the result, then its lanes are added, then the last entries.

    Parity: an array that TensorFlow splits between threads is added in another order.
    """
    x = x.reshape(-1)
    width = PACKET_BYTES // x.itemsize
    if x.size > LEAF_PACKETS * width:
        half = -(-((x.size + 1) // 2) // width) * width
        return total(x[:half]) + total(x[half:])
    unrolled, whole = x.size - x.size % (ACCUMULATORS * width), x.size - x.size % width
    lanes = np.add.reduce(x[:unrolled].reshape(-1, ACCUMULATORS, width), axis=0)
    lanes = np.add.reduce([*lanes, *x[unrolled:whole].reshape(-1, width)], axis=0)
    rest = x.dtype.type(0)
    for value in x[whole:]:
        rest = rest + value
    return rest + add_lanes(lanes)


def add_lanes(lanes: Array) -> Any:
    """The sum along the first axis, a power of two long: halves are added until one is left."""
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = lanes[:half] + lanes[half:]
    return lanes[0]
