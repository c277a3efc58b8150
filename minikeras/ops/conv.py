"""Convolution over any number of spatial axes.

Three linear maps of the same sum, each the derivative of the other two, carry everything, to
any order of differentiation:

    convolve(x, w)                  y[n, i, o]           = Σ_p Σ_c  x[n, i·s + p·d, c] · w[p, c, o]
    convolve_input_gradient(dy, w)  dx[n, i·s + p·d, c] += Σ_o  dy[n, i, o] · w[p, c, o]
    convolve_kernel_gradient(x, dy) dw[p, c, o]          = Σ_n Σ_i  x[n, i·s + p·d, c] · dy[n, i, o]

(letters as in ``windows.py``; c counts input channels, o output channels).  They know neither
padding nor groups nor layouts: the public functions below compose those.
"""

from __future__ import annotations

import numpy as np

from minikeras import shapes
from minikeras.autograd import operation, primitive
from minikeras.dtypes import promote
from minikeras.ops.core import tensor
from minikeras.ops.manipulation import concatenate, split
from minikeras.ops.windows import (
    Sizes,
    counts,
    from_channels_last,
    padded,
    per_axis,
    spatial_rank,
    standardize_padding,
    taps,
    to_channels_last,
)
from minikeras.types import Array, Shape, TensorLike

Ints = int | tuple[int, ...] | list[int]


@primitive(dtype=promote)
def convolve(x: Array, w: Array, *, strides: Sizes, dilation: Sizes) -> Array:
    """Cross-correlation, channels last, no padding.

    y[n, i, o] = Σ_p Σ_c  x[n, i·s + p·d, c] · w[p, c, o]

    x: (N, *space, C)      w: (*size, C, O)      y: (N, *out, O)
    """
    y = np.zeros(convolve_shape(x.shape, w.shape, strides=strides, dilation=dilation), x.dtype)
    for p, window in taps(w.shape[:-2], y.shape[1:-1], strides, dilation):
        y += np.tensordot(x[window], w[p], 1)
    return y


@convolve.shape
def convolve_shape(x: Shape, w: Shape, *, strides: Sizes, dilation: Sizes) -> Shape:
    batch, *space, channels = x
    *size, inputs, filters = w
    if not shapes.match(channels, inputs):
        raise ValueError(f"the kernel expects {inputs} input channels, the input has {channels}")
    return (batch, *counts(tuple(space), tuple(size), strides, dilation), filters)  # type: ignore[arg-type]


@convolve.vjp
def convolve_vjp(
    dy: Array, y: Array, x: Array, w: Array, *, strides: Sizes, dilation: Sizes
) -> TensorLike:
    space, size = x.shape[1:-1], w.shape[:-2]
    return (
        lambda: convolve_input_gradient(dy, w, space=space, strides=strides, dilation=dilation),
        lambda: convolve_kernel_gradient(x, dy, size=size, strides=strides, dilation=dilation),
    )


@primitive(dtype=promote)
def convolve_input_gradient(
    dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes
) -> Array:
    """The transpose of ``convolve`` in its input.

    dx[n, i·s + p·d, c] += Σ_o  dy[n, i, o] · w[p, c, o]

    Parity: each cell adds its terms in ascending order of i, that is, descending p.
    """
    dx = np.zeros((dy.shape[0], *space, w.shape[-2]), dy.dtype)
    for p, window in reversed([*taps(w.shape[:-2], dy.shape[1:-1], strides, dilation)]):
        dx[window] += np.tensordot(dy, w[p].T, 1)
    return dx


@convolve_input_gradient.shape
def convolve_input_gradient_shape(
    dy: Shape, w: Shape, *, space: Sizes, strides: Sizes, dilation: Sizes
) -> Shape:
    return (dy[0], *space, w[-2])


@convolve_input_gradient.vjp
def convolve_input_gradient_vjp(
    ddx: Array, dx: Array, dy: Array, w: Array, *, space: Sizes, strides: Sizes, dilation: Sizes
) -> TensorLike:
    return (
        lambda: convolve(ddx, w, strides=strides, dilation=dilation),
        lambda: convolve_kernel_gradient(
            ddx, dy, size=w.shape[:-2], strides=strides, dilation=dilation
        ),
    )


