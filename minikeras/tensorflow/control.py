"""``tf.*`` that call functions: ``tf.function``, loops, ``tf.print``."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import frames, ops, tf_function, tree
from minikeras.autograd import Tensor, Variable
from minikeras.messages import describe
from minikeras.random import seeds
from minikeras.tensorflow.arrays import stack
from minikeras.tensorflow.convert import array, dtype_of, like, tensor
from minikeras.tensorflow.linalg import global_norm
from minikeras.types import DType


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> Any:
    """A function that rounds as TensorFlow's compiled functions do.

    input_signature: specs of the arguments, which become tensors.

    Parity: the function runs at every call. TensorFlow runs it once for each kind of arguments, so
    that what Python does in it, such as ``print``, happens once.
    """
    if func is None:
        return functools.partial(function, input_signature=input_signature)
    wanted: Callable[..., Any] = func

    operations = seeds.Function()  # which go on from call to call

    @functools.wraps(wanted)
    def call(*args: Any, **kwargs: Any) -> Any:
        if input_signature is not None:
            args = tuple(tree.map_structure(_as_tensor, arg, none_is_leaf=False) for arg in args)
        if _run_eagerly:
            return wanted(*args, **kwargs)
        with tf_function.inside(), seeds.in_function(operations):
            return wanted(*args, **kwargs)

    vars(call).update(python_function=wanted, get_concrete_function=lambda *_, **__: call)
    return call


_run_eagerly: list[bool] = []  # holds True while functions are to run eagerly


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Whether functions round as eager operations do."""
    _run_eagerly[:] = [True] if run_eagerly else []


def functions_run_eagerly() -> bool:
    """Whether ``run_functions_eagerly(True)`` was called."""
    return bool(_run_eagerly)


def _as_tensor(x: Any) -> Any:
    return x if isinstance(x, Tensor | Variable) else tensor(x)


@frames.filter_traceback
def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """What one of two functions returns."""
    if not callable(true_fn) or not callable(false_fn):
        raise TypeError(
            f"true_fn={describe(true_fn)}, false_fn={describe(false_fn)}; expected functions"
        )
    return ops.cond(pred, true_fn, false_fn)


@frames.filter_traceback
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: int | None = None,
    name: str | None = None,
) -> Any:
    """Calls ``body`` with what it returned last, as long as ``cond`` of this is true."""
    values = [tree.map_structure(_as_tensor, value) for value in loop_vars]
    rounds = 0
    while (maximum_iterations is None or rounds < maximum_iterations) and bool(cond(*values)):
        found = body(*values)
        parts = found if isinstance(found, list | tuple) else (found,)
        values = [tree.map_structure(_as_tensor, part) for part in parts]
        rounds += 1
    return type(loop_vars)(values) if type(loop_vars) in (list, tuple) else values


