"""Dtype rules of single families, beside `promote`, `floating` and `separate`."""

from typing import Any

import numpy as np

from minikeras import dtypes

_ACCUMULATOR = {
    "bool": "int32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "uint32",
    "uint16": "uint32",
}


def counting(*kinds: Any) -> np.dtype[Any]:
    """The common dtype; booleans count as int32."""
    return dtypes.of({"bool": "int32"}.get(name := dtypes.result_type(*kinds), name))


def accumulating(*kinds: Any) -> np.dtype[Any]:
    """The common dtype, at least 32 bits wide for whole numbers."""
    return dtypes.of(_ACCUMULATOR.get(name := dtypes.result_type(*kinds), name))


def measuring(*kinds: Any) -> np.dtype[Any]:
    """Floats as they are, int64 as float64, other whole numbers as floatx."""
    name = dtypes.result_type(*kinds)
    return dtypes.of("float64" if name == "int64" else dtypes.floating(name))


def averaging(*kinds: Any) -> np.dtype[Any]:
    """The common dtype, at least float32."""
    return dtypes.of(dtypes.result_type(*kinds, "float32"))
