"""What declarations of several families share: dtype rules, and conditions of twins.

The dtype rules `promote`, `floating` and `separate`, which most operations have, are in `dtypes`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from minikeras import dtypes
from minikeras.types import Array

_Function = TypeVar("_Function", bound=Callable[..., Any])
MANY = 16_000  # numbers that repay the compilation of a kernel
_ACCUMULATOR = {
    "bool": "int32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "uint32",
    "uint16": "uint32",
}


def quiet(function: _Function) -> _Function:
    """Run the function without NumPy's floating-point warnings, which TensorFlow does not have.

    ``unguarded`` is the function itself, for a caller that has silenced NumPy already.
    """
    guarded = np.errstate(all="ignore")(function)
    guarded.unguarded = function  # type: ignore[attr-defined]  # functions take attributes
    return guarded


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


def in_float32(*xs: Array, **_: Any) -> bool:
    """Whether all floating arrays are float32 and none is empty: then twins round as TensorFlow."""
    return xs[-1].dtype == np.float32 and all(
        (x.size > 0 and x.dtype.kind != "f") or (x.dtype == np.float32 and x.size > 0) for x in xs
    )


def is_large(*xs: Array, **_: Any) -> bool:
    """Whether the arrays are large enough to repay the compilation of a kernel."""
    return (
        xs[0].size > MANY and all(x.dtype == xs[0].dtype for x in xs) and xs[0].dtype.char in "fd"
    )
