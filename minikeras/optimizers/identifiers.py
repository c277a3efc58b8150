"""Optimizers by name and by config, as ``compile`` accepts them."""

from __future__ import annotations

from typing import Any

from minikeras.declare import Registry
from minikeras.optimizers.adadelta import Adadelta
from minikeras.optimizers.adagrad import Adagrad
from minikeras.optimizers.adam import Adam
from minikeras.optimizers.adamax import Adamax
from minikeras.optimizers.adamw import AdamW
from minikeras.optimizers.lion import Lion
from minikeras.optimizers.nadam import Nadam
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.rmsprop import RMSprop
from minikeras.optimizers.sgd import SGD

_ALL = (Optimizer, Adam, SGD, RMSprop, Adadelta, AdamW, Adagrad, Adamax, Nadam, Lion)
registry = Registry("optimizer", **{cls.__name__.lower(): cls for cls in _ALL})
serialize = registry.serialize


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer that a config describes; built-in class names may be in any case."""
    name = config["class_name"]
    if name.lower() in registry.entries:
        config = config | {"class_name": name.lower()}
    return registry.deserialize(config, custom_objects=custom_objects)


def get(identifier: Any) -> Any:
    """The optimizer of a name (in any case) or a config; optimizers and None are returned as is.

    Raises ValueError for anything else.
    """
    if isinstance(identifier, str):
        identifier = registry.find(
            identifier.lower() if identifier.lower() in registry.entries else identifier
        )()
    elif isinstance(identifier, dict):
        identifier = deserialize(identifier)
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    raise registry.unknown(identifier)