@frames.filter_traceback
def map_fn(
    fn: Callable[..., Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """The results of a function of each slice of the first axis, stacked."""
    xs = tree.map_structure(_as_tensor, elems)
    count = tree.flatten(xs)[0].shape[0]
    found = [fn(tree.map_structure(lambda x, i=i: x[i], xs)) for i in range(count)]
    return tree.map_structure(lambda *parts: stack(list(parts)), *found)


@frames.filter_traceback
def vectorized_map(
    fn: Callable[..., Any], elems: Any, fallback_to_while_loop: bool = True, warn: bool = True
) -> Any:
    """The results of a function of each slice of the first axis, stacked."""
    return map_fn(fn, elems)


def py_function(func: Any = None, inp: Any = None, Tout: Any = None, name: Any = None) -> Any:
    """What a function of tensors returns, in the dtypes of ``Tout``."""
    return _called(func, [_as_tensor(x) for x in inp], Tout)


def numpy_function(
    func: Any = None, inp: Any = None, Tout: Any = None, stateful: bool = True, name: Any = None
) -> Any:
    """What a function of arrays returns, in the dtypes of ``Tout``."""
    return _called(func, [array(x) for x in inp], Tout)


def _called(func: Callable[..., Any], arguments: list[Any], dtypes: Any) -> Any:
    found = func(*arguments)
    if isinstance(dtypes, list | tuple):
        return [tensor(part, dtype_of(dtype)) for part, dtype in zip(found, dtypes, strict=True)]
    return tensor(found, dtype_of(dtypes))


def group(*inputs: Any, **kwargs: Any) -> None:
    """Nothing: what is given has been computed."""


def no_op(name: str | None = None) -> None:
    """Nothing."""


def print_(*inputs: Any, **kwargs: Any) -> None:
    """Values as TensorFlow prints them: of an axis the first three and last three elements.

    output_stream: ``sys.stderr`` unless another one or the path "file://..." is given.
    summarize: how many elements from each end of an axis; −1 for all.
    sep, end: as of Python's ``print``.
    """
    stream: Any = kwargs.get("output_stream", sys.stderr)
    most = kwargs.get("summarize") or 3
    text = kwargs.get("sep", " ").join(_shown(value, most) for value in inputs)
    stream.write(text + kwargs.get("end", "\n"))


def _shown(value: Any, most: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        inside = ", ".join(_shown(v, most) for v in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_shown(v, most)}" for k, v in value.items()) + "}"
    if not isinstance(value, Tensor | Variable):
        return repr(value) if isinstance(value, np.ndarray) else str(value)
    return _elements(array(value), most)


def _elements(x: Any, most: int) -> str:
    if not x.ndim:
        found = x[()]
        if isinstance(found, bytes):
            return '"' + found.decode(errors="replace") + '"'
        if x.dtype.kind == "f":
            return np.format_float_positional(found, trim="-") if _is_plain(found) else f"{found:g}"
        return str(int(found)) if x.dtype.kind in "iub" else str(found)
    if x.dtype == object and x.ndim == 1:
        parts = ['"' + v.decode(errors="replace") + '"' for v in x]
    else:
        parts = [_elements(row, most) for row in x]
    if most >= 0 and len(parts) > 2 * most:
        parts = [*parts[:most], "...", *parts[len(parts) - most :]]
    between = "\n" + " " * 1 if x.ndim > 1 else " "
    return f"[{between.join(parts)}]"


def _is_plain(number: Any) -> bool:
    return bool(number == 0 or 1e-4 <= abs(number) < 1e6)


@contextlib.contextmanager
def device(device_name: Any) -> Iterator[None]:
    """A block that runs where everything runs."""
    yield


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """A block that runs as any other."""
    yield


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[str]:
    """A block whose operations have no names here."""
    yield f"{name}/"


def executing_eagerly() -> bool:
    """Whether no function of ``tf.function`` is running."""
    return not tf_function.is_inside()


# Clipping


@frames.filter_traceback
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """The nearest numbers of an interval."""
    x = tensor(t)
    return ops.maximum(ops.minimum(x, like(clip_value_max, x)), like(clip_value_min, x))


@frames.filter_traceback
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """x · c / max(‖x‖, c)"""
    x = tensor(t)
    limit = like(clip_norm, x)
    total = ops.sum(ops.square(x), axes, keepdims=True)
    norm = ops.where(total > 0, ops.sqrt(ops.where(total > 0, total, ops.ones_like(total))), total)
    return ops.divide(ops.multiply(x, limit), ops.maximum(norm, limit))


@frames.filter_traceback
def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> Any:
    """Tensors x · c · min(1/‖all‖, 1/c), and the norm ‖all‖ of all of them; None stay None."""
    norm = global_norm(t_list) if use_norm is None else tensor(use_norm)
    limit = like(clip_norm, norm)
    one = like(1.0, norm)
    scale = ops.multiply(limit, ops.minimum(ops.divide(one, norm), ops.divide(one, limit)))
    clipped = [None if t is None else ops.multiply(tensor(t), scale) for t in t_list]
    return clipped, norm


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The array of a tensor."""
    return array(tensor)


def as_dtype(type_value: DType) -> str:
    """The name of a dtype."""
    return dtype_of(type_value)


__all__ = [
    *("function", "cond", "while_loop", "map_fn", "vectorized_map", "py_function"),
    *("numpy_function", "group", "no_op", "device", "init_scope", "name_scope"),
    *("executing_eagerly", "clip_by_value", "clip_by_norm", "clip_by_global_norm"),
    "get_static_value",
]
