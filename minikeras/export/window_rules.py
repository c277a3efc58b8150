"""ONNX for convolutions, pooling and enlarging.  ONNX has the channels before space."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.export.graph import OnnxGraph
from minikeras.export.rules import Typed, rule
from minikeras.resampling import nearest, taps_of
from minikeras.windows import without_skipped


def _known_space(call: Typed) -> None:
    """Raises ValueError for spatial sizes that are unknown: padding "same" depends on them."""
    if None in call.shape[1:-1]:
        raise ValueError(
            f"windows over axes of unknown size, here {call.shape}, cannot be exported; give sizes "
            "with input_signature=[keras.InputSpec(shape=...)]"
        )


def _channels_first(g: OnnxGraph, x: str, rank: int) -> str:
    return g.transpose(x, (0, rank - 1, *range(1, rank - 1)))


def _channels_last(g: OnnxGraph, x: str, rank: int) -> str:
    return g.transpose(x, (0, *range(2, rank), 1))


def _kernel(g: OnnxGraph, w: str, rank: int) -> str:
    """(*size, in, out) → (out, in, *size)"""
    return g.transpose(w, (rank - 1, rank - 2, *range(rank - 2)))


def _pads(margins: Any, dims: int) -> list[int]:
    margins = without_skipped(margins) or ((0, 0),) * dims
    return [a for a, _ in margins] + [b for _, b in margins]


def _after_skipped(g: OnnxGraph, x: str, margins: Any) -> str:
    """The input without the cells that negative margins skip."""
    skipped = [(axis, -low) for axis, (low, _) in enumerate(margins, 1) if low < 0]
    if not skipped:
        return x
    axes, starts = map(g.integers, zip(*skipped))
    return g.add("Slice", x, starts, g.integers([2**31 - 1] * len(skipped)), axes)


def _size(call: Typed) -> list[int]:
    return list(call.shapes[1][:-2])


@rule("convolve", "convolve_groups", "convolve_biased")
def _convolve(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    _known_space(call)
    static, rank = call.static, len(call.shape)
    values = _after_skipped(g, x[0], static["margins"])
    inputs = [_channels_first(g, values, rank), _kernel(g, x[1], rank), *x[2:]]
    y = g.add(
        "Conv",
        *inputs,
        kernel_shape=_size(call),
        strides=list(static["strides"]),
        dilations=list(static["dilation"]),
        group=static.get("groups", 1),
        pads=_pads(static["margins"], rank - 2),
    )
    if static.get("rectified"):
        y = g.add("Relu", y)
    return _channels_last(g, y, rank)


@rule("depthwise")
def _depthwise(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    _known_space(call)
    static, rank = call.static, len(call.shape)
    channels, filters = call.shapes[1][-2:]
    # (*size, channels, filters) → (channels, filters, *size) → (channels · filters, 1, *size)
    kernel = g.transpose(x[1], (rank - 2, rank - 1, *range(rank - 2)))
    shape = [channels * filters, 1, *_size(call)]
    if kernel in g.constants:
        kernel = g.constant(g.constants[kernel].reshape(shape), f"{x[1]}/by_channel")
    else:
        kernel = g.add("Reshape", kernel, g.integers(shape))
    y = g.add(
        "Conv",
        _channels_first(g, _after_skipped(g, x[0], static["margins"]), rank),
        kernel,
        kernel_shape=_size(call),
        strides=list(static["strides"]),
        dilations=list(static["dilation"]),
        group=channels,
        pads=_pads(static["margins"], rank - 2),
    )
    return _channels_last(g, y, rank)


@rule("convolve_input_gradient")
def _transposed_convolution(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """The whole result, of which the margins are cut off; where it ends early, zeros follow."""
    _known_space(call)
    static, rank = call.static, len(call.shape)
    size, space, given = _size(call), static["space"], call.shape[1:-1]
    margins = without_skipped(static["margins"]) or ((0, 0),) * (rank - 2)
    whole = [
        s * (n - 1) + (k - 1) * d + 1
        for n, k, s, d in zip(given, size, static["strides"], static["dilation"], strict=True)
    ]
    begin = [low for low, _ in margins]
    surplus = [w - low - n for w, low, n in zip(whole, begin, space, strict=True)]
    y = g.add(
        "ConvTranspose",
        _channels_first(g, x[0], rank),
        _kernel(g, x[1], rank),
        kernel_shape=size,
        strides=list(static["strides"]),
        dilations=list(static["dilation"]),
        pads=begin + [max(n, 0) for n in surplus],
    )
    if min(surplus) < 0:
        pads = [0] * (rank + 2) + [max(-n, 0) for n in surplus]
        y = g.add("Pad", y, g.integers(pads), g.constant(call.number(0)), mode="constant")
    return _channels_last(g, y, rank)


@rule("max_window")
def _max_window(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return _pooled(g, "MaxPool", x[0], call)


@rule("mean_window")
def _mean_window(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """ONNX divides by the size of the window; at the edges fewer cells may count."""
    mean = _pooled(g, "AveragePool", x[0], call)
    size = g.constant(call.number(math.prod(call.static["size"])))
    return g.add("Div", g.add("Mul", mean, size), x[1])


@rule("window_sum")
def _window_sum(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    mean = _pooled(g, "AveragePool", x[0], call)
    return g.add("Mul", mean, g.constant(call.number(math.prod(call.static["size"]))))


def _pooled(g: OnnxGraph, kind: str, x: str, call: Typed) -> str:
    _known_space(call)
    rank = len(call.shape)
    size, strides = list(call.static["size"]), list(call.static["strides"])
    y = g.add(kind, _channels_first(g, x, rank), kernel_shape=size, strides=strides)
    return _channels_last(g, y, rank)


@rule("upsample")
def _upsample(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    scales = g.constant(np.asarray([1, *call.static["sizes"], 1], np.float32))
    return g.add(
        "Resize",
        x[0],
        "",
        scales,
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


@rule("nearest_pixels")
def _nearest_pixels(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    _known_space(call)
    y = x[0]
    for axis, (n, m) in enumerate(zip(call.shape[1:3], call.static["size"], strict=True), 1):
        y = g.add("Gather", y, g.integers(nearest(n, m).tolist()), axis=axis)
    return y


@rule("interpolate")
def _interpolate(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return _resized(g, x[0], call, call.static["interpolation"], call.static["antialias"])


@rule("covered_means")
def _covered_means(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    sums = _resized(g, x[0], call, "area")
    (_, *old, _), new = call.shape, call.static["size"]
    return g.add("Mul", sums, g.constant(np.float32(math.prod(new) / math.prod(old))))


def _resized(g: OnnxGraph, y: str, call: Typed, *how: Any) -> Any:
    """A product with the matrix of weights along each axis."""
    _known_space(call)
    for axis, equation in ((1, "nhwc,ph->npwc"), (2, "nhwc,pw->nhpc")):
        n = call.shape[axis]
        cells, weights = taps_of(n, call.static["size"][axis - 1], *how)
        matrix = np.zeros((len(cells), n), np.float32)
        np.add.at(matrix, (np.arange(len(cells))[:, None], cells), weights)
        y = g.add("Einsum", y, g.constant(matrix), equation=equation)
    return y
