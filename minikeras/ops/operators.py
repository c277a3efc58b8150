"""Operators, methods and NumPy's protocols for tensors, variables and symbols.

`install()` runs when `minikeras.ops` is imported.  A NumPy function called on a tensor becomes
the operation of the same meaning, so that it is recorded, and formulas written for arrays
serve tensors; functions without such an operation see the plain arrays.  KerasTensors refuse
NumPy's functions: Keras's do, and a script must run with both.

In a script of Keras that runs here, NumPy's functions give arrays, as they do for TensorFlow's
tensors: ``numpy_gives_arrays``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import tf_function
from minikeras.autograd import KerasTensor, Symbol, Tensor, Variable
from minikeras.ops import core, indexing, reshaping
from minikeras.ops.declarations import names_of
from minikeras.ops.primitives import bitwise, comparison
from minikeras.ops.primitives.arithmetic import _add, negative
from minikeras.types import TensorLike


class _Numpy:
    """What NumPy's functions give for tensors."""

    gives_arrays = False


_numpy = _Numpy()


def numpy_gives_arrays() -> None:
    """From now on, NumPy's functions give arrays for tensors, as with TensorFlow's.

    Not within a function, where TensorFlow's tensors have no values; nor for the functions that an
    array calls as operators: ``array * tensor`` is a tensor with TensorFlow, too.
    """
    _numpy.gives_arrays = True


_FOREIGN = (str, bytes, dict, set, type(None))


def _bitwise(op: Callable[..., Any], logical: Callable[..., Any]) -> Callable[..., Any]:
    """``logical`` for booleans, ``op`` for integers.

    Parity: for KerasTensors ``logical``, whatever their dtype.
    """

    def apply(*xs: TensorLike) -> TensorLike:
        is_symbolic = any(isinstance(x, KerasTensor) for x in xs)
        if is_symbolic or all(core.dtype(x) == "bool" for x in xs):
            return logical(*xs)
        return op(*xs)

    return apply


_and = _bitwise(bitwise.bitwise_and, comparison.logical_and)
_or = _bitwise(bitwise.bitwise_or, comparison.logical_or)
_xor = _bitwise(bitwise.bitwise_xor, comparison.logical_xor)
_invert = _bitwise(bitwise.bitwise_invert, comparison.logical_not)


def _astype(x: TensorLike, dtype: Any, **_: Any) -> TensorLike:
    return core.cast(x, dtype)


def _reshape(x: TensorLike, *shape: Any) -> TensorLike:
    return reshaping.reshape(x, shape[0] if len(shape) == 1 else shape)


def _transpose(x: TensorLike, *axes: Any) -> TensorLike:
    are_one_tuple = len(axes) == 1 and hasattr(axes[0], "__iter__")
    return reshaping.transpose(x, axes[0] if are_one_tuple else axes or None)


# Operators and methods, by the name of the operation that each of them is.
_BINARY = {
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
}
_COMPARISON = {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}
_UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: _add,
    np.bitwise_and: _and,
    np.bitwise_or: _or,
    np.bitwise_xor: _xor,
    np.invert: _invert,
}
_FUNCTIONS: dict[Any, Callable[..., Any]] = {}
_ACCEPTED: dict[Any, set[str]] = {}
# Functions that an array's operators call.
_OF_ARRAYS: set[Any] = {
    np.add,
    np.subtract,
    np.multiply,
    np.true_divide,
    np.floor_divide,
    np.remainder,
}
_OF_ARRAYS |= {np.power, np.matmul, np.equal, np.not_equal, np.less, np.less_equal, np.greater}
_OF_ARRAYS |= {np.greater_equal, np.bitwise_and, np.bitwise_or, np.bitwise_xor}
_OF_SHAPES = (np.shape, np.ndim)  # they read attributes that a KerasTensor has


def _plain(value: Any) -> Any:
    """Tensors, however deep in lists, tuples and dictionaries, as arrays."""
    if isinstance(value, (Tensor, Variable)):
        return value._value
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _refuse_numpy(function: Any, op: Any, tensor: KerasTensor) -> None:
    use = "keras.ops" if op is None else f"keras.ops.{op.__name__.lstrip('_')}"
    raise ValueError(
        f"np.{function.__name__} cannot compute with {tensor!r}, which has no value yet; use {use}"
    )


