"""Layers inside graphs of TensorFlow, such as ``Dataset.map`` makes of its function."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, tree
from minikeras.autograd import KerasTensor, StatelessScope
from minikeras.layers.unknown_sizes import agreed
from minikeras.optional import Library
from minikeras.types import Array

tensorflow = Library("tensorflow")

_SIDE = 32  # of the arrays that stand for tensors of unknown shape


def is_of_graph(x: Any) -> bool:
    """Whether ``x`` is a tensor of a graph of TensorFlow, which has no value yet."""
    if not type(x).__module__.startswith("tensorflow"):
        return False
    return not hasattr(x, "numpy") and hasattr(x, "graph")


def symbols(structure: Any) -> Any:
    """The structure with a KerasTensor in place of each tensor of a graph."""
    return _replaced(structure, lambda x: KerasTensor(tuple(x.shape), x.dtype.name))


def _replaced(structure: Any, replace: Callable[[Any], Any]) -> Any:
    return tree.map_structure(lambda x: replace(x) if is_of_graph(x) else x, structure)


class _Running(threading.local):
    """Whether this thread computes values for a graph."""

    here: bool = False


_running = _Running()


def is_running() -> bool:
    """Whether the present call computes values for a graph of TensorFlow."""
    return _running.here


def _run(function: Callable[[Any], Any], given: Any) -> Any:
    before, _running.here = _running.here, True
    try:
        return tree.map_structure(np.asarray, function(given))
    finally:
        _running.here = before


def computed(
    function: Callable[[Any], Any], given: Any, promised: Any, kinds: list[str] | None = None
) -> Any:
    """Tensors of the graph that call ``function`` when the graph runs; they have no gradient.

    given: a structure with tensors of the graph; ``function`` gets it with arrays in their place.
    promised: what ``function`` returns, as a structure of objects with ``shape`` and ``dtype``.
    kinds: the dtypes of the values, where they are not the promised ones.
    """
    leaves, specs = tree.flatten(given), tree.flatten(promised)
    places = [i for i, x in enumerate(leaves) if is_of_graph(x)]
    kinds = kinds or [dtypes.standardize(spec.dtype) for spec in specs]

    def compute(*values: Array) -> list[Array]:
        known = list(leaves)
        for place, value in zip(places, values, strict=True):
            known[place] = value
        outputs = tree.flatten(_run(function, tree.pack_sequence_as(given, known)))
        return [
            y if kind == "string" else y.astype(kind, copy=False)
            for y, kind in zip(outputs, kinds, strict=True)
        ]

    found = tensorflow.numpy_function(compute, [leaves[i] for i in places], kinds)
    for y, spec in zip(found, specs, strict=True):
        y.set_shape(spec.shape)
    return tree.pack_sequence_as(promised, found)


def promise(function: Callable[[Any], Any], given: Any) -> Any:
    """KerasTensors like what ``function`` returns, found by two calls with zeros.

    An axis of unknown length has two lengths in them; so has each axis that depends on it.  Seeds
    of layers and Python's ``random`` do not move on.
    """

    def zeros(x: Any, wider: int) -> Array:
        lengths = [_SIDE if axis else 1 for axis in range(len(x.shape))]
        shape = [k + wider if n is None else n for n, k in zip(tuple(x.shape), lengths)]
        return np.zeros(shape, x.dtype.as_numpy_dtype)

    state, found = random.getstate(), []
    try:
        for wider in (0, 1):
            with StatelessScope():
                found.append(_run(function, _replaced(given, lambda x: zeros(x, wider))))  # noqa: B023  # called at once
            random.setstate(state)
    finally:
        random.setstate(state)
    return agreed(*found)
