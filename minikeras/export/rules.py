"""How each operation is written in ONNX.

A rule is a function of the graph, the names of the inputs, and the call.  It adds nodes, and
returns the name of the output, or the names of all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.export.graph import OnnxGraph

Rule = Callable[[OnnxGraph, list[str], "Typed"], Any]


@dataclasses.dataclass(frozen=True)
class Typed:
    """What a rule knows of a call: shapes and dtypes, with None for unknown sizes."""

    static: dict[str, Any]
    shapes: list[tuple[Any, ...]]
    dtype: Any  # of the inputs, as NumPy's
    outputs: Any  # a symbol, or a tuple of them

    @property
    def shape(self) -> tuple[Any, ...]:
        return self.shapes[0]

    def number(self, value: Any) -> Any:
        """A constant of the dtype in which the operation computes."""
        return np.asarray(value, self.dtype)


rules: dict[str, Rule] = {}

_GRADIENT = "a part of a gradient, not of inference"
_LOSS = "a loss, not a part of inference"
_NO_OPERATION = "ONNX has no such operation"
_IMAGES = "images are changed before inference"
_SIGNALS = "transforms of signals are not written yet"
_ON_INDICES = "updates at indices are not written yet"

# Why operations have no rule.
REASONS = {
    "_add_along_axis": _GRADIENT,
    "_add_at": _GRADIENT,
    "_cholesky": _NO_OPERATION,
    "_complete_qr": _NO_OPERATION,
    "_cumprod": _NO_OPERATION,
    "_diagonal": _ON_INDICES,
    "_eig": _NO_OPERATION,
    "_eigh": _NO_OPERATION,
    "_fft": _SIGNALS,
    "_fft2": _SIGNALS,
    "_frames": _SIGNALS,
    "_histogram": _NO_OPERATION,
    "_in_top_k": "a metric, not a part of inference",
    "_inv": _NO_OPERATION,
    "_irfft": _SIGNALS,
    "_isreal": "complex numbers",
    "_lstsq": _NO_OPERATION,
    "_matrix_rank": _NO_OPERATION,
    "_on_diagonal": _ON_INDICES,
    "_overlap_add": _SIGNALS,
    "_pinv": _NO_OPERATION,
    "_put": _GRADIENT,
    "_qr": _NO_OPERATION,
    "_rfft": _SIGNALS,
    "_scatter_update": _ON_INDICES,
    "_searchsorted": _NO_OPERATION,
    "_segment": _ON_INDICES,
    "_singular_values": _NO_OPERATION,
    "_solve": _NO_OPERATION,
    "_sum_over_leading_axes": _GRADIENT,
    "_svd": _NO_OPERATION,
    "arctan2": _NO_OPERATION,
    "bitwise_left_shift": "ONNX shifts unsigned integers only",
    "bitwise_right_shift": "ONNX shifts unsigned integers only",
    "convolve_kernel_gradient": _GRADIENT,
    "depthwise_input_gradient": _GRADIENT,
    "depthwise_kernel_gradient": _GRADIENT,
    "drawn": "random numbers, which ONNX draws in another way",
    "erfinv": _NO_OPERATION,
    "gcd": _NO_OPERATION,
    "groups_input_gradient": _GRADIENT,
    "groups_kernel_gradient": _GRADIENT,
    "hue_saturation_value": _IMAGES,
    "interpolate_gradient": _GRADIENT,
    "lcm": _NO_OPERATION,
    "masked": "dropout, which inference has not",
    "mirror": _IMAGES,
    "nearest_pixels_gradient": _GRADIENT,
    "nextafter": _NO_OPERATION,
    "pick_winners": _GRADIENT,
    "sigmoid_crossentropy": _LOSS,
    "signbit": _NO_OPERATION,
    "softmax_crossentropy": _LOSS,
    "sparse_softmax_crossentropy": _LOSS,
    "spread": _GRADIENT,
    "spread_to_winners": _GRADIENT,
    "warp": _IMAGES,
}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Declare the rule of one operation or of several."""

    def declare(function: Rule) -> Rule:
        for name in names:
            rules[name] = function
        return function

    return declare


def same(kind: str, **attributes: Any) -> Rule:
    """The rule of an operation that ONNX has as it is."""
    return lambda g, x, call: g.add(kind, *x, **attributes)


def reason(name: str) -> str:
    """Why an operation cannot be exported."""
    return REASONS.get(name, "minikeras has no rule for it")
