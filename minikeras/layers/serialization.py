"""Layers as plain values."""

from __future__ import annotations

from typing import Any

from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.layers.layer import Layer
from minikeras.messages import describe


def serialize(layer: Any) -> Any:
    """The layer's class and config."""
    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Layer:
    """The layer of a config; ValueError if it describes something else."""
    found = deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(found, Layer):
        raise ValueError(f"config must describe a layer; received {describe(config)}")
    return found
