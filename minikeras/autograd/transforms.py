"""Derivatives as functions of functions: ``grad``, ``value_and_grad``, ``vjp`` and ``hvp``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import tree
from minikeras.autograd.conversion import as_tensor
from minikeras.autograd.tape import GradientTape
from minikeras.autograd.tensor import Tensor, engine_ops
from minikeras.autograd.variable import Variable
from minikeras.types import TensorLike


def _tensors(structure: Any) -> Any:
    """Every argument as a tensor of its own: one object given twice must be two sources.

    The copies are recorded, so that a tape outside (`grad` of `grad`) sees where they came from.
    """

    def fresh(x: Any) -> Any:
        if isinstance(x, Variable):
            return x
        return engine_ops.copy(x if isinstance(x, Tensor) else as_tensor(x))

    return tree.map_structure(fresh, structure)


def value_and_grad(f: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
    """``(f(x, ...), ∂f/∂x)`` for a scalar function; ``x`` may be nested.

    With ``has_aux`` the function returns ``(value, extra)`` and so does the first part.
    """

    def both(x: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        x = _tensors(x)
        with GradientTape() as tape:
            tape.watch(x)
            y = f(x, *args, **kwargs)
        return y, tape.gradient(y[0] if has_aux else y, x, unconnected_gradients="zero")

    return both


def grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """``∂f/∂x`` of a scalar function with respect to its first argument."""
    return lambda x, *args, **kwargs: value_and_grad(f)(x, *args, **kwargs)[1]


def vjp(f: Callable[..., Any], *xs: TensorLike) -> tuple[Any, Callable[[TensorLike], Any]]:
    """``f(*xs)`` and the map ``dy → (dx, ...)``, which may be called many times."""
    xs = _tensors(xs)
    with GradientTape(persistent=True) as tape:
        tape.watch(xs)
        y = f(*xs)
    return y, lambda dy: tape.gradient(y, xs, output_gradients=dy, unconnected_gradients="zero")


def hvp(f: Callable[..., Any], x: TensorLike, v: TensorLike) -> Any:
    """The Hessian of a scalar function times a vector: the gradient of ⟨∂f/∂x, v⟩."""
    x = _tensors(x)
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    return outer.gradient(g, x, output_gradients=v, unconnected_gradients="zero")
