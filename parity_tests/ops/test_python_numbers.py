"""Python numbers and lists of them beside arrays, in every public op of one or two arguments.

Keras turns them into float32 tensors in some ops, and into the dtype of the array in others.
"""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest

from minikeras import config, ops

ARRAY = np.array([0.1, 0.3, 0.7, 1.1, 2.3])  # float64; float32 holds none of these numbers
NUMBERS = (0.3, 2.3, [0.3], 3)
EXCLUDED = {
    "gcd": "int32 in Keras for uint8 and a number, uint8 here",
    "lcm": "int32 in Keras for uint8 and a number, uint8 here",
    "cbrt": "float64 in Keras for a number alone under floatx float64, float32 here",
    "leaky_relu": "float32 in Keras for an int alone under floatx float64, float64 here",
    **dict.fromkeys(
        ("argsort", "bincount", "celu", "fliplr", "flipud", "unique"),
        "Keras takes a number alone, which is an error here",
    ),
}


def taking(*names: str) -> list[str]:
    """The public ops whose first arguments, and only those without defaults, have these names."""
    found = []
    for name, op in vars(keras.ops).items():
        if not inspect.isfunction(op) or not hasattr(ops, name) or name in EXCLUDED:
            continue
        parameters = inspect.signature(op).parameters.values()
        if tuple(p.name for p in parameters if p.default is p.empty) == names:
            found.append(name)
    return sorted(found)


def outcome(library: Any, name: str, *inputs: Any) -> Any:
    """The dtype and the numbers, or None if the op raises."""
    try:
        y = getattr(library, name)(*inputs)
    except Exception:
        return None
    if not hasattr(y, "dtype"):
        return None
    return keras.backend.standardize_dtype(y.dtype), np.asarray(y)


def check(name: str, *inputs: Any) -> None:
    theirs = outcome(keras.ops, name, *inputs)
    if theirs is None:
        return
    ours = outcome(ops, name, *inputs)
    assert ours is not None, inputs
    assert ours[0] == theirs[0], (inputs, theirs)
    rounding = 1e-13 if ours[0] == "float64" else 1e-6
    np.testing.assert_allclose(ours[1], theirs[1], rounding, rounding, err_msg=str(inputs))


@pytest.mark.parametrize("name", taking("x1", "x2"))
def test_with_an_array(name: str) -> None:
    for number in NUMBERS:
        for dtype in ("float64", "float32", "float16", "int32", "uint8"):
            check(name, ARRAY.astype(dtype), number)
            check(name, number, ARRAY.astype(dtype))


@pytest.mark.parametrize("name", taking("x"))
def test_alone(name: str) -> None:
    for library in (keras, config):
        getattr(library, "config", library).set_floatx("float64")
    try:
        for number in NUMBERS:
            check(name, number)
    finally:
        for library in (keras, config):
            getattr(library, "config", library).set_floatx("float32")
