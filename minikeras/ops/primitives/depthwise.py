"""Depthwise convolution: every channel has filters of its own.

The derivatives of each of these three bilinear maps are the other two, as in ``conv.py``:

    depthwise(x, w)                  y[n, i, cm] = Σ_p  x[n, i·s + p·d, c] · w[p, c, m]
    depthwise_input_gradient(dy, w)  dx[n, j, c] = Σ_m Σ_p  dy[n, i, cm] · w[p, c, m]
    depthwise_kernel_gradient(x, dy) dw[p, c, m] = Σ_n Σ_i  x[n, i·s + p·d, c] · dy[n, i, cm]

where i·s + p·d = j and cm = c·M + m; the other letters as in ``windows.py``.  ``margins`` pads x
with zeros, and ``**how`` stands for strides, dilation and margins.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.dtypes import promote
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.conv import _is_float, _with_margins
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import Margins, Sizes, counts, enlarged, inside, taps


@primitive(dtype=promote)
def depthwise(
    x: Array, w: Array, *, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """Convolution of each channel by itself, channels last.

    y[n, i, c·M + m] = Σ_p  x[n, i·s + p·d, c] · w[p, c, m]

    x: (N, *space, C)      w: (*size, C, M)      y: (N, *out, C·M)
    """
    x = _with_margins(x, margins)
    shape = depthwise_shape(x.shape, w.shape, strides=strides, dilation=dilation)
    y = np.zeros((*shape[:-1], *w.shape[-2:]), x.dtype)
    for p, window in taps(w.shape[:-2], shape[1:-1], strides, dilation):
        y = _plus_product(y, x[window][..., None], w[p])
    return y.reshape(shape)


def _plus_product(total: Array, a: Array, b: Array) -> Array:
    """total + a · b

    Parity: TensorFlow adds the product of two halves to the sum in float32, and rounds once.
    """
    if total.dtype != np.float16:
        return total + a * b
    return (total + a.astype(np.float32) * b).astype(np.float16)


@depthwise.shape
def depthwise_shape(
    x: Shape, w: Shape, *, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Shape:
    batch, *space = x[0], *enlarged(x[1:-1], margins)
    *size, channels, multiplier = w
    out = counts(tuple(space), tuple(size), strides, dilation)  # type: ignore[arg-type]  # a kernel has known sizes
    return (batch, *out, channels * multiplier)  # type: ignore[operator]  # likewise


@depthwise.vjp
def depthwise_vjp(dy: Array, y: Array, x: Array, w: Array, **how: Any) -> TensorLike:
    return (
        lambda: depthwise_input_gradient.compute(dy, w, space=x.shape[1:-1], **how),
        lambda: depthwise_kernel_gradient.compute(x, dy, size=w.shape[:-2], **how),
    )


@primitive(dtype=promote)
def depthwise_input_gradient(
    dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """The transpose of ``depthwise`` in its input.

    Parity: each filter adds its terms in ascending order of p, then the filters are added.
    """
    *size, channels, multiplier = w.shape
    shape = len(dy), *enlarged(space, margins), channels, multiplier
    dx: Array = np.zeros(shape, dy.dtype)
    dy = dy.reshape(*dy.shape[:-1], channels, multiplier)
    for p, window in taps(tuple(size), dy.shape[1:-2], strides, dilation):
        dx[window] = _plus_product(dx[window], dy, w[p])
    return dx.sum(-1)[inside(space, margins)]


@depthwise_input_gradient.shape
def depthwise_input_gradient_shape(dy: Shape, w: Shape, *, space: Sizes, **how: Any) -> Shape:
    return (dy[0], *space, w[-2])


@depthwise_input_gradient.vjp
def depthwise_input_gradient_vjp(
    ddx: Array, dx: Array, dy: Array, w: Array, *, space: Sizes, **how: Any
) -> TensorLike:
    return (
        lambda: depthwise.compute(ddx, w, **how),
        lambda: depthwise_kernel_gradient.compute(ddx, dy, size=w.shape[:-2], **how),
    )


@primitive(dtype=promote)
def depthwise_kernel_gradient(
    x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes, margins: Margins = ()
) -> Array:
    """The transpose of ``depthwise`` in its kernel."""
    x = _with_margins(x, margins)
    channels = x.shape[-1]
    dy = dy.reshape(*dy.shape[:-1], channels, dy.shape[-1] // channels)
    dw = np.empty((*size, *dy.shape[-2:]), x.dtype)
    for p, window in taps(size, dy.shape[1:-2], strides, dilation):
        dw[p] = (x[window][..., None] * dy).sum(tuple(range(dy.ndim - 2)))
    return dw


@depthwise_kernel_gradient.shape
def depthwise_kernel_gradient_shape(x: Shape, dy: Shape, *, size: Sizes, **how: Any) -> Shape:
    return (*size, x[-1], dy[-1] // x[-1])  # type: ignore[operator]  # the channels are known


@depthwise_kernel_gradient.vjp
def depthwise_kernel_gradient_vjp(
    ddw: Array, dw: Array, x: Array, dy: Array, *, size: Sizes, **how: Any
) -> TensorLike:
    return (
        lambda: depthwise_input_gradient.compute(dy, ddw, space=x.shape[1:-1], **how),
        lambda: depthwise.compute(x, ddw, **how),
    )


for _primitive in (depthwise, depthwise_input_gradient, depthwise_kernel_gradient):
    _primitive.fast("minikeras.kernels.depthwise", rules="forward", when=_is_float)
