"""Convolution in groups; the reference: ``ops/primitives/conv_groups.py``.

Keras compiles it with XLA, which writes the gradients as convolutions, as its optimized HLO shows:

    input gradient    windows over dy, with zeros between and around its cells, with w flipped
    kernel gradient   x is the input and dy the kernel; the images are channels, and the groups a
                      further axis, along which windows hold zeros but for one group; where each
                      group has one channel and one filter, all groups meet all groups instead, and
                      what is no gradient is dropped
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.kernels import conv2d, conv3d
from minikeras.kernels.conv import (
    PATCH,
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
    flipped,
)
from minikeras.kernels.rounding.contraction import gemm
from minikeras.kernels.rounding.contraction_cuts import contraction_cuts, sum_of_shards
from minikeras.kernels.rounding.matrix_vector import indexed_matvec
from minikeras.kernels.rounding.packets import cores
from minikeras.kernels.runtime.compile import flat
from minikeras.kernels.runtime.threads import workers_for
from minikeras.kernels.windows import flat_with_margins, joined, split, tables
from minikeras.types import Array
from minikeras.windows import Margins, Sizes, by_groups, enlarged, inside


def convolve_groups(
    x: Array, w: Array, *, strides: Sizes, dilation: Sizes, groups: int, margins: Margins = ()
) -> Array:
    how: Any = {"strides": strides, "dilation": dilation, "margins": margins}
    return by_groups(convolve, groups, x, w, **how)


def groups_input_gradient(
    dy: Array,
    w: Array,
    *,
    space: Sizes,
    strides: Sizes,
    dilation: Sizes,
    groups: int,
    margins: Margins = (),
) -> Array:
    size, ones = w.shape[:-2], (1,) * len(space)
    if not conv2d.applies(dy, size):
        how = {"space": space, "strides": strides, "dilation": dilation, "margins": margins}
        return by_groups(convolve_input_gradient, groups, dy, w, **how)
    if max(dilation) > 1:
        larger = enlarged(space, margins)
        part = tuple(-(-n // d) for n, d in zip(larger, dilation))
        unit: Any = {"strides": ones, "dilation": ones, "groups": groups}
        dx = groups_input_gradient(split(dy, dilation, ()), w, space=part, **unit)
        dx = joined(dx, dilation, larger)
        return np.ascontiguousarray(dx[inside(space, margins)]) if margins else dx

    def transposed(dy: Array, w: Array) -> Array:
        return convolve(dy, flipped(w), strides=ones, dilation=ones)

    return by_groups(transposed, groups, conv3d.spread(dy, size, strides, space, margins), w)


def groups_kernel_gradient(
    x: Array,
    dy: Array,
    *,
    size: Sizes,
    strides: Sizes,
    dilation: Sizes,
    groups: int,
    margins: Margins = (),
) -> Array:
    if not conv2d.applies(x, size):
        how = {"size": size, "strides": strides, "dilation": dilation, "margins": margins}
        return by_groups(convolve_kernel_gradient, groups, x, dy, **how)
    ones = (1,) * len(size)
    if max(dilation) > 1:
        x, dy, margins = split(x, dilation, margins), split(dy, dilation, ()), ()
    images, channels = len(x), x.shape[-1] // groups
    shape = (images, *enlarged(x.shape[1:-1], margins), x.shape[-1])
    starts, offsets = tables(shape, size, dy.shape[1:-1], strides, ones)
    cells, taps = flat_with_margins(x, margins), offsets.reshape(-1, groups, channels)
    starts = flat(starts.reshape(images, -1).T)  # the images last
    slopes = dy.reshape(images, -1, groups, dy.shape[-1] // groups).swapaxes(0, 1)
    filters = slopes.shape[-1]
    if channels == filters == 1:
        shards = contraction_cuts(len(offsets), groups, len(starts), cores(), PATCH)
        factors = [(slopes[:, :, g : g + 1], 0, shards) for g in range(groups)]
    else:
        steps = len(starts) * groups
        shards = contraction_cuts(len(offsets), filters, steps, cores(), conv3d.PATCH)
        factors = [(slopes, g, shards) for g in range(groups)]
    each = [_group_gradient(cells, starts, flat(taps[:, g]), *f) for g, f in enumerate(factors)]
    return np.concatenate([dw.reshape(*size, channels, -1) for dw in each], -1)


def _group_gradient(
    x: Array,
    starts: Array,
    offsets: Array,
    slopes: Array,
    group: int,
    shards: tuple[tuple[int, ...], ...],
) -> Array:
    """Σ_k  x[starts[k] + offsets] · slopes[k]  of a group; slopes: (windows, images, groups, O).

    The segments are those of a sum with the zeros of the other groups, which change nothing else.
    """
    windows, images, groups, filters = slopes.shape
    if filters == 1 < groups:
        every = np.zeros((windows, groups, images), x.dtype)
        every[:, group] = slopes[:, :, group, 0]
        rows = np.repeat(starts.reshape(windows, 1, images), groups, 1)
        return indexed_matvec(x, offsets, flat(rows), flat(every), shards)
    mine = flat(slopes[:, :, group]).reshape(-1, filters)
    sums, before, first = [], 0, 0
    for cuts in shards:
        ends = before + np.cumsum(cuts)
        rest = np.clip(ends % (groups * images) - group * images, 0, images)
        counts = np.diff(ends // (groups * images) * images + rest, prepend=first)
        last, counts = first + counts.sum(), counts[counts > 0]
        y = np.zeros((len(offsets), filters), x.dtype)
        if len(counts):
            workers = workers_for(y.size * (last - first))
            gemm(workers, x, offsets, starts[first:last], mine[first:last], counts, y)
        sums.append(y)
        before, first = int(ends[-1]), int(last)
    return sum_of_shards(sums)
