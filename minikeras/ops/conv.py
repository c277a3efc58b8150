"""Convolution over any number of spatial axes.

The public functions add padding, groups and layouts to the maps of ``primitives/conv.py``, where
the formulas stand.  Letters as there and in ``windows.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import shapes
from minikeras.ops.arithmetic import add, mark_biased, with_addends
from minikeras.ops.core import tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.activations import relu
from minikeras.ops.primitives.conv import convolve, convolve_biased, convolve_input_gradient
from minikeras.ops.primitives.conv_groups import convolve_groups
from minikeras.ops.primitives.depthwise import depthwise
from minikeras.ops.windows import from_channels_last, spatial_rank, to_channels_last
from minikeras.types import Shape, TensorLike
from minikeras.windows import (
    Margins,
    Sizes,
    margins_for,
    per_axis,
    skipped_cells,
    standardize_padding,
)

Ints = int | tuple[int, ...] | list[int]


@operation("ops.nn")
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
    y = _grouped(to_channels_last(x, data_format), kernel, size, strides, dilation, padding)
    return from_channels_last(y, data_format)


def _grouped(
    x: TensorLike, kernel: TensorLike, size: Sizes, strides: Sizes, dilation: Sizes, padding: str
) -> TensorLike:
    groups = _groups(x, kernel)
    if groups == 1:
        return convolve(x, kernel, **_how(x.shape, padding, size, strides, dilation))
    margins = margins_for(x.shape, padding, size, strides, dilation)
    how: Any = {"strides": strides, "dilation": dilation, "margins": margins}
    return convolve_groups(x, kernel, **how, groups=groups)


def _how(shape: Shape, padding: str, size: Sizes, strides: Sizes, dilation: Sizes) -> Any:
    """How ``convolve`` moves the windows over x of ``shape``."""
    margins = margins_for(shape, padding, size, strides, dilation)
    if padding.lower() == "same":
        margins = _skipping(margins, shape[1:-1], size, strides, dilation)
    return {"strides": strides, "dilation": dilation, "margins": margins}


def _skipping(
    margins: Margins, space: Shape, size: Sizes, strides: Sizes, dilation: Sizes
) -> Margins:
    """The margins, negative where the windows of Keras skip cells before the first one.

    Parity: over three axes, for strides above the size of a window by 2 or more.  TensorFlow
    divides the number of cells to add by two, even if it is negative
    (``TensorVolumePatch.h``).  Its gradients do not skip.
    """
    axes = zip(space, size, strides, dilation)
    skipped = [0 if n is None else skipped_cells(n, *axis) for n, *axis in axes]
    if len(size) < 3 or not any(skipped):
        return margins
    margins = margins or ((0, 0),) * len(size)
    return tuple((low - skip, high) for (low, high), skip in zip(margins, skipped))


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


def biased_conv(
    x: TensorLike,
    kernel: TensorLike,
    bias: TensorLike,
    strides: Sizes,
    padding: str,
    dilation: Sizes,
    activation: Callable[..., Any] | None = None,
) -> TensorLike:
    """``activation(conv(x, kernel) + bias)`` with channels last; bias and relu need no extra pass.

    strides, dilation: a tuple with an int for each spatial axis.
    """
    x, kernel = tensor(x), tensor(kernel)
    size = tuple(kernel.shape[:-2])
    fused = _groups(x, kernel) == 1
    rectified = fused and getattr(activation, "primitive", activation) is relu
    if fused:
        how = _how(x.shape, padding, size, strides, dilation)
        y = convolve_biased(x, kernel, bias, **how, rectified=rectified)
        if bias.shape[-1] == 1 and not rectified:  # others are no sums in TensorFlow, but biases
            with_addends(y, lambda: (convolve(x, kernel, **how), bias))
    else:
        y = add(_grouped(x, kernel, size, strides, dilation, padding), bias)
    return y if rectified or activation is None else activation(mark_biased(y, rank=4))


@operation("ops.nn")
def depthwise_conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> TensorLike:
    """Convolution of every channel with filters of its own, over 1 or 2 spatial axes.

    y[n, i, c·M + m] = Σ_p  x[n, i·s + p·d, c] · w[p, c, m]

    inputs: (batch, *space, C)      kernel: (*size, C, M)      y: (batch, *out, C·M)

    Errors as for ``conv``; strides and dilation may be combined.
    """
    x, kernel = tensor(inputs), tensor(kernel)
    size, strides, dilation = _windows(x, kernel, strides, dilation_rate)
    if len(size) > 2:
        raise ValueError(f"`inputs` must have rank 3 or 4. Received shape {x.shape}")
    x = to_channels_last(x, data_format)
    if not shapes.match(x.shape[-1], kernel.shape[-2]):
        raise ValueError(
            "The number of input channels must match the kernel's input channels. "
            f"Received: {x.shape[-1]} input channels, kernel of shape {kernel.shape}"
        )
    margins = margins_for(x.shape, padding, size, strides, dilation)
    y = depthwise(x, kernel, strides=strides, dilation=dilation, margins=margins)
    return from_channels_last(y, data_format)


@operation("ops.nn")
def separable_conv(
    inputs: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> TensorLike:
    """``depthwise_conv``, whose channels are then mixed by a kernel of size 1.

    depthwise_kernel: (*size, C, M)      pointwise_kernel: (1, ..., C·M, filters)
    """
    x = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(x, pointwise_kernel, data_format=data_format)


@operation("ops.nn")
def conv_transpose(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Ints = 1,
    padding: str = "valid",
    output_padding: Ints | None = None,
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> TensorLike:
    """The transpose of ``conv``: its input gradient, as a map of its own.

    y[n, i·s + p·d, o] += Σ_c  x[n, i, c] · w[p, o, c]

    inputs: (batch, *space, channels)      kernel: (*size, filters, channels)

    Of n cells "valid" makes (n − 1)·s + max(k, s) and "same" n·s, where k = d·(size − 1) + 1; with
    ``output_padding`` a they make (n − 1)·s + k + a and (n − 1)·s + k mod 2 + a.
    Errors as for ``conv``.
    """
    x, kernel = tensor(inputs), tensor(kernel)
    size, strides, dilation = _windows(x, kernel, strides, dilation_rate)
    padding = standardize_padding(padding)
    rank = len(size)
    extra = (None,) * rank
    if output_padding is not None:
        extra = per_axis(output_padding, rank, "output_padding", smallest=0)  # type: ignore[assignment]  # numbers instead of None
    x = to_channels_last(x, data_format)
    if not shapes.match(x.shape[-1], kernel.shape[-1]):
        raise ValueError(
            "The number of input channels must match the kernel's last axis. "
            f"Received: {x.shape[-1]} input channels, kernel of shape {kernel.shape}"
        )
    ranges = [
        transposed_range(*axis, padding)
        for axis in zip(x.shape[1:-1], size, strides, dilation, extra)
    ]
    space = tuple(r and r[1] for r in ranges)
    margins = tuple((r[0], max(r[2] - r[0] - r[1], 0)) if r else (0, 0) for r in ranges)
    if not any(map(any, margins)):
        margins = ()
    if padding == "same":
        margins = _skipping(margins, space, size, strides, dilation)
    y = convolve_input_gradient(
        x, kernel, space=space, strides=strides, dilation=dilation, margins=margins
    )
    return from_channels_last(y, data_format)


def transposed_range(
    n: int | None, size: int, stride: int, dilation: int, extra: int | None, padding: str
) -> tuple[int, int, int] | None:
    """First cell and number of cells of the result, and how many all windows cover."""
    if n is None:
        return None
    k = dilation * (size - 1) + 1
    covered = (n - 1) * stride + k
    if padding == "valid":
        return 0, covered + (max(stride - k, 0) if extra is None else extra), covered
    out = n * stride if extra is None else (n - 1) * stride + k % 2 + extra
    return max(covered - out, 0) // 2, out, covered
