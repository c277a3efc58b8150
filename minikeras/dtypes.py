"""Names of dtypes, and which dtype a computation takes place in.

Promotion climbs a lattice: each dtype points at the next wider ones, and the result is
the lowest dtype that all arguments reach.  Python numbers are *weak*: ``int`` and ``float``
stand between the kinds, so that they change the kind of an array but not its width.

    bool → int* → uint8 → uint16 → uint32 → uint64 ┐
              └→ int8 → int16 → int32 → int64 ─────┴→ float* → float16 → float32 → float64
                  (each uint also points at the next wider int)

Parity: a uint64 array and a Python int meet in uint32.
Parity: an int64 array and a float32 array meet in float32, not in NumPy's float64.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import settings
from minikeras.messages import describe
from minikeras.types import DType

_WIDER: dict[str, tuple[str, ...]] = {
    "bool": ("int*",),
    "int*": ("uint8", "int8"),
    "uint8": ("uint16", "int16"),
    "uint16": ("uint32", "int32"),
    "uint32": ("uint64", "int64"),
    "uint64": ("float*",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float*",),
    "float*": ("float16",),
    "float16": ("float32",),
    "float32": ("float64",),
    "float64": ("complex64",),
    "complex64": ("complex128",),
    "complex128": (),
}
FLOATS = ("float16", "float32", "float64")
_PYTHON: dict[Any, str] = {bool: "bool", int: "int*", float: "float*", complex: "complex64"}
_NUMPY: dict[Any, np.dtype[Any]] = {
    name: np.dtype(name) for name in _WIDER if not name.endswith("*")
}
_NAMES = {dtype: name for name, dtype in _NUMPY.items()}  # NumPy takes 1 µs to make the name


def standardize(dtype: DType | Any) -> str:
    """The name of a dtype given as name, NumPy dtype, Python type or another library's dtype.

    ``None`` is ``floatx``, ``float`` is float32 and ``int`` int64, as in Keras on TensorFlow.
    Raises ValueError for anything else.
    """
    if dtype is None:
        return settings.floatx()
    if isinstance(dtype, np.dtype) and dtype in _NAMES:
        return _NAMES[dtype]
    if isinstance(dtype, type) and dtype in _PYTHON:
        return {bool: "bool", int: "int64", float: "float32", complex: "complex64"}[dtype]
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if name is None and isinstance(dtype, type):
        name = dtype.__name__  # np.float32
    if name is None and "torch" in str(dtype):
        name = str(dtype).rpartition(".")[2]
    name = {"int": "int64", "str": "string"}.get(str(name), str(name))
    if name not in _NUMPY and name != "string":
        numeric = ", ".join(_NUMPY)
        hint = "; encode text as numbers" if getattr(dtype, "kind", "") in ("U", "S", "O") else ""
        raise ValueError(f"Invalid dtype: {describe(dtype)}; expected one of {numeric}{hint}")
    return name


@contextlib.contextmanager
def with_longdouble() -> Iterator[str]:
    """Within the block NumPy's longdouble is a dtype too, the widest of the real ones.

    Gives its name, such as "float128".  Reference kernels compute in it what NumPy does.
    Raises TypeError where it is no wider than float64, as on Windows.
    """
    dtype = np.dtype(np.longdouble)
    if np.finfo(dtype).eps == np.finfo("float64").eps:
        raise TypeError("NumPy's longdouble is no wider than float64 on this machine")
    _WIDER.update({dtype.name: _WIDER["float64"], "float64": (dtype.name,)})
    _NUMPY[dtype.name], _NAMES[dtype] = dtype, dtype.name
    _forget()
    try:
        yield dtype.name
    finally:
        _WIDER["float64"] = _WIDER.pop(dtype.name)
        del _NUMPY[dtype.name], _NAMES[dtype]
        _forget()


def _forget() -> None:
    _reach.cache_clear()
    _join.cache_clear()


def is_float(dtype: DType) -> bool:
    return standardize(dtype).startswith("float")


def is_int(dtype: DType) -> bool:
    return standardize(dtype).startswith(("int", "uint"))


@functools.cache
def _reach(name: str) -> frozenset[str]:
    """All dtypes that can hold what ``name`` holds, itself included."""
    return frozenset({name}).union(*map(_reach, _WIDER[name]))


@functools.cache
def _join(names: frozenset[str]) -> str:
    """The narrowest dtype that every argument reaches; the lattice has exactly one."""
    common = frozenset.intersection(*map(_reach, names))
    return next(n for n in common if common <= _reach(n))


def result_type(*dtypes: DType | Any) -> str:
    """The dtype in which values of these dtypes meet; no argument at all means ``floatx``."""
    if not dtypes:
        return settings.floatx()
    names = {_PYTHON[d] if d in _PYTHON else standardize(d) for d in dtypes}
    if "string" in names:
        raise ValueError(f"There is no implicit conversion between {sorted(names)}")
    joined = _join(frozenset(names))
    if joined == "uint64" and "int*" in names:
        return "uint32"  # Parity: Keras narrows what a Python number has touched
    return {"int*": "int32", "float*": settings.floatx()}.get(joined, joined)


# What a primitive computes in.  A rule maps the kinds of the arguments (NumPy dtypes, and
# Python types for weak numbers) to one dtype, or to None: leave each argument as it is.


def promote(*kinds: Any) -> np.dtype[Any] | None:
    """All arguments meet in their common dtype."""
    return _NUMPY[result_type(*kinds)]


def floating(*kinds: Any) -> np.dtype[Any] | None:
    """As ``promote``; whole numbers and booleans then become ``floatx``."""
    name = result_type(*kinds)
    return _NUMPY[name if name.startswith(("float", "complex")) else settings.floatx()]


def separate(*kinds: Any) -> np.dtype[Any] | None:
    """Every argument keeps its own dtype."""
    return None


def of(name: DType) -> np.dtype[Any]:
    """The NumPy dtype of any name that ``standardize`` accepts."""
    if isinstance(name, np.dtype):
        return name  # asking a dtype for its name takes longer than most operations
    return _NUMPY.get(name) or _NUMPY[standardize(name)]
