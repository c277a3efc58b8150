"""Values of any type as tensors, arrays, dtypes and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.autograd.tensor import Tensor
from minikeras.autograd.variable import Variable, scopes
from minikeras.messages import not_numbers
from minikeras.types import Array, Shape


def as_tensor(x: Any, dtype: Any = None) -> Tensor:
    """A tensor of any value; lists of Python numbers become int32 or float32."""
    try:
        if dtype is None and not hasattr(x, "dtype"):
            kind = np.asarray(x).dtype
            dtype = {"i": np.dtype("int32"), "f": np.dtype("float32")}.get(kind.kind, kind)
        elif dtype is None and type(x).__module__.partition(".")[0] not in ("numpy", "minikeras"):
            dtype = dtypes.of(x.dtype)
        array = np.asarray(x, dtype)
    except ValueError as error:
        if "could not convert" in str(error) or "inhomogeneous" in str(error):
            raise ValueError(not_numbers(x)) from None
        raise
    if array.dtype.kind in "OUS":
        raise ValueError(not_numbers(x))
    return Tensor(array)


def dtype_of(x: Any) -> np.dtype[Any]:
    found = getattr(x, "dtype", None)
    return as_tensor(x).dtype if found is None else dtypes.of(found)


def shape_of(x: Any) -> Shape:
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def array_of(x: Any) -> Array:
    """The array behind a tensor, variable or value; not to be written to."""
    if type(x) is Tensor:
        return x._value
    return x._read() if isinstance(x, Variable) else as_tensor(x)._value


def kind_of(x: Any) -> Any:
    """What dtype rules are given of an array or a Python number."""
    return type(x) if type(x) in (bool, int, float) else x.dtype


def readable(x: Any) -> Any:
    """An input as a tensor, array, Python number, or a variable that is to be read."""
    if isinstance(x, Variable):
        return x if scopes.stateless is None else scopes.stateless.source(x)
    known = isinstance(x, Tensor | np.ndarray) or type(x) in (bool, int, float)
    return x if known else as_tensor(x)
