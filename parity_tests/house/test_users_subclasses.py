"""A program may derive an empty class from any public one and make an object of it, as in Keras."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import pytest

import minikeras

# Keras records the arguments of Layer.__init__ itself, with their defaults.  Here a class that
# declares no argument has name, trainable and dtype in its config.  Both make the same layer.
EXCLUDED = {"layers.Layer"}
NAMESPACES = "callbacks constraints initializers layers losses metrics optimizers regularizers"


def classes() -> list[str]:
    return [
        f"{space}.{name}"
        for space in NAMESPACES.split()
        for name, value in vars(getattr(minikeras, space)).items()
        if inspect.isclass(value) and value.__module__.startswith(f"minikeras.{space}")
        if hasattr(getattr(keras, space), name) and f"{space}.{name}" not in EXCLUDED
    ]


def derived(library: Any, path: str) -> Any:
    """The config of an empty subclass, called without arguments; or the type of its error."""
    space, name = path.split(".")
    try:
        cls = type("Mine", (getattr(getattr(library, space), name),), {})
        made = cls()
        config = made.get_config() if hasattr(made, "get_config") else {}
    except (TypeError, ValueError, NotImplementedError) as error:
        return type(error)
    return {k: v for k, v in config.items() if isinstance(v, bool | int | float | str | None)}


@pytest.mark.parametrize("path", classes())
def test_an_empty_subclass(path: str) -> None:
    minikeras.utils.clear_session(free_memory=False)
    keras.utils.clear_session(free_memory=False)
    assert derived(minikeras, path) == derived(keras, path)
