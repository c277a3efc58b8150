"""A check of derivatives that needs no other framework."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import frames, tree
from minikeras.autograd.tape import GradientTape
from minikeras.autograd.tensor import Tensor
from minikeras.autograd.variable import Variable
from minikeras.types import Array, TensorLike

_ELEMENTS = 500  # of a wrong gradient, compared one by one


@frames.filter_traceback
def check_gradients(
    f: Callable[..., Any],
    *xs: TensorLike,
    seed: int = 0,
    step: float = 1e-6,
    tolerance: float = 1e-6,
) -> None:
    """Compare gradients with difference quotients, in float64, each along one random direction.

    For random u and v:   ⟨v, (f(x + εu) − f(x − εu)) / 2ε⟩  =  ⟨∂⟨v, f(x)⟩/∂x, u⟩

    for each x of ``xs`` that is not an integer array, and each trainable variable that ``f``
    has or reads.
    A layer or model computes in float64 during the check, whatever its dtype; afterwards it is as
    it was before, and built.

    Raises AssertionError where the two sides differ by more than ``tolerance`` of their size; it
    names the element of x that is off most, among up to 500.
    Raises ValueError if ``f`` computes in float32, which is too coarse for a difference quotient,
    and if ``f`` is random.
    """
    rng = np.random.default_rng(seed)
    points = [_point(x) for x in xs]
    with _in_float64(f, points) as (variables, state):

        def outputs(moved: Any = None, by: Any = 0.0) -> list[Tensor]:
            for variable, value in state:
                variable._value = value + by if variable is moved else value
            return tree.flatten(f(*(Tensor(x._value + by) if x is moved else x for x in points)))

        with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch([points, variables])
            ys = outputs()
        _refuse_float32(f, ys)
        if any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(ys, outputs())):
            raise ValueError(f"{_name(f)} is random: a second call with the same arguments differs")
        vs = [rng.standard_normal(y.shape) for y in ys]
        places = {f"argument {i}": x for i, x in enumerate(points) if x.dtype.kind == "f"}
        for place, x in (places | {v.path: v for v in variables}).items():

            def difference(u: Array, x: Any = x) -> float:
                ends = zip(vs, outputs(x, step * u), outputs(x, -step * u))
                parts = (np.sum(v * (a._value - b._value)) for v, a, b in ends)
                return float(sum(parts) / 2 / step)

            u = rng.standard_normal(x.shape)
            quotient = difference(u)
            gradient = tape.gradient(ys, x, vs, unconnected_gradients="zero")
            slope = float(np.sum(gradient._value * u))
            if not abs(quotient - slope) <= tolerance * max(1.0, abs(quotient), abs(slope)):
                raise AssertionError(
                    f"the gradient of {_name(f)} with respect to {place} is wrong: along a random "
                    f"direction the difference quotient is {quotient:.9g}, the gradient {slope:.9g}"
                    + _worst_element(gradient._value, difference, rng)
                )


def _worst_element(
    gradient: Array, difference: Callable[[Array], float], rng: np.random.Generator
) -> str:
    """Which element is off most, as the end of a message; of many only some are looked at."""
    indices = [*np.ndindex(gradient.shape)]
    if len(indices) > _ELEMENTS:
        indices = [indices[i] for i in rng.choice(len(indices), _ELEMENTS, replace=False)]
    quotients = {}
    for index in indices:
        direction = np.zeros(gradient.shape)
        direction[index] = 1
        quotients[index] = difference(direction)
    worst = max(indices, key=lambda i: abs(quotients[i] - gradient[i]), default=())
    if not worst:  # a number
        return ""
    return (
        f". Element {[*map(int, worst)]} is off most: its difference quotient is "
        f"{quotients[worst]:.9g}, its gradient {gradient[worst]:.9g}"
    )


def _point(x: Any) -> Tensor:
    """The argument in float64; integer arrays, which may be indices, as they are."""
    array = np.asarray(x)
    return Tensor(
        array if hasattr(x, "dtype") and array.dtype.kind in "biu" else array.astype(float)
    )


def _name(f: Any) -> str:
    return f"the layer {f.name!r}" if hasattr(f, "dtype_policy") else getattr(f, "__name__", str(f))


def _refuse_float32(f: Any, ys: Any) -> None:
    if any(y.dtype != "float64" for y in tree.flatten(ys)):
        raise ValueError(
            f"{_name(f)} computes in float32, which is too coarse for a difference quotient: "
            "give check_gradients the layer itself, or make its layers with dtype='float64'"
        )


@contextlib.contextmanager
def _in_float64(
    f: Any, points: list[Tensor]
) -> Iterator[tuple[tuple[Variable, ...], list[tuple[Variable, Array]]]]:
    """Within the block the variables of ``f`` are in float64; if it is a layer, it computes so.

    Gives the trainable variables of ``f``, and each of its variables with its value.
    """
    held = {id(v): (v, "_value", v._value) for v in getattr(f, "variables", ())}
    others: list[tuple[Any, str, Any]] = []
    try:
        with GradientTape() as tape:
            ys = f(*points)  # a layer is built in its own dtype
        layers = f._flatten_layers() if hasattr(f, "_flatten_layers") else []
        if not layers:
            _refuse_float32(f, ys)
        # Also those from which the function is cut off: their gradient is 0, their quotient is not.
        mine = (*tape.watched_variables(), *getattr(f, "trainable_variables", ()))
        read = tuple({id(v): v for v in mine}.values())
        for v in (*getattr(f, "variables", ()), *read):
            held.setdefault(id(v), (v, "_value", v._value))
        state = [
            (v, a.astype("float64") if a.dtype.kind == "f" else a) for v, _, a in held.values()
        ]
        inputs = [x for layer in layers for x in tree.flatten(getattr(layer, "inputs", []))]
        others += [(layer, "dtype_policy", layer.dtype_policy) for layer in layers]
        others += [(x, "dtype", x.dtype) for x in inputs if "float" in x.dtype]
        for owner, name, value in others:
            setattr(owner, name, "float64" if name == "dtype" else type(value)("float64"))
        yield read, state
    finally:
        for owner, name, value in (*held.values(), *others):
            setattr(owner, name, value)
