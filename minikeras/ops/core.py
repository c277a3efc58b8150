"""Conversion, dtypes, shapes and control flow."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, tree
from minikeras.autograd import Symbol, Tensor, Variable, operation, primitive, recording
from minikeras.ops.kinds import quiet
from minikeras.types import Array, DType, Shape, TensorLike

_KNOWN = (Tensor, Variable, Symbol)
_WEAK = {"float64": "float32", "int64": "int32"}
_LARGEST = np.iinfo("int32").max


def convert_to_tensor(
    x: TensorLike, dtype: DType = None, sparse: bool | None = None, ragged: bool | None = None
) -> TensorLike:
    """A tensor of x: an array, a variable, a number, or nested lists of these.

    Python numbers become float32 and int32, arrays keep their dtype unless `dtype` says
    otherwise.  Raises ValueError for lists of unequal lengths and for `sparse=True`.

    Parity: Python floats become float32 whatever `floatx` is.
    """
    if sparse or ragged:
        raise ValueError("sparse and ragged tensors do not exist on the NumPy backend")
    if isinstance(x, Variable):
        x = x.value
    elif isinstance(x, np.ndarray):
        x = Tensor(x.copy())
    return tensor(x, dtype)


def tensor(x: TensorLike, dtype: DType = None) -> TensorLike:
    """`convert_to_tensor` without the copies: arrays are wrapped, variables left as they are."""
    if not isinstance(x, _KNOWN):
        x = _pack(x, dtype)
    return x if dtype is None or x.dtype == dtypes.of(dtype) else cast(x, dtype)


def _pack(x: Any, dtype: DType) -> TensorLike:
    if isinstance(x, (list, tuple)) and any(isinstance(v, _KNOWN) for v in tree.flatten(x)):
        from minikeras.ops.manipulation import stack

        return stack([tensor(v) for v in x])
    if hasattr(x, "dtype"):
        return Tensor(np.asarray(x))
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"cannot make a tensor of {x!r}: {error}") from None
    if array.dtype.kind not in "biufc":
        raise ValueError(f"cannot make a tensor of {x!r}: expected numbers, an array or a tensor")
    if array.dtype == "int64" and array.size and array.max() > _LARGEST:
        return Tensor(array)
    if array.dtype.name in _WEAK:
        # straight to the wanted dtype: 0.1 rounded twice would differ in float64
        array = array.astype(dtypes.of(dtype or _WEAK[array.dtype.name]))
    return Tensor(array)


def as_kind(rule: Callable[..., Any], *xs: TensorLike) -> Any:
    """The arguments as tensors of the dtype in which, by the rule, they meet."""
    kinds = [x.dtype if hasattr(x, "dtype") else _kind(x) for x in xs]
    dtype = rule(*kinds)
    converted = tuple(tensor(x, dtype) for x in xs)
    return converted if len(xs) > 1 else converted[0]


def _kind(x: Any) -> Any:
    return type(x) if isinstance(x, (int, float)) else tensor(x).dtype


def is_floating(x: TensorLike) -> bool:
    return dtypes.of(x.dtype).kind == "f"


@primitive(dtype=dtypes.separate, out=lambda x, *, dtype: dtype)
@quiet
def _cast(x: Array, *, dtype: Any) -> Array:
    """The nearest value in another dtype; whole numbers are cut, not rounded.      dx = dy"""
    return x.astype(dtype)


@_cast.shape
def _cast_shape(x: Shape, *, dtype: Any) -> Shape:
    return x


@_cast.vjp
def _cast_vjp(dy: Array, y: Array, x: Array, *, dtype: Any) -> Array:
    return dy.astype(x.dtype)


@operation
def cast(x: TensorLike, dtype: DType) -> TensorLike:
    """x in another dtype (None: floatx)."""
    wanted = dtypes.of(dtype)
    if not isinstance(x, _KNOWN):
        x = tensor(x)
    return x if x.dtype == wanted and not isinstance(x, Variable) else _cast(x, dtype=wanted)


@operation
def saturate_cast(x: TensorLike, dtype: DType) -> TensorLike:
    """x in another dtype, clipped to what that dtype can hold."""
    from minikeras.ops.arithmetic import clip

    x, wanted = tensor(x), dtypes.of(dtype)
    if wanted.kind in "iu":
        limits: Any = np.iinfo(wanted)
        own = dtypes.of(x.dtype)
        low, high = limits.min, limits.max
        if own.kind in "iu":
            low, high = builtins.max(low, np.iinfo(own).min), builtins.min(high, np.iinfo(own).max)
        elif own.kind == "f" and float(own.type(high)) > high:  # 2³¹ − 1 rounds up to 2³¹
            high = np.nextafter(own.type(high), own.type(0))
        x = clip(x, low, high)
    elif wanted.kind == "f" and is_floating(x):
        bound = builtins.min(np.finfo(wanted).max, np.finfo(dtypes.of(x.dtype)).max)
        x = clip(x, -bound, bound)
    return cast(x, dtype)


def convert_to_numpy(x: TensorLike) -> Array:
    """A NumPy array of x: a copy, free to be written to."""
    return np.array(x)


def is_tensor(x: Any) -> bool:
    """Whether x is a tensor or variable; arrays and symbolic tensors are not."""
    return isinstance(x, (Tensor, Variable))


def shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape of x as a tuple."""
    return tuple(x.shape) if hasattr(x, "shape") else tensor(x).shape