@primitive(dtype=promote)
def convolve_kernel_gradient(
    x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes
) -> Array:
    """The transpose of ``convolve`` in its kernel.

    dw[p, c, o] = Σ_n Σ_i  x[n, i·s + p·d, c] · dy[n, i, o]
    """
    dw = np.empty((*size, x.shape[-1], dy.shape[-1]), x.dtype)
    all_but_channels = tuple(range(dy.ndim - 1))
    for p, window in taps(size, dy.shape[1:-1], strides, dilation):
        dw[p] = np.tensordot(x[window], dy, (all_but_channels, all_but_channels))
    return dw


@convolve_kernel_gradient.shape
def convolve_kernel_gradient_shape(
    x: Shape, dy: Shape, *, size: Sizes, strides: Sizes, dilation: Sizes
) -> Shape:
    return (*size, x[-1], dy[-1])


@convolve_kernel_gradient.vjp
def convolve_kernel_gradient_vjp(
    ddw: Array, dw: Array, x: Array, dy: Array, *, size: Sizes, strides: Sizes, dilation: Sizes
) -> TensorLike:
    return (
        lambda: convolve_input_gradient(
            dy, ddw, space=x.shape[1:-1], strides=strides, dilation=dilation
        ),
        lambda: convolve(x, ddw, strides=strides, dilation=dilation),
    )


def _is_float(a: Array, b: Array, **static: Sizes) -> bool:
    return a.dtype == b.dtype and a.dtype.char in "fd"


for _primitive in (convolve, convolve_input_gradient, convolve_kernel_gradient):
    _primitive.fast("minikeras.kernels.conv", when=_is_float)


@operation
def conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> TensorLike:
    """Convolution (cross-correlation) over 1, 2 or 3 spatial axes.

    inputs: (batch, *space, channels)      kernel: (*size, channels / groups, filters)

    Fewer kernel channels than input channels mean groups: each group of channels meets its own
    group of filters.  ``padding`` is "valid" or "same"; ``data_format`` "channels_first" reads and
    writes (batch, channels, *space).

    Raises ValueError for ranks, channels, strides or padding that do not fit, and where no window
    fits into the input.
    Parity: strides and dilation cannot both exceed 1.
    """
    x, kernel = tensor(inputs), tensor(kernel)
    size, strides, dilation = _windows(x, kernel, strides, dilation_rate)
    if max(strides) > 1 and max(dilation) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={strides} and dilation_rate={dilation}"
        )
    x = to_channels_last(x, data_format)
    groups = _groups(x, kernel)
    x = padded(x, standardize_padding(padding), size, strides, dilation)
    if groups == 1:
        y = convolve(x, kernel, strides=strides, dilation=dilation)
    else:
        pairs = zip(split(x, groups, axis=-1), split(kernel, groups, axis=-1))
        y = concatenate([convolve(*xw, strides=strides, dilation=dilation) for xw in pairs], -1)
    return from_channels_last(y, data_format)


def _windows(
    x: TensorLike, kernel: TensorLike, strides: Ints, dilation_rate: Ints
) -> tuple[Sizes, Sizes, Sizes]:
    rank = spatial_rank(x)
    if len(kernel.shape) != rank + 2:
        raise ValueError(
            "`kernel` must have the rank of `inputs`. "
            f"Received: inputs of shape {x.shape}, kernel of shape {kernel.shape}"
        )
    return (
        tuple(kernel.shape[:-2]),
        per_axis(strides, rank, "strides"),
        per_axis(dilation_rate, rank, "dilation_rate"),
    )


def _groups(x: TensorLike, kernel: TensorLike) -> int:
    channels, (inputs, filters) = x.shape[-1], kernel.shape[-2:]
    if channels is None or (inputs and channels == inputs):
        return 1
    if not inputs or channels % inputs or filters % (channels // inputs):
        raise ValueError(
            "The number of input channels must be the kernel's input channels, or a multiple of "
            "them by which the filters can be divided. "
            f"Received: {channels} input channels, kernel of shape {kernel.shape}"
        )
    return channels // inputs
