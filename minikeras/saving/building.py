"""A model from the config in a file, under the rules for configs of strangers."""

from __future__ import annotations

from typing import Any

from minikeras.declare.allowance import weights_within
from minikeras.declare.serialization import deserialize_keras_object, reading_file
from minikeras.declare.sharing import ObjectSharingScope
from minikeras.layers import Layer
from minikeras.messages import describe
from minikeras.saving.limits import LIMITS, Limits, LoadError


def model_from_file(
    config: Any,
    where: str,
    file_bytes: int,
    custom_objects: Any = None,
    safe_mode: bool = True,
    limits: Limits = LIMITS,
) -> Any:
    """The model that a config describes, with new weights.

    where: the file and the entry that hold the config, for messages.
    file_bytes: the size of the file with the weights, which bounds those of the model.

    Raises LoadError if the config describes no model; ValueError for the code of a lambda, in any
    mode, and for more weights than the file can hold; TypeError for classes that are not known.
    """
    most = max(limits.weights_bytes, limits.weights_ratio * file_bytes)
    with ObjectSharingScope(), reading_file(), weights_within(most):
        model = deserialize_keras_object(config, custom_objects, safe_mode=safe_mode)
    if not isinstance(model, Layer):
        raise LoadError(f"{where} describes {describe(model)}; expected a model")
    return model
