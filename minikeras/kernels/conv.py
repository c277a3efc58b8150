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

import numpy as np

from minikeras.kernels.compiled import kernel
from minikeras.kernels.eigen_scalar import HAS_AVX512, cores, fma
from minikeras.kernels.eigen_segments import segments
from minikeras.kernels.gathered import VECTORS, gathered_product, product_part
from minikeras.kernels.threads import share, team
from minikeras.kernels.windows import Sizes, count, flat, tables
from minikeras.types import Array

# Cycles in which Eigen reckons to find one element of a patch: three divisions of 24 and 14
# multiplications, for 8 elements at once.
_PATCH = (3 * 24 + 14) / 8


def convolve(x: Array, w: Array, *, strides: Sizes, dilation: Sizes) -> Array:
    size, filters = w.shape[:-2], w.shape[-1]
    out = count(x.shape[1:-1], size, strides, dilation)
    starts, offsets = tables(x.shape, size, out, strides, dilation)
    reading = 0.0 if out == x.shape[1:-1] and math.prod(size) == 1 else _PATCH
    y = gathered_product(flat(x), starts, offsets, flat(w).reshape(-1, filters), reading)
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
    out = dy.shape[1:-1]
    dx = np.zeros((dy.shape[0], *space, channels), dy.dtype)
    if not filters:
        return dx
    starts, offsets = tables(dx.shape, size, out, strides, dilation)
    run = channels * size[-1] if dilation[-1] == 1 else channels
    if dy.dtype == np.float32 and HAS_AVX512 and dy.shape[0] > 1 and 1 < math.prod(out) < 16:
        matrices = flat(dy).reshape(-1, filters), flat(w).reshape(-1, filters)
        _add_dots(*matrices, starts, offsets, run, dx.reshape(-1))
    else:
        transposed = np.ascontiguousarray(w.reshape(-1, filters).T)
        cuts = np.array(segments(math.prod(out), len(offsets), filters, cores())[0])
        work = team(dy.size * len(offsets))
        factors = flat(dy), transposed, cuts, starts, offsets, run
        _add_products(work, *factors, dx.reshape(-1), len(dy))
    return dx


@kernel
def _add_window(product: Array, start: int, offsets: Array, run: int, dx: Array) -> None:
    """Add one row of the product to its window; every ``run`` cells of a window are neighbours."""
    if run < 8:
        for k in range(len(offsets)):
            dx[start + offsets[k]] += product[k]
    else:  # slices of neighbours: one vector instruction for 8 or 16 of them
        for k in range(0, len(offsets), run):
            target, part = dx[start + offsets[k] :], product[k : k + run]
            for t in range(run):
                target[t] += part[t]


@kernel
def _add_images(
    start: int,
    stop: int,
    dy: Array,
    w: Array,
    cuts: Array,
    starts: Array,
    offsets: Array,
    run: int,
    dx: Array,
    windows: int,
) -> None:
    filters, cells = w.shape
    block = max(6, 16384 // max(cells, 1))  # a block of the product stays in the cache
    rows, columns = np.arange(block) * filters, np.arange(filters)
    product = np.empty((block, cells), dx.dtype)
    step = VECTORS * 64 // w.itemsize
    panels = (cells + step - 1) // step
    for image in range(start, stop):
        for first in range(image * windows, (image + 1) * windows, block):
            height = min(block, (image + 1) * windows - first)
            part = dy[first * filters :]
            product_part(0, panels, part, rows[:height], columns, w, cuts, product, height)
            for m in range(height):
                _add_window(product[m], starts[first + m], offsets, run, dx)


@kernel
def _add_products(
    team: int,
    dy: Array,
    w: Array,
    cuts: Array,
    starts: Array,
    offsets: Array,
    run: int,
    dx: Array,
    images: int,
) -> None:
    """Add dy @ w (O, cells), window by window, into dx; each image is a part."""
    windows = len(starts) // images
    share(team, _add_images, images, (dy, w, cuts, starts, offsets, run, dx, windows))


@kernel
def _add_dots(dy: Array, w: Array, starts: Array, offsets: Array, run: int, dx: Array) -> None:
    """The same for maps of 2 to 15 cells, w (cells, O) as it is stored.

    Parity: there oneDNN's kernel for AVX-512 takes dot products in 16 lanes, folded in halves.
    """
    filters = dy.shape[1]
    product, lanes = np.empty(len(offsets), np.float32), np.empty(16, np.float32)
    for m in range(len(starts)):
        for k in range(len(offsets)):
            lanes[:] = 0
            for o in range(0, filters, 16):
                a, b = dy[m, o : o + 16], w[k, o : o + 16]
                for v in range(len(a)):
                    lanes[v] = fma(a[v], b[v], lanes[v])
            half = 8
            while half:
                for v in range(half):
                    lanes[v] += lanes[v + half]
                half //= 2
            product[k] = lanes[0]
        _add_window(product, starts[m], offsets, run, dx)