def ndim(x: TensorLike) -> int:
    """The number of axes of x."""
    return len(shape(x))


def size(x: TensorLike) -> TensorLike:
    """The number of elements of x, as an int32 tensor."""
    count = tensor(x).size
    return Symbol((), "int32") if count is None else Tensor(np.asarray(count, "int32"))


def dtype(x: TensorLike) -> str:
    """The name of the dtype of x."""
    return dtypes.standardize(x.dtype if hasattr(x, "dtype") else tensor(x).dtype)


@primitive(dtype=dtypes.separate)
def copy(x: Array) -> Array:
    """y = x                dx = dy"""
    return x.copy()


@copy.shape
def copy_shape(x: Shape) -> Shape:
    return x


@copy.vjp
def copy_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy


class _Pullback:
    """The derivative that a user gave, in the place of an operation's on the tape."""

    constant = False

    def __init__(self, rule: Callable[..., Any]) -> None:
        self.rule = rule

    def pullback(
        self,
        dy: Any,
        y: Any,
        inputs: list[Any],
        static: dict[str, Any],
        needed: list[bool],
        reference: bool = False,
    ) -> list[Any]:
        dxs = self.rule(*[tensor(d) for d in (dy if isinstance(dy, tuple) else (dy,))])
        dxs = dxs if isinstance(dxs, (tuple, list)) else (dxs,)
        found = [None if dx is None else tensor(dx) for dx in dxs]
        return found if reference else [None if dx is None else dx._value for dx in found]


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that returns `(y, grad)`, where `grad(*dy)` is each input's gradient."""

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Symbol) for x in tree.flatten(args)):
            return f(*args, **kwargs)[0]
        xs = [x if isinstance(x, Variable) else tensor(x) for x in args]
        tapes, recording.tapes = recording.tapes, ()
        try:
            y, rule = f(*(x.value if isinstance(x, Variable) else x for x in xs), **kwargs)
        finally:
            recording.tapes = tapes
        several = isinstance(y, (tuple, list))
        fresh = tuple(Tensor(np.asarray(v)) for v in (y if several else (y,)))
        output = fresh if several else fresh[0]
        arrays = [x._value for x in xs]
        for tape in tapes:
            tape._record((_Pullback(rule), tuple(xs), arrays, {}, output))
        return output

    return call


def cond(pred: TensorLike, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """`true_fn()` if pred holds, else `false_fn()`.  An unknown predicate takes the first."""
    if isinstance(pred, Symbol):
        return true_fn()
    return true_fn() if bool(pred) else false_fn()


def switch(index: TensorLike, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`, the index clipped to the branches there are."""
    i = 0 if isinstance(index, Symbol) else int(index)
    return branches[builtins.min(builtins.max(i, 0), len(branches) - 1)](*operands)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Repeat `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` holds."""
    several = isinstance(loop_vars, (tuple, list))
    values = tuple(loop_vars) if several else (loop_vars,)
    values = tuple(tree.map_structure(convert_to_tensor, v) for v in values)
    if any(isinstance(v, Symbol) for v in tree.flatten(values)):
        return values if several else values[0]
    rounds = 0
    while (maximum_iterations is None or rounds < maximum_iterations) and bool(cond(*values)):
        result = body(*values)
        values = tuple(result) if several else (result,)
        rounds += 1
    return values if several else values[0]


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Apply `value = body_fun(i, value)` for i from lower to upper − 1."""
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(convert_to_tensor(i), value)
    return value


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """Carry a state along the first axis: `carry, yᵢ = f(carry, xᵢ)`; return carry, stacked y.

    Raises TypeError if f is not callable, ValueError if neither xs nor length is given.
    """
    from minikeras.ops.manipulation import stack

    if not callable(f):
        raise TypeError(f"`f` must be callable, received {f!r}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(f"`unroll` must be a positive integer or a boolean, received {unroll!r}")
    if xs is None and length is None:
        raise ValueError("`xs` or `length` must be given: nothing says how many steps to take")
    xs = tree.map_structure(tensor, xs) if xs is not None else None
    steps = int(length) if length is not None else int(tree.flatten(xs)[0].shape[0])
    carry, outputs = tree.map_structure(tensor, init), []
    for i in reversed(range(steps)) if reverse else range(steps):
        x = None if xs is None else tree.map_structure(lambda v, i=i: v[i], xs)
        carry, y = f(carry, x)
        outputs.append(y)
    if reverse:
        outputs.reverse()
    if not outputs or outputs[0] is None:
        return carry, None
    return carry, tree.map_structure(lambda *ys: stack(ys), *outputs)


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Apply f to each slice of the first axis, and stack the results."""
    from minikeras.ops.manipulation import stack

    xs = tree.map_structure(tensor, xs)
    count = tree.flatten(xs)[0].shape[0]
    ys = [f(tree.map_structure(lambda v, i=i: v[i], xs)) for i in range(count)]
    return tree.map_structure(lambda *y: stack(y), *ys)


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Apply a function to each slice of the first axis, and stack the results."""
    return map(function, elements)
