"""Depthwise convolution and its gradients; the reference: ``ops/primitives/depthwise.py``.

Sums run in TensorFlow's order (``depthwise_conv_op.cc``, ``depthwise_conv_grad_op.cc``), without
fused operations:

    forward           over the cells of the window, in ascending order
    input gradient    the same for each filter of a channel, then over its filters
    kernel gradient   over the windows of an image, then over the images

Windows over one axis are windows over two, of size 1 along the second.  Each part of the work
copies the cells that some rows of the result need, with margins, into a buffer that stays in the
cache.  All inner loops run along the channels.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from minikeras.kernels.rounding.packets import PACKET
from minikeras.kernels.runtime.compile import internal_kernel, intrinsic, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array
from minikeras.windows import Margins, Sizes, counts, enlarged

_BUFFER = 4 * CHUNK  # numbers that stay in the second-level cache


class Frame(NamedTuple):
    """A larger image: cell (i, j) of the smaller lies at (low + i · step, left + j · across).

    Each of its channels is repeated ``copies`` times; all other cells are 0.
    """

    low: int
    left: int
    step: int
    across: int
    width: int
    copies: int


class Windows(NamedTuple):
    """How many rows of the frame a window covers, and how far the windows are apart."""

    height: int
    stride: int
    across: int
    offsets: Array  # of the cells of a window, in the flat frame


@internal_kernel
def _copy_rows(image: Array, frame: Frame, first: int, buffer: Array) -> None:
    """Write the rows of the frame from ``first`` on into ``buffer``: (rows, width, columns)."""
    buffer[:] = 0
    for i in range(len(buffer)):
        row = first + i - frame.low
        if row < 0 or row % frame.step or row // frame.step >= len(image):
            continue
        source = image[row // frame.step]
        for j in range(len(source)):
            column = frame.left + j * frame.across
            if not 0 <= column < frame.width:
                continue
            cells, target = source[j], buffer[i, column]
            if frame.copies == 1:
                for c in range(len(cells)):
                    target[c] = cells[c]
            else:
                for c in range(len(cells)):
                    target[c * frame.copies : (c + 1) * frame.copies] = cells[c]


def _tile(height: int) -> Any:
    """For ``height`` windows, ``apart`` in x, and one vector of columns of w from j on:

    y[o + i·columns:] = Σ_k  x[a + i·apart + offsets[k]:] · w[k, j:],  the sums in registers.
    """

    def emit(typing, x, a, apart, offsets, w, j, y, o):
        number = types.int64

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            x_, a, apart, offsets_, w_, j, y_, o = args
            x, w, y, offsets = (
                context.make_array(signature.args[i])(context, builder, value)
                for i, value in ((0, x_), (4, w_), (6, y_), (3, offsets_))
            )
            bits, columns = signature.args[0].dtype.bitwidth, builder.extract_value(w.shape, 1)
            integer, short, lanes = ir.IntType(64), ir.IntType(32), 512 // bits
            vector = ir.VectorType(x.data.type.pointee, lanes)
            left = ir.Constant(ir.VectorType(integer, lanes), ir.Undefined)
            left = builder.insert_element(left, builder.sub(columns, j), short(0))
            first = ir.Constant(ir.VectorType(short, lanes), [0] * lanes)
            left = builder.shuffle_vector(left, left, first)
            mask = builder.icmp_signed("<", ir.Constant(left.type, list(range(lanes))), left)
            zero, align = ir.Constant(vector, [0.0] * lanes), short(bits // 8)

            def masked(name: str, result: Any, *values: Any) -> Any:
                kind = ir.FunctionType(result, [value.type for value in values])
                name = f"llvm.masked.{name}.v{lanes}f{bits}.p0"
                function = cgutils.get_or_insert_function(builder.module, kind, name)
                return builder.call(function, values)

            def at(array: Any, index: Any) -> Any:
                return builder.bitcast(builder.gep(array.data, [index]), vector.as_pointer())

            def load(array: Any, index: Any) -> Any:
                return masked("load", vector, at(array, index), align, mask, zero)

            sums = [cgutils.alloca_once_value(builder, zero) for _ in range(height)]
            with cgutils.for_range(builder, builder.extract_value(offsets.shape, 0)) as loop:
                factor = load(w, builder.add(builder.mul(loop.index, columns), j))
                cell = builder.add(a, builder.load(builder.gep(offsets.data, [loop.index])))
                for total in sums:
                    product = builder.fmul(load(x, cell), factor)
                    builder.store(builder.fadd(builder.load(total), product), total)
                    cell = builder.add(cell, apart)
            for total in sums:
                masked("store", ir.VoidType(), builder.load(total), at(y, o), align, mask)
                o = builder.add(o, columns)
            return context.get_dummy_value()

        return types.none(x, number, number, offsets, w, number, y, number), generate

    @intrinsic(emit)
    def tile(
        x: Array, a: int, apart: int, offsets: Array, w: Array, j: int, y: Array, o: int
    ) -> None:
        width = min(64 // x.itemsize, w.shape[1] - j)
        for i in range(height):
            total = np.zeros(width, x.dtype)
            for k, offset in enumerate(offsets):
                total += x[a + i * apart + offset :][:width] * w[k, j : j + width]
            y[o + i * w.shape[1] :][:width] = total

    return tile


_tile_of_four, _tile_of_one = _tile(4), _tile(1)


@internal_kernel
def _add_taps(x: Array, apart: int, offsets: Array, w: Array, y: Array) -> None:
    """y[i, j] = Σ_k  x[i · apart + offsets[k] + j] · w[k, j], in order."""
    count, columns = y.shape
    flat, lanes = y.reshape(-1), 64 // y.itemsize
    i = 0
    while i < count:
        height = 4 if i + 4 <= count else 1
        for j in range(0, columns, lanes):
            if height == 4:
                _tile_of_four(x, i * apart + j, apart, offsets, w, j, flat, i * columns + j)
            else:
                _tile_of_one(x, i * apart + j, apart, offsets, w, j, flat, i * columns + j)
        i += height


@internal_kernel
def _add_filters(sums: Array, filters: int, y: Array) -> None:
    """The sum over the filters of each channel: packets first, then the rest."""
    whole = filters // PACKET * PACKET
    y[:] = 0
    for m in range(0, whole, PACKET):
        for c in range(len(y)):
            s = sums[c * filters + m :]
            y[c] += ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
    for m in range(whole, filters):
        for c in range(len(y)):
            y[c] += sums[c * filters + m]


@kernel
def _slide_part(
    start: int, stop: int, x: Array, frame: Frame, windows: Windows, w: Array, y: Array, rows: int
) -> None:
    """A part is some rows of an image of y."""
    bands, columns = ceil_div(y.shape[1], rows), w.shape[1]
    summed, apart = columns > y.shape[3], windows.across * columns
    height = (rows - 1) * windows.stride + windows.height
    buffer = np.empty((height, frame.width, columns), x.dtype)
    sums = np.empty((y.shape[2], columns), x.dtype)
    for part in range(start, stop):
        n, first = part // bands, part % bands * rows
        _copy_rows(x[n], frame, first * windows.stride, buffer)
        for i in range(first, min(first + rows, y.shape[1])):
            cells = buffer[(i - first) * windows.stride :].reshape(-1)
            _add_taps(cells, apart, windows.offsets, w, sums if summed else y[n, i])
            if summed:
                _add_filters(sums.reshape(-1), columns // y.shape[3], y[n, i].reshape(-1))


@kernel
def _slide(workers: int, x: Array, frame: Any, windows: Any, w: Array, y: Array, rows: int) -> None:
    """Write into y what the windows over each image of x give with w: (cells, columns)."""
    data = x, Frame(*frame), Windows(*windows), w, y, rows
    run_parts(workers, _slide_part, len(y) * ceil_div(y.shape[1], rows), data)


@internal_kernel
def _add_windows(x: Array, offsets: Array, apart: int, dy: Array, count: int, dw: Array) -> None:
    """Add to dw the products of ``count`` windows, ``apart`` in x, and of rows of dy; in order."""
    for k in range(len(offsets)):
        a, y = x[offsets[k] :], dw[k]
        if count == 3:
            b, c = a[apart:], a[2 * apart :]
            for i in range(len(y)):
                y[i] = ((y[i] + a[i] * dy[0, i]) + b[i] * dy[1, i]) + c[i] * dy[2, i]
        else:
            for i in range(len(y)):
                y[i] += a[i] * dy[0, i]


@kernel
def _gradient_part(
    start: int,
    stop: int,
    x: Array,
    frame: Frame,
    windows: Windows,
    dy: Array,
    blocks: tuple[int, int, int],
    rows: int,
    dw: Array,
) -> None:
    """A part is an image; each block of its windows has a sum of its own."""
    columns, (d, e, period) = dy.shape[3], blocks
    height = (rows - 1) * windows.stride + windows.height
    buffer = np.empty((height, frame.width, columns), x.dtype)
    for n in range(start, stop):
        dw[:, n] = 0
        for i in range(dy.shape[1]):
            if i % rows == 0:
                _copy_rows(x[n], frame, i * windows.stride, buffer)
            cells = buffer[i % rows * windows.stride :].reshape(-1)
            for first in range(period):
                total = dw[i * windows.stride % d * e + first * windows.across % e, n]
                j = first
                while j < dy.shape[2]:
                    count = 3 if period == 1 and j + 3 <= dy.shape[2] else 1
                    here, apart = cells[j * windows.across * columns :], windows.across * columns
                    _add_windows(here, windows.offsets, apart, dy[n, i, j:], count, total)
                    j += count * period


@kernel
def _gradient(
    workers: int, x: Array, frame: Any, windows: Any, dy: Array, blocks: Any, rows: int, dw: Array
) -> None:
    """Write into dw (blocks, images, cells, columns) the sum over each block of windows."""
    data = x, Frame(*frame), Windows(*windows), dy, blocks, rows, dw
    run_parts(workers, _gradient_part, len(x), data)


def _on_two_axes(x: Array) -> Array:
    x = np.ascontiguousarray(x)
    return x if x.ndim == 4 else x[:, :, None]


def _pairs(size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins) -> list[Any]:
    """The four for two axes."""
    given = (size, 1), (strides, 1), (dilation, 1), (margins or ((0, 0),), (0, 0))
    return [(*values, missing)[:2] for values, missing in given]


def _with_margins(images: Array, margins: Any, copies: int) -> Frame:
    (low, _), (left, right) = margins
    return Frame(low, left, 1, 1, left + images.shape[2] + right, copies)


def _windows(size: Any, strides: Any, dilation: Any, width: int, columns: int) -> Windows:
    (k, m), (d, e) = size, dilation
    offsets = np.add.outer(np.arange(k) * (d * width), np.arange(m) * e).reshape(-1)
    return Windows((k - 1) * d + 1, strides[0], strides[1], offsets * columns)


def _rows(frame: Frame, windows: Windows, columns: int) -> int:
    """How many rows of windows a buffer serves."""
    height = _BUFFER // (frame.width * columns)
    return max(1, (height - windows.height) // windows.stride + 1)


def _slid(images: Array, frame: Frame, windows: Windows, w: Array, y: Array) -> None:
    factor = np.ascontiguousarray(w).reshape(len(windows.offsets), -1)
    workers, rows = workers_for(y.size * len(factor)), _rows(frame, windows, factor.shape[1])
    _slide(workers, images, frame, windows, factor, _on_two_axes(y), rows)


def depthwise(
    x: Array, w: Array, *, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    size, (channels, multiplier) = w.shape[:-2], w.shape[-2:]
    columns = channels * multiplier
    out = counts(enlarged(x.shape[1:-1], margins), size, strides, dilation)
    y = np.empty((len(x), *out, columns), x.dtype)
    images, (sizes, steps, gaps, around) = _on_two_axes(x), _pairs(size, strides, dilation, margins)
    frame = _with_margins(images, around, multiplier)
    _slid(images, frame, _windows(sizes, steps, gaps, frame.width, columns), w, y)
    return y


def depthwise_input_gradient(
    dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """Windows over dy with its cells ``strides`` apart; they meet the cells of w in reverse."""
    dx = np.empty((len(dy), *space, w.shape[-2]), dy.dtype)
    sizes, steps, gaps, around = _pairs(w.shape[:-2], strides, dilation, margins)
    reach = [d * (k - 1) for k, d in zip(sizes, gaps)]
    low, left = (r - margin for r, (margin, _) in zip(reach, around))
    frame = Frame(low, left, steps[0], steps[1], _on_two_axes(dx).shape[2] + reach[1], 1)
    windows = _windows(sizes, (1, 1), gaps, frame.width, dy.shape[-1])
    windows = windows._replace(offsets=windows.offsets[::-1].copy())
    _slid(_on_two_axes(dy), frame, windows, w, dx)
    return dx


def depthwise_kernel_gradient(
    x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """Parity: with dilation the windows of an image are in blocks, which are added last.

    TensorFlow makes an image of each block, whose windows have no gaps (``SpaceToBatchND``).
    """
    channels, columns = x.shape[-1], dy.shape[-1]
    if not len(x):  # the sum of nothing
        return np.zeros((*size, channels, columns // channels), x.dtype)
    images, (sizes, steps, gaps, around) = _on_two_axes(x), _pairs(size, strides, dilation, margins)
    frame = _with_margins(images, around, columns // channels)
    windows = _windows(sizes, steps, gaps, frame.width, columns)
    sums = np.empty((math.prod(gaps), len(x), len(windows.offsets), columns), x.dtype)
    blocks = *gaps, gaps[1] // math.gcd(gaps[1], steps[1])
    workers, rows = workers_for(dy.size * len(windows.offsets)), _rows(frame, windows, columns)
    _gradient(workers, images, frame, windows, _on_two_axes(dy), blocks, rows, sums)
    dw = np.add.accumulate(sums.reshape(math.prod(gaps) * len(x), -1))[-1]  # in order
    return dw.reshape(*size, channels, columns // channels)
