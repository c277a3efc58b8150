"""Decorators that give an operation its public names.

    @operation("ops.numpy Tensor numpy")
    def sum(x, axis=None, keepdims=False): ...

is `keras.ops.sum` and `keras.ops.numpy.sum`, the method `sum` of tensors, and what `numpy.sum`
does with a tensor.  `public` does the same for functions that are never nodes of a graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from minikeras import autograd
from minikeras.autograd.primitive import Primitive

F = TypeVar("F")

PLACES: dict[str, dict[str, Any]] = {
    place: {}
    for place in ("ops", "ops.numpy", "ops.nn", "ops.linalg", "ops.image", "Tensor", "numpy")
}
# Parts of `keras.ops` whose names are not those of `keras.ops` itself.
APART = ("ops.image",)


def public(places: str, also: str = "") -> Callable[[F], F]:
    """Give a function its public names: its own, and those in ``also`` (methods have no others)."""

    def enter(function: F) -> F:
        name = function.__name__  # type: ignore[attr-defined]  # functions and primitives
        for place in places.split():
            PLACES[place][name] = function
            if place != "Tensor":
                PLACES[place] |= dict.fromkeys(also.split(), function)
        return function

    return enter


def operation(places: str, also: str = "") -> Callable[[Callable[..., Any]], Any]:
    """A composed function: one node of the graph when it is called with KerasTensors."""
    return lambda function: public(places, also)(autograd.operation(function))


def primitive(places: str = "", also: str = "", **options: Any) -> Callable[[Any], Primitive]:
    """An operation with a derivative of its own; options as in ``Primitive``."""
    return lambda forward: public(places, also)(Primitive(forward, **options))


def elementwise(places: str = "", also: str = "", **options: Any) -> Callable[[Any], Primitive]:
    """A primitive on corresponding elements; its inputs broadcast."""
    return primitive(places, also, broadcasts=True, **options)


def names_of(place: str) -> dict[str, Any]:
    """What appears in a place, by name; in ``ops`` also what appears in most parts of it."""
    if place != "ops":
        return PLACES[place]
    parts = [part for part in PLACES if part.startswith("ops") and part not in APART]
    return {name: function for part in parts for name, function in PLACES[part].items()}
