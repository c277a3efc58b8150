"""``keras.models``: Sequential, Functional, and Model for subclasses."""

import json
from typing import Any

from minikeras.declare.serialization import deserialize_keras_object
from minikeras.models.cloning import clone_model
from minikeras.models.functional import Function, Functional
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that ``to_json`` described, with new weights.

    custom_objects: classes by the names that the config uses.

    Raises TypeError for a config that names no known class.
    """
    return deserialize_keras_object(json.loads(json_string), custom_objects=custom_objects)


__all__ = ["Function", "Functional", "Model", "Sequential", "clone_model", "model_from_json"]
