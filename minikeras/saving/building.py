"""A model from the config in a file, under the rules for configs of strangers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from minikeras.declare.allowance import weights_within
from minikeras.declare.serialization import (
    UNEXPECTED,
    deserialize_keras_object,
    is_users,
    reading_file,
)
from minikeras.declare.sharing import ObjectSharingScope, complete_numbers
from minikeras.layers import Layer
from minikeras.messages import describe
from minikeras.saving.limits import LIMITS, Limits, LoadError


def memory_bytes() -> int:
    """An eighth of the memory of this machine: with ``weights_ratio``, all of it for weights."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // LIMITS.weights_ratio
    except (AttributeError, OSError, ValueError):  # not told on this system
        return 1 << 37


@contextlib.contextmanager
def damage_in(where: str) -> Iterator[None]:
    """Within the block the code of lambdas is refused, and errors of types that nobody expects,
    such as a missing key, are LoadErrors; those of users' classes pass."""
    try:
        with reading_file():
            yield
    except (RecursionError, *UNEXPECTED) as error:
        if is_users(error) or isinstance(error, ValueError):
            raise
        raise LoadError(f"{where} is damaged: {type(error).__name__}: {error}") from error


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
        model = deserialize_keras_object(
            complete_numbers(config), custom_objects, safe_mode=safe_mode
        )
    if not isinstance(model, Layer):
        raise LoadError(f"{where} describes {describe(model)}; expected a model")
    return model
