"""Operators, methods and NumPy's protocols for tensors, variables and symbols.

`install()` runs when `minikeras.ops` is imported.  A NumPy function called on a tensor becomes
the operation of the same meaning, so that it is recorded, and formulas written for arrays
serve tensors; functions without such an operation see the plain arrays.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.autograd import KerasTensor, Primitive, Symbol, Tensor, Variable
from minikeras.ops import (
    arithmetic,
    arrangement,
    comparison,
    core,
    creation,
    diagonals,
    elementwise,
    indexing,
    manipulation,
    products,
    reduction,
    sorting,
    trigonometry,
)
from minikeras.types import TensorLike

_FOREIGN = (str, bytes, dict, set, type(None))


def _bitwise(ufunc: Callable[..., Any], logical: Callable[..., Any]) -> Callable[..., Any]:
    """Booleans by logic, whole numbers bit by bit."""

    def apply(x1: TensorLike, x2: TensorLike) -> TensorLike:
        if core.dtype(x1) == core.dtype(x2) == "bool":
            return logical(x1, x2)
        return Tensor(ufunc(np.asarray(x1), np.asarray(x2)))

    return apply


def _invert(x: TensorLike) -> TensorLike:
    return comparison.logical_not(x) if x.dtype == "bool" else Tensor(np.invert(np.asarray(x)))


_BINARY: dict[str, Callable[..., Any]] = {
    "add": arithmetic._add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.mod,
    "pow": arithmetic.power,
    "matmul": products.matmul,
    "and": _bitwise(np.bitwise_and, comparison.logical_and),
    "or": _bitwise(np.bitwise_or, comparison.logical_or),
    "xor": _bitwise(np.bitwise_xor, comparison.logical_xor),
}
_COMPARISON = {
    "eq": comparison.equal,
    "ne": comparison.not_equal,
    "lt": comparison.less,
    "le": comparison.less_equal,
    "gt": comparison.greater,
    "ge": comparison.greater_equal,
}
_UNARY: dict[str, Callable[..., Any]] = {
    "neg": arithmetic.negative,
    "pos": lambda x: x,
    "abs": arithmetic.absolute,
    "invert": _invert,
}


def _astype(x: TensorLike, dtype: Any, **_: Any) -> TensorLike:
    return core.cast(x, dtype)


def _reshape(x: TensorLike, *shape: Any) -> TensorLike:
    return manipulation.reshape(x, shape[0] if len(shape) == 1 else shape)


def _transpose(x: TensorLike, *axes: Any) -> TensorLike:
    return manipulation.transpose(x, axes[0] if len(axes) == 1 and axes[0] is not None and
                                  hasattr(axes[0], "__iter__") else axes or None)  # fmt: skip


_METHODS: dict[str, Callable[..., Any]] = {
    "astype": _astype,
    "reshape": _reshape,
    "transpose": _transpose,
    "ravel": manipulation.ravel,
    "flatten": manipulation.ravel,
    "squeeze": manipulation.squeeze,
    "swapaxes": manipulation.swapaxes,
    "copy": core.copy,
    "sum": reduction.sum,
    "mean": reduction.mean,
    "prod": reduction.prod,
    "max": reduction.max,
    "min": reduction.min,
    "std": reduction.std,
    "var": reduction.var,
    "any": comparison.any,
    "all": comparison.all,
    "argmax": reduction.argmax,
    "argmin": reduction.argmin,
    "cumsum": reduction.cumsum,
    "dot": products.dot,
    "clip": arithmetic.clip,
    "round": elementwise.round,
    "take": indexing.take,
    "repeat": arrangement.repeat,
}

_UFUNCS: dict[Any, Callable[..., Any]] = {
    getattr(np, name): getattr(family, name)
    for family, names in (
        (
            arithmetic,
            "subtract multiply divide floor_divide mod power negative absolute sign square "
            "sqrt reciprocal maximum minimum fmax fmin hypot cbrt fabs fmod deg2rad rad2deg",
        ),
        (
            trigonometry,
            "sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh",
        ),
        (elementwise, "exp expm1 exp2 log log1p log2 log10 logaddexp logaddexp2 floor ceil trunc"),
        (
            comparison,
            "equal not_equal greater greater_equal less less_equal logical_and logical_or "
            "logical_xor logical_not isnan isinf isfinite signbit",
        ),
        (products, "matmul"),
    )
    for name in names.split()
}
_UFUNCS |= {
    np.add: arithmetic._add,
    np.rint: elementwise.round,
    np.bitwise_and: _BINARY["and"],
    np.bitwise_or: _BINARY["or"],
    np.bitwise_xor: _BINARY["xor"],
    np.invert: _invert,
}

_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    getattr(np, name): getattr(family, name)
    for family, names in (
        (
            reduction,
            "sum mean prod max min amax amin std var argmax argmin cumsum cumprod ptp average "
            "count_nonzero",
        ),
        (comparison, "any all isclose allclose isin"),
        (
            manipulation,
            "reshape ravel transpose moveaxis swapaxes squeeze expand_dims broadcast_to tile "
            "concatenate stack split array_split",
        ),
        (
            arrangement,
            "flip fliplr flipud rot90 roll pad repeat meshgrid "
            "append hstack vstack dstack hsplit vsplit dsplit diff",
        ),
        (diagonals, "tril triu diagonal diag trace"),
        (indexing, "take take_along_axis where nonzero"),
        (sorting, "sort argsort searchsorted"),
        (products, "dot vdot inner outer tensordot einsum cross kron"),
        (creation, "zeros_like ones_like full_like"),
        (arithmetic, "clip"),
        (elementwise, "round nan_to_num"),
        (core, "shape ndim copy"),
    )
    for name in names.split()
}
_FUNCTIONS[np.linalg.norm] = products.norm
_ACCEPTED: dict[Any, set[str]] = {}


def _plain(value: Any) -> Any:
    """Tensors, however deep in lists, tuples and dictionaries, as arrays."""
    if isinstance(value, (Tensor, Variable)):
        return value._value
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    op = _UFUNCS.get(ufunc)
    if method == "__call__" and op is not None and not kwargs:
        return op(*inputs)
    if any(isinstance(x, Symbol) for x in inputs):
        return NotImplemented
    return getattr(ufunc, method)(*map(_plain, inputs), **_plain(kwargs))


def _array_function(self: Any, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    op = _FUNCTIONS.get(func)
    if op is not None and kwargs.keys() <= _accepted(func, op):
        return op(*args, **kwargs)
    if isinstance(self, Symbol):
        return NotImplemented
    return func(*_plain(args), **_plain(kwargs))


def _accepted(func: Any, op: Any) -> set[str]:
    if func not in _ACCEPTED:
        _ACCEPTED[func] = set(inspect.signature(op).parameters)
    return _ACCEPTED[func]


def _forward(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        return NotImplemented if isinstance(other, _FOREIGN) else op(self, other)

    return method


def _reverse(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        return NotImplemented if isinstance(other, _FOREIGN) else op(other, self)

    return method


def _plain_method(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return op(self, *args, **kwargs)

    return method


def _unary(op: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any) -> Any:
        return op(self)

    return method


def _getitem(self: Any, key: Any) -> Any:
    return indexing.get_item(self, key)


def _fold(dx: Any, axis: tuple[int, ...]) -> Any:
    y = reduction._sum(dx, axis=axis, keepdims=False)
    return y if isinstance(dx, Tensor) else y._value


def install() -> None:
    """Give Tensor, Variable and Symbol their operators and methods, the engine its two helpers."""
    Primitive.cast, Primitive.fold, Variable._read_op = core.cast, _fold, core.copy
    members: dict[str, Any] = {
        "__getitem__": _getitem,
        "__array_ufunc__": _array_ufunc,
        "__array_function__": _array_function,
        "T": property(lambda self: manipulation.transpose(self)),
        "mT": property(lambda self: manipulation.swapaxes(self, -1, -2)),
    }
    for name, op in _BINARY.items():
        members[f"__{name}__"], members[f"__r{name}__"] = _forward(op), _reverse(op)
    for name, op in _COMPARISON.items():
        members[f"__{name}__"] = _forward(op)
    for name, op in _UNARY.items():
        members[f"__{name}__"] = _unary(op)
    for name, op in _METHODS.items():
        members[name] = _plain_method(op)
    divide = arithmetic.true_divide
    graph_members = {"__truediv__": _forward(divide), "__rtruediv__": _reverse(divide)}
    for name, member in graph_members.items():
        setattr(KerasTensor, name, member)
    for cls in (Tensor, Variable, Symbol):
        for name, member in members.items():
            if name.startswith("__") or not hasattr(cls, name):
                setattr(cls, name, member)
