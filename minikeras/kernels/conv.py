"""Convolution and its gradients by indexed products; the reference: ``ops/primitives/conv.py``.

Window m starts at cell ``starts[m]`` of the flat input and its cell k lies ``offsets[k]`` further
on, whatever the rank, the strides and the dilation; so one kernel serves them all and no patches
are built.  Images get their margins one at a time, in a buffer that stays in the cache, and bias
and relu meet each image while it is there.  Sums run in TensorFlow's order, see ``contraction.py``:

    forward           over the cells of the window (p, q, c)
    kernel gradient   over the windows (n, i, j)
    input gradient    over the filters, then over the windows that hold the cell, in ascending order
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np

from minikeras.kernels import conv2d, conv3d
from minikeras.kernels.conv2d import add_window, add_windows
from minikeras.kernels.relu import relu_vjp
from minikeras.kernels.rounding.contraction import ROWS, Reads, gemm_part, indexed_matmul, panels_of
from minikeras.kernels.rounding.contraction_cuts import contraction_cuts
from minikeras.kernels.rounding.matrix_vector import indexed_matvec
from minikeras.kernels.rounding.packets import cores
from minikeras.kernels.rounding.sums import bias_gradient
from minikeras.kernels.rounding.sums import sum as tensorflow_sum
from minikeras.kernels.rounding.unfused import unfused_rows
from minikeras.kernels.runtime.compile import flat, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.kernels.windows import (
    copy_from_padded,
    copy_into_padded,
    flat_with_margins,
    image_tables,
    joined,
    row_starts,
    split,
    tables,
)
from minikeras.types import Array
from minikeras.windows import (
    Margins,
    Sizes,
    after_skipped,
    counts,
    enlarged,
    inside,
    without_skipped,
)

# Cycles that Eigen estimates for finding one element of a patch: three divisions of 24 and 14
# multiplications, for 8 elements at once.
PATCH = (3 * 24 + 14) / 8
_NONE = np.empty(0, np.uintp)


def convolve(
    x: Array, w: Array, *, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    return _convolved(x, w, np.empty(0, w.dtype), strides, dilation, margins, False)


def convolve_biased(
    x: Array,
    w: Array,
    b: Array,
    *,
    strides: Sizes,
    dilation: Sizes,
    margins: Margins,
    rectified: bool,
) -> Array:
    return _convolved(x, w, flat(b), strides, dilation, margins, rectified)


def _convolved(
    x: Array, w: Array, b: Array, strides: Sizes, dilation: Sizes, margins: Margins, rectified: bool
) -> Array:
    size, (channels, filters) = w.shape[:-2], w.shape[-2:]
    if any(low < 0 for low, _ in margins):
        x, margins = np.ascontiguousarray(after_skipped(x, margins)), without_skipped(margins)
    space = enlarged(x.shape[1:-1], margins)
    out = counts(space, size, strides, dilation)
    shape, windows = (len(x), *space, channels), math.prod(out)
    gather_cost = 0.0 if out == space and math.prod(size) == 1 else PATCH
    if conv3d.applies(x, size, strides, dilation, margins):
        gather_cost = conv3d.PATCH
        if max(dilation) > 1:
            parts, ones = split(x, dilation, margins), (1, 1, 1)
            return joined(_convolved(parts, w, b, ones, ones, (), rectified), dilation, out)
    factor = flat(w).reshape(-1, filters)
    cuts: tuple[tuple[int, ...], ...] = ((len(factor),),)
    products = len(x) * math.prod(d * -(-n // d) for n, d in zip(out, dilation))  # of split images
    if w.dtype == np.float32 and x.size:
        cuts = contraction_cuts(products, filters, len(factor), cores(), gather_cost)
    if filters > 1 and products > 1 and len(cuts) == 1 and len(factor) and x.size:
        starts, offsets = image_tables(shape[1:], size, out, strides, dilation)
        y = np.empty((len(x) * windows, filters), w.dtype)
        rows = row_starts(x.shape[1:], margins) if margins else _NONE
        where = starts, offsets, rows, math.prod(shape[1:])
        layer = factor, np.array(cuts[0]), b, rectified
        _convolve(workers_for(y.size * len(factor)), flat(x), len(x), where, layer, y)
    else:
        starts, offsets = tables(shape, size, out, strides, dilation)
        factors = flat_with_margins(x, margins), starts, offsets, factor
        if products == 1 and x.dtype == np.float32 and x.size:
            y = conv2d.vector_product(factors[0][offsets], factor)
        elif filters == 1 and x.size:
            y = indexed_matvec(*factors[:3], factor.reshape(-1), cuts)
        else:
            y = indexed_matmul(*factors, gather_cost)
        if len(b):
            y += b
        if rectified:
            np.maximum(y, 0, out=y)
    return y.reshape(len(x), *out, filters)


class Windows(NamedTuple):
    """Where windows start in an image with margins, and their cells from there."""

    starts: Array
    offsets: Array
    rows: Array  # where the rows of the image start; empty without margins
    cells: int  # in an image with margins


class Filters(NamedTuple):
    """What is applied to each window: max(window · w + b, 0) if rectified."""

    w: Array
    cuts: Array  # the lengths of the segments of the sum
    b: Array  # empty for none
    rectified: bool


@kernel
def _convolve_part(
    start: int,
    stop: int,
    x: Array,
    images: int,
    windows: Windows,
    filters: Filters,
    y: Array,
    per_image: int,
) -> None:
    """A part is some windows of an image, which has ``per_image`` parts."""
    w, b, starts, columns = filters.w, filters.b, windows.starts, np.uintp(filters.w.shape[1])
    height = ROWS * (48 if len(w) > 64 else 56)  # so that a block's rows of x stay in the cache
    count = ceil_div(len(starts), per_image)
    has_margins, zero = len(windows.rows) > 0, w.dtype.type(0)
    padded = np.zeros(windows.cells if has_margins else 0, x.dtype)
    for part in range(start, stop):
        n, first = part // per_image, part % per_image * count
        mine = starts[first : first + count]
        if not len(mine):
            continue
        result = y[n * len(starts) + first : n * len(starts) + first + len(mine)]
        image = x[n * windows.cells :]
        if has_margins:
            copy_into_padded(x, n, windows.rows, padded, 0, len(x) // images)
            image = padded
        blocks = panels_of(w)[0] * ceil_div(len(mine), height)
        reads = Reads(image, mine, windows.offsets)
        gemm_part(0, blocks, reads, w, filters.cuts, result, height)
        if len(b):
            flat = y.reshape(-1)
            for m in range(len(mine)):
                here = np.uintp(n * len(starts) + first + m) * columns
                for j in range(columns):
                    v = flat[here + j] + b[j]
                    flat[here + j] = zero if filters.rectified and v <= zero else v


@kernel
def _convolve(workers: int, x: Array, images: int, windows: Any, filters: Any, y: Array) -> None:
    per_image = max(1, min(8 // images, len(windows[0]) // ROWS))
    factors = x, images, Windows(*windows), Filters(*filters), y, per_image
    run_parts(workers, _convolve_part, images * per_image, factors)


def convolve_vjp(
    dy: Array,
    y: Array,
    x: Array,
    w: Array,
    *,
    strides: Sizes,
    dilation: Sizes,
    margins: Margins = (),
) -> Any:
    how: Any = {"strides": strides, "dilation": dilation, "margins": margins}
    return (
        lambda: convolve_input_gradient(dy, w, space=x.shape[1:-1], **how),
        lambda: convolve_kernel_gradient(x, dy, size=w.shape[:-2], **how),
    )


def convolve_biased_vjp(
    dy: Array,
    y: Array,
    x: Array,
    w: Array,
    b: Array,
    *,
    strides: Sizes,
    dilation: Sizes,
    margins: Margins,
    rectified: bool,
) -> Any:
    dz = relu_vjp(dy, y, y) if rectified else dy
    dx, dw = convolve_vjp(dz, y, x, w, strides=strides, dilation=dilation, margins=margins)
    return dx, dw, lambda: _bias_gradient(dz)


def _bias_gradient(dz: Array) -> Array:
    """Parity: the sum for a single filter is no bias gradient, see ``ops.add``."""
    axes = tuple(range(dz.ndim - 1))
    if dz.dtype != np.float32:
        return dz.sum(axes)
    return bias_gradient(dz) if dz.shape[-1] > 1 else tensorflow_sum(dz, axes)


def convolve_kernel_gradient(
    x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    margins = without_skipped(margins)
    over_three = conv3d.applies(x, size, strides, dilation, margins)
    if not over_three and not conv2d.applies(x, size):
        return _kernel_gradient(x, dy, size, strides, dilation, margins)
    if max(dilation) > 1 and max(strides) == 1:
        x, dy = split(x, dilation, margins), split(dy, dilation, ())
        dilation, margins = (1,) * len(size), ()
    if over_three:
        n = conv3d.images_at_once(x.shape, (*size, x.shape[-1], dy.shape[-1]), dy.shape)
        if not n:
            return conv3d.kernel_gradient(x, dy, size, strides, margins)
    else:
        cells = math.prod(size) * x.shape[-1]
        n = conv2d.images_at_once(math.prod(dy.shape[1:-1]), cells, dy.shape[-1])
    parts = ((x[i : i + n], dy[i : i + n]) for i in range(0, len(x), n))
    sums = (_kernel_gradient(*part, size, strides, dilation, margins) for part in parts)
    return functools.reduce(np.add, sums)


def _kernel_gradient(
    x: Array, dy: Array, size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins
) -> Array:
    channels, filters = x.shape[-1], dy.shape[-1]
    shape = (len(x), *enlarged(x.shape[1:-1], margins), channels)
    starts, offsets = tables(shape, size, dy.shape[1:-1], strides, dilation)
    factors = flat_with_margins(x, margins), offsets, starts
    if len(offsets) == 1 and conv2d.applies(x, size):
        dw = conv2d.vector_product(factors[0][starts], flat(dy).reshape(-1, filters))
    elif filters == 1 and x.size:
        cuts: tuple[tuple[int, ...], ...] = ((len(starts),),)
        if x.dtype == np.float32:
            cuts = contraction_cuts(len(offsets), 1, len(starts), cores())
        dw = indexed_matvec(*factors, flat(dy), cuts)
    else:
        dw = indexed_matmul(*factors, flat(dy).reshape(-1, filters))
    return dw.reshape(*size, channels, filters)


def convolve_input_gradient(
    dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    size, (channels, filters) = w.shape[:-2], w.shape[-2:]
    out, shape, margins = dy.shape[1:-1], (*space, channels), without_skipped(margins)
    dx = np.empty((len(dy), *shape), dy.dtype)
    if not (dx.size and filters):
        return np.zeros_like(dx)
    over_two = conv2d.applies(dy, size)
    over_three = conv3d.applies(dy, size, strides, dilation, margins)
    if (over_two or over_three) and max(dilation) > 1 and max(strides) == 1:
        return _dilated_input_gradient(dy, w, space, dilation, margins)
    if over_three:
        most = 1 if len(dy) == 1 else math.inf
        if not conv3d.images_at_once(dx.shape, w.shape, dy.shape, most):
            spread = conv3d.spread(dy, size, strides, space, margins)
            return convolve(spread, flipped(w), strides=(1, 1, 1), dilation=(1, 1, 1))
    unfused = over_three and len(dy) > 1
    larger = (len(dy), *enlarged(space, margins), channels)
    run = channels * size[-1] if dilation[-1] == 1 else channels
    matrices = flat(dy).reshape(-1, filters), flat(w).reshape(-1, filters)
    if dy.dtype == np.float32 and not unfused:
        products = conv2d.products_of_windows(*matrices, len(dy))
        if products is not None:
            padded = np.zeros(larger, dy.dtype)
            starts, offsets = tables(larger, size, out, strides, dilation)
            add_windows(products, starts, offsets.astype(np.uintp), run, padded.reshape(-1))
            return np.ascontiguousarray(padded[inside(space, margins)] if margins else padded)
    starts, offsets = image_tables(larger[1:], size, out, strides, dilation)
    cuts = np.array(() if unfused else conv2d.cuts_of_windows(*matrices, len(dy)), np.int64)
    around = _margins_of_gradient(size, dilation, margins)
    if len(cuts) == 1 and channels >= 16 and max(strides) == 1 and min(around)[0] >= 0:
        return _input_gradient_as_convolution(dy, w, shape, dilation, around)
    transposed = np.ascontiguousarray(matrices[1].T)
    rows = row_starts(shape, margins) if margins else np.zeros(1, np.uintp)
    where = starts, offsets.astype(np.uintp), rows, math.prod(larger[1:])
    workers = workers_for(dy.size * len(offsets))
    _add_products(workers, flat(dy), transposed, cuts, where, run, dx.reshape(-1), len(dy))
    return dx


def flipped(w: Array) -> Array:
    """w with its cells in reverse, its channels and filters exchanged."""
    reverse = np.flip(w, tuple(range(w.ndim - 2))).swapaxes(-1, -2)
    return np.ascontiguousarray(reverse)


def _dilated_input_gradient(
    dy: Array, w: Array, space: Sizes, dilation: Sizes, margins: Margins
) -> Array:
    larger, ones = enlarged(space, margins), (1,) * len(space)
    part = tuple(-(-n // d) for n, d in zip(larger, dilation))
    dy = split(dy, dilation, ())
    dx = convolve_input_gradient(dy, w, space=part, strides=ones, dilation=ones)
    dx = joined(dx, dilation, larger)
    return np.ascontiguousarray(dx[inside(space, margins)]) if margins else dx


def _margins_of_gradient(size: Sizes, dilation: Sizes, margins: Margins) -> Margins:
    """How far windows reach over the map of dy on both sides, so that every cell has its own."""
    margins = margins or ((0, 0),) * len(size)
    reach = [d * (k - 1) for k, d in zip(size, dilation)]
    return tuple((r - low, r - high) for r, (low, high) in zip(reach, margins))


def _input_gradient_as_convolution(
    dy: Array, w: Array, shape: Sizes, dilation: Sizes, around: Margins
) -> Array:
    """The input gradient for strides of 1: dy with margins ``around``, convolved with w flipped.

    For each cell of the input, each window gives one segment of the sum over its filters, and the
    order of the segments is that in which windows would add to the cell.  The zeros in the margins
    change no bit of finite numbers.
    """
    size, (channels, filters) = w.shape[:-2], w.shape[-2:]
    image, ones = (*dy.shape[1:-1], filters), (1,) * len(size)
    factor = flipped(w).reshape(-1, channels)
    larger = (*enlarged(image[:-1], around), filters)
    starts, offsets = image_tables(larger, size, shape[:-1], ones, dilation)
    dx = np.empty((len(dy) * len(starts), channels), dy.dtype)
    where = starts, offsets, row_starts(image, around), math.prod(larger)
    layer = factor, np.full(math.prod(size), filters), np.empty(0, dx.dtype), False
    _convolve(workers_for(dx.size * len(factor)), flat(dy), len(dy), where, layer, dx)
    return dx.reshape(len(dy), *shape)


@kernel
def _add_images(
    start: int,
    stop: int,
    dy: Array,
    w: Array,
    cuts: Array,
    windows: Windows,
    run: int,
    dx: Array,
    images: int,
) -> None:
    (filters, cells), starts = w.shape, windows.starts
    block = max(6, CHUNK // max(cells, 1))  # a block of the product stays in the cache
    rows, columns = np.arange(block) * filters, np.arange(filters)
    product = np.empty((block, cells), dx.dtype)
    padded = np.empty(windows.cells, dx.dtype)
    for image in range(start, stop):
        padded[:] = 0
        for first in range(0, len(starts), block):
            height = min(block, len(starts) - first)
            left = dy[(image * len(starts) + first) * filters :]
            if not len(cuts):
                unfused_rows(left, first, len(starts), height, w, product)
            elif filters == 1:
                for m in range(height):
                    for k in range(cells):
                        product[m, k] = left[m] * w[0, k]
            else:
                reads = Reads(left, rows[:height], columns)
                gemm_part(0, panels_of(w)[0], reads, w, cuts, product, height)
            for m in range(height):
                add_window(product.reshape(-1), m, starts[first + m], windows.offsets, run, padded)
        copy_from_padded(padded, windows.rows, dx, image, len(dx) // images)


@kernel
def _add_products(
    workers: int, dy: Array, w: Array, cuts: Array, windows: Any, run: int, dx: Array, images: int
) -> None:
    """Add dy @ w (O, cells), window by window, into dx; each image is a part.

    Without ``cuts`` the products are unfused.
    """
    run_parts(workers, _add_images, images, (dy, w, cuts, Windows(*windows), run, dx, images))
