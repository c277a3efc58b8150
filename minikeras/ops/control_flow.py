"""Conditions, loops, and gradients that a user defines."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.autograd import Symbol, Tensor, Variable
from minikeras.autograd.listeners import OpCall, nothing_recorded, recording, value_observed
from minikeras.messages import describe
from minikeras.ops.core import convert_to_tensor, stack, tensor
from minikeras.ops.declarations import public
from minikeras.types import TensorLike


class _CustomGradient:
    """What a tape records in place of an operation: the derivative that a user gave."""

    constant = passes = False
    has_nameless_gradient = True

    def __init__(self, rule: Callable[..., Any]) -> None:
        self.rule = rule

    def pullback(
        self,
        dy: Any,
        y: Any,
        inputs: list[Any],
        static: dict[str, Any],
        needed: list[bool],
        observe: Callable[..., Any],
    ) -> list[Any]:
        value_observed()  # by the rule, for all that is known
        dys = dy if isinstance(dy, tuple) else (dy,)
        dxs = self.rule(*[tensor(d) for d in dys])
        dxs = dxs if isinstance(dxs, (tuple, list)) else (dxs,)
        found = [None if dx is None else tensor(dx) for dx in dxs]
        on_tensors = isinstance(dys[0], Tensor)
        return found if on_tensors else [None if dx is None else dx._value for dx in found]

    def terms(self, *args: Any) -> None:
        return None


@public("ops")
def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that returns `(y, grad)`, where `grad(*dy)` is each input's gradient."""

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Symbol) for x in tree.flatten(args)):
            return f(*args, **kwargs)[0]
        xs = [x if isinstance(x, Variable) else tensor(x) for x in args]
        with nothing_recorded():
            y, rule = f(*(x.value if isinstance(x, Variable) else x for x in xs), **kwargs)
        several = isinstance(y, (tuple, list))
        fresh = tuple(Tensor(np.asarray(v)) for v in (y if several else (y,)))
        output = fresh if several else fresh[0]
        arrays = [x._value for x in xs]
        for listener in recording.listeners:
            listener.on_operation(OpCall(_CustomGradient(rule), tuple(xs), arrays, {}, output))
        return output

    return call


@public("ops")
def cond(pred: TensorLike, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """`true_fn()` if pred holds, else `false_fn()`.  An unknown predicate takes the first."""
    if isinstance(pred, Symbol):
        return true_fn()
    return true_fn() if bool(pred) else false_fn()


@public("ops")
def switch(index: TensorLike, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`, the index clipped to the branches there are."""
    i = 0 if isinstance(index, Symbol) else int(index)
    return branches[builtins.min(builtins.max(i, 0), len(branches) - 1)](*operands)


@public("ops")
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


@public("ops")
def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Apply `value = body_fun(i, value)` for i from lower to upper − 1."""
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(convert_to_tensor(i), value)
    return value


@public("ops")
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
    if not callable(f):
        raise TypeError(f"`f` must be callable, received {describe(f)}")
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


@public("ops")
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Apply f to each slice of the first axis, and stack the results."""
    xs = tree.map_structure(tensor, xs)
    count = tree.flatten(xs)[0].shape[0]
    ys = [f(tree.map_structure(lambda v, i=i: v[i], xs)) for i in range(count)]
    return tree.map_structure(lambda *y: stack(y), *ys)


@public("ops")
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Apply a function to each slice of the first axis, and stack the results."""
    return map(function, elements)
