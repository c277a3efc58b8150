"""Derivatives as functions of functions: ``grad``, ``value_and_grad``, ``vjp`` and ``hvp``.

All raise ValueError if the result does not depend on x although the function made an array or a
``float`` of x, or of something computed from it.  A function that is constant has the derivative 0;
so has ``int(x)``, a step function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import frames, tree
from minikeras.autograd.conversion import as_tensor
from minikeras.autograd.tape import GradientTape
from minikeras.autograd.tensor import Tensor, engine_ops
from minikeras.autograd.variable import Variable
from minikeras.types import TensorLike


def _tensors(structure: Any) -> Any:
    """Every argument as a tensor of its own: one object given twice must be two sources.

    The copies are recorded, so that a tape outside (`grad` of `grad`) sees where they came from.
    Raises TypeError if all are whole numbers.
    """

    def fresh(x: Any) -> Any:
        if isinstance(x, Variable):
            return x
        return engine_ops.copy(x if isinstance(x, Tensor) else as_tensor(x))

    found = tree.map_structure(fresh, structure)
    leaves = tree.flatten(found)
    if leaves and all(x._value.dtype.kind != "f" for x in leaves):
        raise TypeError("x holds whole numbers, which have no derivative: write 3.0 for 3")
    return found


def _target(tape: GradientTape, y: Any) -> Any:
    """What a function returned, ready for ``tape.gradient``."""
    if tape._cut and not any(id(leaf) in tape._tracked for leaf in tree.flatten(y)):
        raise ValueError(
            "the result does not depend on x: np.asarray, .numpy() or a Python number cut the "
            "path. Compute with keras.ops, or with NumPy's functions on x itself"
        )
    return as_tensor(y) if isinstance(y, int | float | np.generic | np.ndarray) else y


def value_and_grad(f: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """``(f(x, ...), ∂f/∂x)`` for a scalar function; ``x`` may be nested.

    With ``has_aux`` the function returns ``(value, extra)`` and so does the first part.
    """

    @frames.filter_traceback
    def both(x: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        x = _tensors(x)
        with GradientTape() as tape:
            tape.watch(x)
            y = f(x, *args, **kwargs)
        target = _target(tape, y[0] if has_aux else y)
        return y, tape.gradient(target, x, unconnected_gradients="zero")

    return both


def grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """``∂f/∂x`` of a scalar function with respect to its first argument."""
    both = value_and_grad(f)
    return frames.filter_traceback(lambda x, *args, **kwargs: both(x, *args, **kwargs)[1])


@frames.filter_traceback
def vjp(f: Callable[..., Any], *xs: TensorLike) -> tuple[Any, Callable[[TensorLike], Any]]:
    """``f(*xs)`` and the map ``dy → (dx, ...)``, which may be called many times."""
    xs = _tensors(xs)
    with GradientTape(persistent=True) as tape:
        tape.watch(xs)
        y = f(*xs)
    target = _target(tape, y)
    return y, lambda dy: tape.gradient(target, xs, dy, unconnected_gradients="zero")


@frames.filter_traceback
def hvp(f: Callable[..., Any], x: TensorLike, v: TensorLike) -> Any:
    """The Hessian of a scalar function times a vector: the gradient of ⟨∂f/∂x, v⟩."""
    x = _tensors(x)
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(_target(inner, y), x, unconnected_gradients="zero")
    return outer.gradient(g, x, output_gradients=v, unconnected_gradients="zero")
