"""A block after which a model is what it was before, whatever the block did with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from minikeras.autograd import Variable
from minikeras.declare import Configurable
from minikeras.declare.names import preserved_counts
from minikeras.metrics import Metric
from minikeras.random import SeedGenerator, process_state

_STATEFUL = (Variable, Configurable, Metric, SeedGenerator)


@contextlib.contextmanager
def unchanged(*things: Any) -> Iterator[None]:
    """After the block all variables, layers, metrics and optimizers reachable from ``things`` have
    the attributes that they had before, and so have the lists, dicts and sets in these.

    The random numbers and the automatic names of the process also continue where they were.
    """
    contents = _contents(things)
    random = process_state.capture()
    with preserved_counts():
        try:
            yield
        finally:
            for thing, held in contents:
                _put_back(thing, held)
            process_state.restore(random)


def _contents(things: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """Each container and stateful object, with a copy of what it holds."""
    found: dict[int, tuple[Any, Any]] = {}
    waiting = [*things]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, tuple):
            waiting.extend(thing)
        elif id(thing) not in found:
            held: Any = None
            if isinstance(thing, list | set):
                held = [*thing]
                waiting.extend(held)
            elif isinstance(thing, dict) or (
                isinstance(thing, _STATEFUL) and not isinstance(thing, type)
            ):
                held = dict(thing if isinstance(thing, dict) else vars(thing))
                waiting.extend(held.values())
            if held is not None:
                found[id(thing)] = thing, held
    return [*found.values()]


def _put_back(thing: Any, held: Any) -> None:
    # The methods of the base classes: tracked lists and dicts report to a layer, which is restored.
    if isinstance(thing, list):
        list.__setitem__(thing, slice(None), held)
    elif isinstance(thing, set):
        set.clear(thing)
        set.update(thing, held)
    else:
        attributes = thing if isinstance(thing, dict) else vars(thing)
        dict.clear(attributes)
        dict.update(attributes, held)
