"""A matrix product of one thread without fused multiply-adds, summed in Eigen's order.

TensorFlow multiplies so in few places; elsewhere oneDNN's kernel does (``contraction.py``).  The
sum of an element runs in order, except in the last columns, those beyond a multiple of sixteen.
There, rows in groups of four have

    for four columns at once    two sums, of the even and the odd steps of k
    for the columns after that  eight sums, of every eighth step of k

up to a multiple of eight; what is left of k follows.
Source: Eigen, ``GeneralBlockPanelKernel.h``, for AVX without FMA.
"""

from __future__ import annotations

import numpy as np

from minikeras.kernels.runtime.compile import kernel
from minikeras.types import Array


@kernel
def unfused_rows(x: Array, first: int, rows: int, height: int, w: Array, y: Array) -> None:
    """y[:height] = x @ w for rows ``first`` and on, of ``rows`` in all; x is flat, w is (K, O)."""
    inner, columns = w.shape
    zero, eights, sums = w.dtype.type(0), inner // 8 * 8, np.empty(8, w.dtype)
    for m in range(height):
        a, result = x[m * inner : (m + 1) * inner], y[m]
        in_order, in_fours = columns, columns
        if first + m < rows // 4 * 4:
            in_order, in_fours = columns // 16 * 16, columns // 4 * 4
        for j in range(in_order):
            result[j] = zero
        for k in range(inner):
            v, factors = a[k], w[k]
            for j in range(in_order):
                result[j] += v * factors[j]
        for j in range(in_order, in_fours):
            even, odd = zero, zero
            for k in range(0, eights, 2):
                even += a[k] * w[k, j]
                odd += a[k + 1] * w[k + 1, j]
            total = even + odd
            for k in range(eights, inner):
                total += a[k] * w[k, j]
            result[j] = total
        for j in range(in_fours, columns):
            sums[:] = 0
            for k in range(0, eights, 8):
                for v in range(8):
                    sums[v] += a[k + v] * w[k + v, j]
            even = (sums[0] + sums[2]) + (sums[4] + sums[6])
            odd = (sums[1] + sums[3]) + (sums[5] + sums[7])
            for k in range(eights, inner - 1, 2):
                even += a[k] * w[k, j]
                odd += a[k + 1] * w[k + 1, j]
            total = even + odd
            if inner % 2:
                total += a[inner - 1] * w[inner - 1, j]
            result[j] = total
