"""``tf.nn``: convolutions and pooling, whose layouts are TensorFlow's."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.messages import describe
from minikeras.tensorflow.convert import refuse, sizes, tensor

_SPATIAL = {"NWC": 1, "NHWC": 2, "NDHWC": 3}


def layout_of(data_format: str | None) -> str:
    if data_format is None or data_format in _SPATIAL:
        return "channels_last"
    if not isinstance(data_format, str) or not data_format.startswith("NC"):
        raise ValueError(f"data_format={describe(data_format)}; expected one as 'NHWC' or 'NCHW'")
    return "channels_first"


def _of_axes(what: str, value: Any, rank: int, layout: str) -> tuple[int, ...]:
    """One number for each spatial axis, given one, as many, or one for every axis."""
    given = (1,) if value is None else sizes(value)
    if len(given) == 1:
        return given * rank
    if len(given) == rank + 2:
        given = given[1:-1] if layout == "channels_last" else given[2:]
    if len(given) != rank:
        raise ValueError(f"{what}={describe(value)}; expected 1, {rank} or {rank + 2} numbers")
    return given


def _padding(padding: Any) -> str:
    if not isinstance(padding, str) or padding.upper() not in ("SAME", "VALID"):
        raise NotImplementedError(f"padding={describe(padding)}; expected 'SAME' or 'VALID'")
    return padding.lower()


def _convolved(
    rank: int, x: Any, filters: Any, strides: Any, padding: Any, data_format: Any, dilations: Any
) -> Any:
    layout = layout_of(data_format)
    return ops.conv(
        tensor(x),
        tensor(filters),
        strides=_of_axes("strides", strides, rank, layout),
        padding=_padding(padding),
        data_format=layout,
        dilation_rate=_of_axes("dilations", dilations, rank, layout),
    )


@frames.filter_traceback
def conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of (batch, steps, channels) with filters (size, channels, filters)."""
    return _convolved(1, input, filters, stride, padding, data_format, dilations)


@frames.filter_traceback
def conv2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of (batch, height, width, channels) with filters (·, ·, channels, filters)."""
    return _convolved(2, input, filters, strides, padding, data_format, dilations)


@frames.filter_traceback
def conv3d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of (batch, depth, height, width, channels)."""
    return _convolved(3, input, filters, strides, padding, data_format, dilations)


@frames.filter_traceback
def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of each channel with filters of its own (·, ·, channels, multiplier)."""
    layout = layout_of(data_format)
    return ops.depthwise_conv(
        tensor(input),
        tensor(filter),
        strides=_of_axes("strides", strides, 2, layout),
        padding=_padding(padding),
        data_format=layout,
        dilation_rate=_of_axes("dilations", dilations, 2, layout),
    )


def _pooled(pool: Any, rank: int, x: Any, ksize: Any, strides: Any, padding: Any, form: Any) -> Any:
    layout = layout_of(form)
    return pool(
        tensor(x),
        _of_axes("ksize", ksize, rank, layout),
        _of_axes("strides", strides, rank, layout),
        _padding(padding),
        layout,
    )


def _rank(x: Any) -> int:
    return len(np.shape(x)) - 2


@frames.filter_traceback
def max_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Any:
    """The largest elements of windows, over all axes between batch and channels."""
    return _pooled(ops.max_pool, _rank(input), input, ksize, strides, padding, data_format)


@frames.filter_traceback
def avg_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Any:
    """The means of windows, over all axes between batch and channels."""
    return _pooled(ops.average_pool, _rank(input), input, ksize, strides, padding, data_format)


@frames.filter_traceback
def max_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NWC",
    name: str | None = None,
) -> Any:
    """The largest elements of windows of (batch, steps, channels)."""
    return _pooled(ops.max_pool, 1, input, ksize, strides, padding, data_format)


@frames.filter_traceback
def max_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
) -> Any:
    """The largest elements of windows of (batch, height, width, channels)."""
    return _pooled(ops.max_pool, 2, input, ksize, strides, padding, data_format)


@frames.filter_traceback
def avg_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NWC",
    name: str | None = None,
) -> Any:
    """The means of windows of (batch, steps, channels)."""
    return _pooled(ops.average_pool, 1, input, ksize, strides, padding, data_format)


@frames.filter_traceback
def avg_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
) -> Any:
    """The means of windows of (batch, height, width, channels)."""
    return _pooled(ops.average_pool, 2, input, ksize, strides, padding, data_format)


@frames.filter_traceback
def depth_to_space(
    input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Any:
    """Channels become blocks of pixels: (n, h, w, b² c) to (n, b h, b w, c)."""
    refuse("tf.nn.depth_to_space", data_format=(data_format, "NHWC"))
    x, b = tensor(input), int(block_size)
    n, h, w, c = x.shape
    parts = ops.reshape(x, (n, h, w, b, b, c // (b * b)))
    return ops.reshape(ops.transpose(parts, (0, 1, 3, 2, 4, 5)), (n, h * b, w * b, c // (b * b)))


@frames.filter_traceback
def space_to_depth(
    input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Any:
    """Blocks of pixels become channels: (n, b h, b w, c) to (n, h, w, b² c)."""
    refuse("tf.nn.space_to_depth", data_format=(data_format, "NHWC"))
    x, b = tensor(input), int(block_size)
    n, h, w, c = x.shape
    parts = ops.reshape(x, (n, h // b, b, w // b, b, c))
    return ops.reshape(ops.transpose(parts, (0, 1, 3, 2, 4, 5)), (n, h // b, w // b, b * b * c))


__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "depthwise_conv2d",
    "max_pool",
    "avg_pool",
    "max_pool1d",
    "max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "depth_to_space",
    "space_to_depth",
]
