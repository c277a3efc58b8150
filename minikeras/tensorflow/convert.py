"""Values as tensors, as the functions of this package take them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, frames, ops, strings
from minikeras.autograd import Symbol, Tensor, Variable, array_of
from minikeras.messages import describe
from minikeras.types import Array, DType


def tensor(x: Any, dtype: DType = None) -> Any:
    """A tensor of x: numbers, arrays, tensors, text, or nested lists of them.

    dtype: None for that of x; Python numbers become float32 or int32.
    """
    if isinstance(x, Symbol):
        return x if dtype is None else ops.cast(x, dtype)
    if dtype == "string" or strings.is_text(x):
        return ops.convert_to_tensor(x, dtype="string")
    return ops.convert_to_tensor(x, dtype=dtype)


def like(x: Any, other: Any) -> Any:
    """x as a tensor; a Python number has the dtype of ``other`` if that is a tensor or an array."""
    known = getattr(other, "dtype", None)
    is_number = isinstance(x, int | float) and not isinstance(x, bool)
    return tensor(x, str(np.dtype(known)) if is_number and known is not None else None)


def pair(x: Any, y: Any) -> tuple[Any, Any]:
    """Both operands as tensors; a Python number has the dtype of the other one."""
    return like(x, y), like(y, x)


def array(x: Any) -> Array:
    """The array behind a tensor, a variable or a value; text is ``bytes``."""
    found = tensor(x)
    return found._value if isinstance(found, Tensor) else array_of(found)


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape given as a number, a list of numbers and tensors, or a tensor."""
    if shape is None:
        raise ValueError("shape=None; expected a shape whose sizes are known")
    if isinstance(shape, Tensor | Variable | np.ndarray):
        return tuple(int(n) for n in np.atleast_1d(array(shape)))
    if isinstance(shape, int | np.integer):
        return (int(shape),)
    return tuple(int(n) for n in shape)


def dtype_of(dtype: Any) -> str:
    """The name of a dtype."""
    return dtypes.standardize(dtype)


def refuse(function: str, **given: Any) -> None:
    """Raise NotImplementedError for an argument that has no effect here and is not its default.

    given: pairs of the value received and the default.
    """
    for name, (value, default) in given.items():
        if value != default and value is not None:
            raise NotImplementedError(
                f"{function}: {name}={describe(value)} is not in minikeras; "
                f"expected {describe(default)}"
            )


def of_one(operation: Callable[..., Any], argument: str = "x") -> Callable[..., Any]:
    """A function ``(x, name=None)`` of an operation on one tensor.

    argument: what TensorFlow calls x.
    """

    @frames.filter_traceback
    def call(x: Any, name: str | None = None) -> Any:
        return operation(tensor(x))

    return _declared(call, operation, (argument,))


def of_two(operation: Callable[..., Any], *arguments: str) -> Callable[..., Any]:
    """A function ``(x, y, name=None)`` of an operation on two tensors.

    arguments: what TensorFlow calls x and y, if not this.
    """

    @frames.filter_traceback
    def call(x: Any, y: Any, name: str | None = None) -> Any:
        return operation(*pair(x, y))

    return _declared(call, operation, arguments or ("x", "y"))


def _declared(
    call: Callable[..., Any], operation: Callable[..., Any], arguments: tuple[str, ...]
) -> Callable[..., Any]:
    """``call`` with the argument names of TensorFlow, which also work as keywords."""
    parameter = inspect.Parameter
    declared = [parameter(n, parameter.POSITIONAL_OR_KEYWORD) for n in arguments]
    declared.append(parameter("name", parameter.POSITIONAL_OR_KEYWORD, default=None))
    signature = inspect.Signature(declared)

    def named(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs).arguments
        return call(*(bound[argument] for argument in arguments))

    named.__signature__ = signature  # type: ignore[attr-defined]  # which inspect reads
    named.__name__ = operation.__name__
    named.__doc__ = operation.__doc__
    return named
