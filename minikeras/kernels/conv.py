"""Convolution and its two gradients by gathered products.  The reference is ``ops/conv.py``.

Window m starts at cell ``starts[m]`` of the flat input and its cell k lies ``offsets[k]`` further
on, whatever the rank, the strides and the dilation; so one kernel serves them all and no patches
are built.  Sums run in TensorFlow's order, see ``gathered.py``:

    forward           over the cells of the window (p, q, c)
    kernel gradient   over the windows (n, i, j)
    input gradient    over the filters, then over the windows that hold the cell, in ascending order
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import float32, float64, int64, njit, void

from minikeras.kernels.eigen_matmul import segments
from minikeras.kernels.eigen_scalar import cores
from minikeras.kernels.gathered import chained_product, constant, gathered_product
from minikeras.kernels.windows import Sizes, count, flat, tables
from minikeras.types import Array


def convolve(x: Array, w: Array, *, strides: Sizes, dilation: Sizes) -> Array:
    size, filters = w.shape[:-2], w.shape[-1]
    out = count(x.shape[1:-1], size, strides, dilation)
    starts, offsets = tables(x.shape, size, out, strides, dilation)
    y = gathered_product(flat(x), starts, offsets, flat(w).reshape(-1, filters))
    return y.reshape(x.shape[0], *out, filters)


def convolve_kernel_gradient(
    x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes
) -> Array:
    channels, filters = x.shape[-1], dy.shape[-1]
    starts, offsets = tables(x.shape, size, dy.shape[1:-1], strides, dilation)
    dw = gathered_product(flat(x), offsets, starts, flat(dy).reshape(-1, filters))
    return dw.reshape(*size, channels, filters)


def convolve_input_gradient(
    dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes
) -> Array:
    size, (channels, filters) = w.shape[:-2], w.shape[-2:]
    dx = np.zeros((dy.shape[0], *space, channels), dy.dtype)
    starts, offsets = tables(dx.shape, size, dy.shape[1:-1], strides, dilation)
    transposed = np.ascontiguousarray(w.reshape(-1, filters).T)
    run = channels * size[-1] if dilation[-1] == 1 else channels
    if filters:
        cuts = np.array(segments(math.prod(dy.shape[1:-1]), len(offsets), filters, cores())[0])
        _add_windows(flat(dy), transposed, starts, offsets, cuts, dx.reshape(-1), run)
    return dx


def _signature(real: Any) -> Any:
    table = constant(int64, 1)
    return void(constant(real, 1), constant(real, 2), table, table, table, real[::1], int64)


@njit([_signature(float32), _signature(float64)], nogil=True, cache=True)
def _add_windows(
    dy: Array, w: Array, starts: Array, offsets: Array, cuts: Array, dx: Array, run: int
) -> None:
    """Add dy @ w, window by window, into dx; every ``run`` cells of a window are neighbours."""
    filters, cells = w.shape
    block = max(6, 16384 // max(cells, 1))  # a block of the product stays in the cache
    rows, columns = np.arange(block) * filters, np.arange(filters)
    product = np.empty((block, cells), dx.dtype)
    for first in range(0, len(starts), block):
        height = min(block, len(starts) - first)
        chained_product(dy[first * filters :], rows[:height], columns, w, cuts, product[:height])
        for m in range(height):
            start, source = starts[first + m], product[m]
            if run < 8:
                for k in range(cells):
                    dx[start + offsets[k]] += source[k]
            else:  # slices of neighbours: one vector instruction for 8 or 16 of them
                for k in range(0, cells, run):
                    target, part = dx[start + offsets[k] :], source[k : k + run]
                    for t in range(run):
                        target[t] += part[t]
