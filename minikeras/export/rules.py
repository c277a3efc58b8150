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

# Operations without a rule whose reason is worth a sentence.
REASONS = {
    "drawn": "random numbers have no counterpart in ONNX that draws the same ones",
    "_eigh": "ONNX has no eigenvalues",
    "_qr": "ONNX has no QR decomposition",
    "_cholesky": "ONNX has no Cholesky decomposition",
    "_solve": "ONNX has no solver of linear equations",
    "erfinv": "ONNX has no inverse error function",
    "nextafter": "ONNX knows nothing of neighbouring numbers",
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
    return REASONS.get(name, "there is no rule for it")
