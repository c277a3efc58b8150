"""Which parts of an object are saved with it, under which names, in which order: as in Keras.

The parts are found among all attributes, so that a file made by one program can be read by another
that defines the same classes.  Public attributes come first.
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Iterable, Iterator
from typing import Any

from minikeras.autograd import Operation
from minikeras.declare.names import to_snake_case
from minikeras.layers import Layer
from minikeras.losses import Loss
from minikeras.metrics import Metric
from minikeras.optimizers import Optimizer
from minikeras.training.compile_metrics import CompileMetrics

SAVEABLE = (Operation, Loss, Metric, Optimizer)
CONTAINERS = (list, tuple, dict)


def parts_of(saveable: Any) -> Iterator[tuple[str, Any]]:
    """The saveable objects and containers just below one, each with the name of its attribute.

    A part may come up several times, under several names.
    """
    kind = saveable._obj_type()
    if kind in ("Sequential", "Functional"):
        yield "layers", saveable.layers
    skipped = _attributes_of_all(kind)
    for name in sorted(dir(saveable), key=_private_last):
        if name.startswith("__") or name in skipped:
            continue
        try:
            part = getattr(saveable, name)
        except Exception:  # a property that has no value yet is no part
            continue
        if isinstance(part, (*SAVEABLE, *CONTAINERS)):
            yield name, part


def items_of(container: Any) -> Iterator[tuple[str, Any]]:
    """The saveable objects and containers in a list, tuple or dict, each with a name.

    The names are made from the classes, since automatic names differ from one run to the next.
    """
    values: Iterable[Any] = container.values() if isinstance(container, dict) else container
    used: collections.Counter[str] = collections.Counter()
    for value in values:
        if isinstance(value, SAVEABLE):
            name = to_snake_case(type(value).__name__)
        elif isinstance(value, CONTAINERS):
            name = "container"
        else:
            continue
        used[name] += 1
        yield (f"{name}_{used[name] - 1}" if used[name] > 1 else name), value


def join(path: str, name: str) -> str:
    """The path of a part: ``"layers" , "dense"`` → ``"layers/dense"``."""
    return f"{path}/{name}" if path else name


def _private_last(name: str) -> str:
    return f"~{name}" if name.startswith("_") else name


@functools.cache
def _attributes_of_all(kind: str) -> frozenset[str]:
    """The attributes that every object of a kind has, which hold no parts of its own."""
    # A name that is given does not count among the automatic ones.
    match kind:
        case "Operation":
            names = {*dir(Operation(name="reference"))}
        case "Layer":
            names = {*dir(Layer(name="reference"))}
        case "Functional":
            names = {*_attributes_of_all("Layer"), "operations", "_operations"}
        case "Sequential":
            names = {*_attributes_of_all("Layer"), "_functional", "_input_layer", "_stack"}
        case "Metric":
            metrics = Metric(name="reference"), CompileMetrics([], [], name="reference")
            names = {name for metric in metrics for name in dir(metric)}
        case "Optimizer":
            names = {*dir(Optimizer(1.0, name="reference"))} - {"variables"}
        case "Loss":
            names = {*dir(Loss(name="reference"))}
        case _:
            raise ValueError(
                f"_obj_type() must be 'Operation', 'Layer', 'Functional', 'Sequential', 'Metric', "
                f"'Optimizer' or 'Loss', received {kind!r}"
            )
    return frozenset(names)
