"""How TensorFlow computes float32 convolutions over three axes, so that the same bits result.

With dilation d it convolves every d-th cell, once for each of the d cells to start from; these make
a larger batch.  Gradients of small arrays it writes as convolutions of dy, with zeros between its
cells for the strides, and around them; then sums run

    kernel gradient    over the cells of the input, then the images (i, j, k, n)
    input gradient     over the cells of the flipped window, then the filters (p, q, r, o)

Gradients of large arrays go through patches of x, as they do over two axes.
Sources: TensorFlow, ``conv_grad_ops_3d.cc``, ``eigen_backward_cuboid_convolutions.h``.
"""

from __future__ import annotations

import math

import numpy as np

from minikeras.kernels.conv2d import vector_product
from minikeras.kernels.rounding.contraction import indexed_matmul
from minikeras.kernels.rounding.contraction_cuts import contraction_cuts, l3_size
from minikeras.kernels.rounding.matrix_vector import indexed_matvec
from minikeras.kernels.rounding.packets import CYCLES_PER_BYTE, cores
from minikeras.kernels.runtime.compile import flat
from minikeras.kernels.windows import tables
from minikeras.types import Array
from minikeras.windows import Margins, Sizes

# Cycles that Eigen estimates for finding one element of a patch: ten divisions of 24, 21
# multiplications and 8 additions, for 8 elements at once.  It forgets that they must be read.
PATCH = (10 * 24 + 21 + 8) / 8 - 4 * CYCLES_PER_BYTE
_ONES = (1, 1, 1)


def applies(x: Array, size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins) -> bool:
    """Whether TensorFlow has such windows over three axes: none lies in the margins alone."""
    if len(size) != 3 or x.dtype != np.float32 or not x.size:
        return False
    reaches = ((k - 1) * d for k, d in zip(size, dilation))
    inside = all(max(margin) <= reach for margin, reach in zip(margins, reaches))
    return inside and (max(strides) == 1 or max(dilation) == 1)


def images_at_once(x: Sizes, w: Sizes, dy: Sizes, most: float = math.inf) -> int:
    """Of how many images TensorFlow holds the patches together, from three shapes; 0 for none.

    As many as fill the third-level cache, but at most ``most``, and none if these patches are more
    than 25 times as large as x, w and dy.
    """
    cells, taps, filters = math.prod(dy[1:-1]), math.prod(w[:-1]), w[-1]
    count = -(-(l3_size() // 4) // (cells * filters + taps * filters + cells * taps))
    elements = math.prod(x) + math.prod(w) + math.prod(dy)
    count = int(min(count, most))
    return 0 if count * cells * taps // elements > 25 else count


def spread(dy: Array, size: Sizes, strides: Sizes, space: Sizes, margins: Margins) -> Array:
    """dy with zeros between and around its cells, so that windows of ``size`` give ``space``."""
    y = np.zeros((len(dy), *(n + k - 1 for n, k in zip(space, size)), dy.shape[-1]), dy.dtype)
    first = [k - 1 - low for k, (low, _) in zip(size, margins or ((0, 0),) * 3)]
    cells = zip(first, strides, dy.shape[1:-1])
    y[(slice(None), *(slice(a, a + (n - 1) * s + 1, s) for a, s, n in cells))] = dy
    return y


def kernel_gradient(x: Array, dy: Array, size: Sizes, strides: Sizes, margins: Margins) -> Array:
    """The gradient of small arrays: dy is the input, x the kernel, the images its channels."""
    space, channels, filters = x.shape[1:-1], x.shape[-1], dy.shape[-1]
    images_last = spread(np.swapaxes(dy, 0, -1), size, strides, space, margins)
    starts, offsets = tables(images_last.shape, space, size, _ONES, _ONES)
    factor = np.moveaxis(x, 0, -2).reshape(-1, channels)
    where = flat(images_last), starts, offsets
    if len(starts) == 1:
        dw = vector_product(where[0][offsets], factor)
    elif channels == 1:
        shards = contraction_cuts(len(starts), 1, len(offsets), cores(), PATCH)
        dw = indexed_matvec(*where, factor.reshape(-1), shards)
    else:
        dw = indexed_matmul(*where, factor, PATCH)
    flipped = np.moveaxis(dw.reshape(filters, *size, channels), 0, -1)
    return np.ascontiguousarray(np.flip(flipped, (0, 1, 2)))
