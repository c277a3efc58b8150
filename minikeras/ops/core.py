"""Conversion to tensors; questions about dtypes and shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes, strings, tree
from minikeras.autograd import Symbol, Tensor, Variable
from minikeras.declare import names
from minikeras.declare.serialization import decoders
from minikeras.messages import not_numbers
from minikeras.ops.declarations import operation, public
from minikeras.ops.primitives.conversion import _cast
from minikeras.ops.primitives.joining import _stack, _stack_shape
from minikeras.types import Array, DType, TensorLike

_KNOWN = (Tensor, Variable, Symbol)
_WEAK = {"float64": "float32", "int64": "int32"}
_LARGEST = np.iinfo("int32").max


@public("ops")
def convert_to_tensor(
    x: TensorLike, dtype: DType = None, sparse: bool | None = None, ragged: bool | None = None
) -> TensorLike:
    """A tensor of x: an array, a variable, a number, or nested lists of these.

    Python numbers become float32 and int32, arrays keep their dtype unless `dtype` says
    otherwise.  With dtype "string" it holds text (`minikeras.strings`), which only layers for text
    take.  Raises ValueError for lists of unequal lengths and for `sparse=True`.

    Parity: Python floats become float32 whatever `floatx` is.
    """
    if sparse or ragged:
        raise ValueError("sparse and ragged tensors do not exist on the NumPy backend")
    if dtype == "string":
        return x if isinstance(x, Symbol) else Tensor(strings.array(x))
    if isinstance(x, Variable):
        x = x.value
    elif isinstance(x, np.ndarray):
        x = Tensor(x.copy())
    return tensor(x, dtype)


decoders["__tensor__"] = lambda config: convert_to_tensor(config["value"], dtype=config["dtype"])


def tensor(x: TensorLike, dtype: DType = None) -> TensorLike:
    """`convert_to_tensor` without the copies: arrays are wrapped, variables left as they are."""
    if not isinstance(x, _KNOWN):
        x = _pack(x, dtype)
    return x if dtype is None or x.dtype == dtypes.of(dtype) else cast(x, dtype)


def _pack(x: Any, dtype: DType) -> TensorLike:
    if isinstance(x, (list, tuple)) and any(isinstance(v, _KNOWN) for v in tree.flatten(x)):
        return stack([tensor(v) for v in x])
    if hasattr(x, "dtype"):
        return Tensor(np.asarray(x))
    try:
        array = np.asarray(x)
    except ValueError:
        raise ValueError(f"cannot make a tensor: {not_numbers(x)}") from None
    if array.dtype.kind not in "biufc":
        raise ValueError(f"cannot make a tensor: {not_numbers(x)}")
    if array.dtype == "int64" and array.size and array.max() > _LARGEST:
        return Tensor(array)
    if array.dtype.name in _WEAK:
        # straight to the wanted dtype: 0.1 rounded twice would differ in float64
        array = array.astype(dtypes.of(dtype or _WEAK[array.dtype.name]))
    return Tensor(array)


def as_kind(rule: Callable[..., Any], *xs: TensorLike) -> Any:
    """The arguments as tensors of the dtype that ``rule`` chooses for them."""
    xs = xs if len(xs) > 1 else (tensor(xs[0]),)  # a number alone counts as float32
    kinds = [x.dtype if hasattr(x, "dtype") else _kind(x) for x in xs]
    dtype = rule(*kinds)
    converted = tuple(tensor(x, dtype) for x in xs)
    return converted if len(xs) > 1 else converted[0]


def converted(rule: Callable[..., Any], *xs: TensorLike) -> Any:
    """``as_kind`` for arguments that become tensors first: a Python number counts as float32."""
    return as_kind(rule, *map(tensor, xs))


def _kind(x: Any) -> Any:
    return type(x) if isinstance(x, (int, float)) else tensor(x).dtype


def is_floating(x: TensorLike) -> bool:
    return dtypes.of(x.dtype).kind == "f"


@operation("ops")
def cast(x: TensorLike, dtype: DType) -> TensorLike:
    """x in another dtype (None: floatx)."""
    wanted = dtypes.of(dtype)
    if not isinstance(x, _KNOWN):
        x = tensor(x)
    return x if x.dtype == wanted and not isinstance(x, Variable) else _cast(x, dtype=wanted)


@public("ops")
def convert_to_numpy(x: TensorLike) -> Array:
    """A NumPy array of x: a copy, free to be written to."""
    return np.array(x)


def is_named_first(x: TensorLike) -> bool:
    """Whether the name of what made x comes before that of the layer that runs now."""
    path = names.open_scopes.names
    return bool(path) and getattr(x, "_maker", "") < f"{path[-1]}_"


@public("ops")
def is_tensor(x: Any) -> bool:
    """Whether x is a tensor or variable; arrays and symbolic tensors are not."""
    return isinstance(x, (Tensor, Variable))


@public("ops numpy")
def shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape of x as a tuple."""
    return tuple(x.shape) if hasattr(x, "shape") else tensor(x).shape


@public("ops.numpy numpy")
def ndim(x: TensorLike) -> int:
    """The number of axes of x."""
    return len(shape(x))


@public("ops.numpy")
def size(x: TensorLike) -> TensorLike:
    """The number of elements of x, as an int32 tensor."""
    count = tensor(x).size
    return Symbol((), "int32") if count is None else Tensor(np.asarray(count, "int32"))


@public("ops")
def dtype(x: TensorLike) -> str:
    """The name of the dtype of x."""
    return dtypes.standardize(x.dtype if hasattr(x, "dtype") else tensor(x).dtype)


@operation("ops.numpy numpy")
def stack(x: Sequence[TensorLike], axis: int = 0) -> TensorLike:
    """The tensors side by side along a new axis, in their common dtype."""
    xs = [tensor(v) for v in x]
    axis = shapes.normalize_axis(axis, len(xs[0].shape) + 1)
    _stack_shape(*(tuple(v.shape) for v in xs), axis=axis)
    return _stack(*xs, axis=axis)