def _array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    op = _UFUNCS.get(ufunc)
    if isinstance(self, KerasTensor):
        _refuse_numpy(ufunc, op, self)
    if _is_plain() and not (ufunc in _OF_ARRAYS and method == "__call__"):
        op = None
    if method == "__call__" and op is not None and not kwargs:
        if ufunc in _OF_ARRAYS:
            inputs = tuple(_beside(self, x) for x in inputs)
        return op(*inputs)
    if any(isinstance(x, Symbol) for x in inputs):
        return NotImplemented
    return getattr(ufunc, method)(*map(_plain, inputs), **_plain(kwargs))


def _array_function(self: Any, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    op = _FUNCTIONS.get(func)
    if func in _OF_SHAPES:
        return func.__wrapped__(*args, **kwargs)
    if isinstance(self, KerasTensor):
        _refuse_numpy(func, op, self)
    if op is not None and not _is_plain() and kwargs.keys() <= _accepted(func, op):
        return op(*args, **kwargs)
    if isinstance(self, Symbol):
        return NotImplemented
    return func(*_plain(args), **_plain(kwargs))


def _is_plain() -> bool:
    return _numpy.gives_arrays and not tf_function.is_inside()


def _accepted(func: Any, op: Any) -> set[str]:
    if func not in _ACCEPTED:
        _ACCEPTED[func] = set(inspect.signature(op).parameters)
    return _ACCEPTED[func]


def _beside(x: Any, other: Any) -> Any:
    """The other operand of a tensor: NumPy's numbers get the dtype of a floating tensor.

    Parity: as in TensorFlow, whose operators convert what is no tensor; ``keras.ops`` promote both.
    """
    if isinstance(other, np.ndarray | np.generic) and isinstance(x, Tensor | Variable):
        dtype = np.dtype(x.dtype)
        if dtype.kind == "f" and other.dtype.kind in "fiu" and other.dtype != dtype:
            return other.astype(dtype)
    return other


def _forward(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, _FOREIGN):
            return NotImplemented
        return op(self, _beside(self, other))

    return method


def _exactly(op: Callable[..., Any]) -> Callable[..., Any]:
    """The operators of an op that converts Python numbers to float32 first; tensors do not."""

    def apply(x: Any, y: Any) -> Any:
        if type(x) is Tensor and type(y) is float and x.dtype.kind == "f":
            y = np.asarray(y, x.dtype)
        elif type(y) is Tensor and type(x) is float and y.dtype.kind == "f":
            x = np.asarray(x, y.dtype)
        return op(x, y)

    return apply


def _reverse(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, _FOREIGN):
            return NotImplemented
        return op(_beside(self, other), self)

    return method


def _plain_method(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return op(self, *args, **kwargs)

    return method


def install() -> None:
    """Give Tensor, Variable and Symbol their operators and methods."""
    ops = names_of("ops")
    for name, op in names_of("numpy").items():
        function = getattr(np, name)
        (_UFUNCS if isinstance(function, np.ufunc) else _FUNCTIONS)[function] = op
    _UFUNCS[np.rint] = ops["round"]
    _FUNCTIONS[np.linalg.norm] = ops["norm"]
    members: dict[str, Any] = {
        "__getitem__": _plain_method(indexing.get_item),
        "__array_ufunc__": _array_ufunc,
        "__array_function__": _array_function,
        "__neg__": _plain_method(negative),
        "__pos__": lambda self: self,
        "__abs__": _plain_method(ops["absolute"]),
        "__invert__": _invert,
        "T": property(lambda self: reshaping.transpose(self)),
        "mT": property(lambda self: reshaping.swapaxes(self, -1, -2)),
        "astype": _plain_method(_astype),
        "reshape": _plain_method(_reshape),
        "transpose": _plain_method(_transpose),
        "flatten": _plain_method(reshaping.ravel),
    }
    binary: dict[str, Callable[..., Any]] = {"add": _add, "and": _and, "or": _or, "xor": _xor}
    for name, op in (binary | {name: ops[op] for name, op in _BINARY.items()}).items():
        op = _exactly(op) if getattr(op, "converts_first", False) else op
        members[f"__{name}__"], members[f"__r{name}__"] = _forward(op), _reverse(op)
    for name, op in _COMPARISON.items():
        members[f"__{name}__"] = _forward(_exactly(ops[op]))
    members |= {name: _plain_method(op) for name, op in names_of("Tensor").items()}
    divide = ops["true_divide"]
    graph_members = {"__truediv__": _forward(divide), "__rtruediv__": _reverse(divide)}
    for name, member in graph_members.items():
        setattr(KerasTensor, name, member)
    for cls in (Tensor, Variable, Symbol):
        for name, member in members.items():
            if name.startswith("__") or not hasattr(cls, name):
                setattr(cls, name, member)
