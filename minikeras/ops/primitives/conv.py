"""Convolution over any number of spatial axes.

The derivatives of each of these three bilinear maps are the other two, so that they can be
differentiated to any order:

    convolve(x, w)                  y[n, i, o]           = Σ_p Σ_c  x[n, i·s + p·d, c] · w[p, c, o]
    convolve_input_gradient(dy, w)  dx[n, i·s + p·d, c] += Σ_o  dy[n, i, o] · w[p, c, o]
    convolve_kernel_gradient(x, dy) dw[p, c, o]          = Σ_n Σ_i  x[n, i·s + p·d, c] · dy[n, i, o]

(letters as in ``windows.py``; c counts input channels, o output channels).  ``margins`` pads x
with zeros.  Groups and layouts are composed in ``ops/conv.py``.  ``**how``
stands for strides, dilation and margins.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.dtypes import promote
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.arithmetic import _sum_over_leading_axes
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import (
    Margins,
    Sizes,
    after_skipped,
    counts,
    enlarged,
    inside,
    taps,
    without_skipped,
)


def _with_margins(x: Array, margins: Margins) -> Array:
    """x with cells of zero around its spatial axes."""
    return np.pad(x, ((0, 0), *margins, (0, 0))) if margins else x


@primitive(dtype=promote)
def convolve(
    x: Array, w: Array, *, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """Cross-correlation, channels last.

    y[n, i, o] = Σ_p Σ_c  x[n, i·s + p·d, c] · w[p, c, o]

    x: (N, *space, C)      w: (*size, C, O)      y: (N, *out, O)

    ``margins``: cells of zero that are added before and after each spatial axis of x.  A negative
    number of cells before an axis is skipped, but by the gradients.
    """
    x = _with_margins(after_skipped(x, margins), without_skipped(margins))
    y = np.zeros(convolve_shape(x.shape, w.shape, strides=strides, dilation=dilation), x.dtype)
    for p, window in taps(w.shape[:-2], y.shape[1:-1], strides, dilation):
        y += np.tensordot(x[window], w[p], 1)
    return y


@convolve.shape
def convolve_shape(
    x: Shape, w: Shape, *, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Shape:
    batch, *space, channels = x[0], *enlarged(x[1:-1], margins), x[-1]
    *size, inputs, filters = w
    if not shapes.match(channels, inputs):
        raise ValueError(f"the kernel expects {inputs} input channels, the input has {channels}")
    return (batch, *counts(tuple(space), tuple(size), strides, dilation), filters)  # type: ignore[arg-type]  # a kernel has known sizes


@convolve.vjp
def convolve_vjp(dy: Array, y: Array, x: Array, w: Array, **how: Any) -> TensorLike:
    return (
        lambda: convolve_input_gradient.compute(dy, w, space=x.shape[1:-1], **how),
        lambda: convolve_kernel_gradient.compute(x, dy, size=w.shape[:-2], **how),
    )


@primitive(dtype=promote)
def convolve_input_gradient(
    dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """The transpose of ``convolve`` in its input.

    dx[n, i·s + p·d, c] += Σ_o  dy[n, i, o] · w[p, c, o]

    Parity: each cell adds its terms in ascending order of i, that is, descending p.
    """
    margins = without_skipped(margins)
    shape: Any = dy.shape[0], *enlarged(space, margins), w.shape[-2]
    dx: Array = np.zeros(shape, dy.dtype)
    for p, window in reversed([*taps(w.shape[:-2], dy.shape[1:-1], strides, dilation)]):
        dx[window] += np.tensordot(dy, w[p].T, 1)
    return dx[inside(space, margins)] if margins else dx


@convolve_input_gradient.shape
def convolve_input_gradient_shape(dy: Shape, w: Shape, *, space: Sizes, **how: Any) -> Shape:
    return (dy[0], *space, w[-2])


@convolve_input_gradient.vjp
def convolve_input_gradient_vjp(
    ddx: Array, dx: Array, dy: Array, w: Array, *, space: Sizes, **how: Any
) -> TensorLike:
    return (
        lambda: convolve.compute(ddx, w, **how),
        lambda: convolve_kernel_gradient.compute(ddx, dy, size=w.shape[:-2], **how),
    )


@primitive(dtype=promote)
def convolve_kernel_gradient(
    x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """The transpose of ``convolve`` in its kernel.

    dw[p, c, o] = Σ_n Σ_i  x[n, i·s + p·d, c] · dy[n, i, o]
    """
    x = _with_margins(x, without_skipped(margins))
    dw = np.empty((*size, x.shape[-1], dy.shape[-1]), x.dtype)
    all_but_channels = tuple(range(dy.ndim - 1))
    for p, window in taps(size, dy.shape[1:-1], strides, dilation):
        dw[p] = np.tensordot(x[window], dy, (all_but_channels, all_but_channels))
    return dw


@convolve_kernel_gradient.shape
def convolve_kernel_gradient_shape(x: Shape, dy: Shape, *, size: Sizes, **how: Any) -> Shape:
    return (*size, x[-1], dy[-1])


@convolve_kernel_gradient.vjp
def convolve_kernel_gradient_vjp(
    ddw: Array, dw: Array, x: Array, dy: Array, *, size: Sizes, **how: Any
) -> TensorLike:
    return (
        lambda: convolve_input_gradient.compute(dy, ddw, space=x.shape[1:-1], **how),
        lambda: convolve.compute(x, ddw, **how),
    )


@primitive(dtype=promote)
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
    """``convolve(x, w) + b``; ``rectified``: the larger of this and 0.     b: (O,)"""
    y = convolve.forward(x, w, strides=strides, dilation=dilation, margins=margins) + b
    return np.maximum(y, 0, out=y) if rectified else y


@convolve_biased.shape
def convolve_biased_shape(x: Shape, w: Shape, b: Shape, *, rectified: bool, **how: Any) -> Shape:
    return convolve_shape(x, w, **how)


@convolve_biased.vjp
def convolve_biased_vjp(
    dy: Array, y: Array, x: Array, w: Array, b: Array, *, rectified: bool, **how: Any
) -> TensorLike:
    dz = dy * (y > 0) if rectified else dy
    dxw = convolve_vjp(dz, y, x, w, **how)
    return *dxw, lambda: _sum_over_leading_axes.compute(dz)


def _is_float(*arrays: Array, **static: Any) -> bool:
    return arrays[0].dtype.char in "fd"


for _primitive in (convolve, convolve_biased):
    _primitive.fast("minikeras.kernels.conv", when=_is_float)
for _primitive in (convolve_input_gradient, convolve_kernel_gradient):
    _primitive.fast("minikeras.kernels.conv", rules="forward", when=_is_float)
