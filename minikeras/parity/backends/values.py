"""Descriptions of Keras objects that every library can build, and their form in JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minikeras.types import Array


@dataclass(frozen=True)
class Make:
    """A class of ``keras.<module>`` and its arguments, which both libraries can build."""

    module: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __call__(self, library: Any) -> Any:
        return self.target(library)(**build(library, self.arguments))

    def target(self, library: Any) -> Any:
        """The class itself; or the function, for those of `keras.ops`."""
        module = library
        for part in self.module.split("."):
            module = getattr(module, part)
        return getattr(module, self.name)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({arguments})"


def build(library: Any, value: Any) -> Any:
    """``value`` with every ``Make`` in it made."""
    if isinstance(value, dict):
        return {key: build(library, v) for key, v in value.items()}
    if isinstance(value, list):
        return [build(library, v) for v in value]
    return value(library) if isinstance(value, Make) else value


def encode(value: Any, arrays: dict[str, Array]) -> Any:
    """``value`` as JSON can hold it; arrays are put into ``arrays``, under a name of their own.

    Raises TypeError for a value of any other type than None, numbers, strings, arrays, slices,
    Makes, and lists, tuples and dictionaries of these.
    """
    match value:
        case np.ndarray():
            name = f"a{len(arrays)}"
            arrays[name] = value
            return {"array": name}
        case Make():
            return {"make": [value.module, value.name, encode(value.arguments, arrays)]}
        case tuple():
            return {"tuple": [encode(v, arrays) for v in value]}
        case list():
            return [encode(v, arrays) for v in value]
        case dict():
            return {"dict": [[encode(k, arrays), encode(v, arrays)] for k, v in value.items()]}
        case slice():
            return {"slice": [value.start, value.stop, value.step]}
        case np.generic():
            return value.item()
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(f"cannot send an object of type {type(value).__name__} to a backend")


def decode(value: Any, arrays: dict[str, Array]) -> Any:
    """The inverse of `encode`."""
    if isinstance(value, list):
        return [decode(v, arrays) for v in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    match kind:
        case "array":
            return arrays[content]
        case "make":
            module, name, arguments = content
            return Make(module, name, decode(arguments, arrays))
        case "tuple":
            return tuple(decode(v, arrays) for v in content)
        case "dict":
            return {decode(k, arrays): decode(v, arrays) for k, v in content}
        case "slice":
            return slice(*content)
    raise ValueError(f"unknown kind of value: {kind!r}")
