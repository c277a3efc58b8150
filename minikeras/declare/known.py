"""The closed table of what a config may name: the public classes and functions of Keras.

A config comes from a file, and the file from anybody. Its ``module`` and ``class_name`` are keys of
this table and nothing else: no module is imported by a name from a config, and no attribute of a
module is looked up. What a user defines is found among the registered objects instead.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

# The namespaces of Keras whose classes have configs, and those whose functions do.
CLASS_HOMES = (
    *("layers", "models", "losses", "metrics", "optimizers", "optimizers.schedules"),
    *("initializers", "regularizers", "constraints", "dtype_policies", "random", "utils"),
)
# Classes that Keras does not publish and yet writes into configs, by the home of its sources.
_UNPUBLISHED = {"layers": ("layers.preprocessing.features", ("Cross", "Feature", "TFDIdentity"))}
_FUNCTION_HOMES = ("activations", "losses", "metrics", "ops")

_TOOLS = {"get", "serialize", "deserialize"}  # functions about configs, of each namespace

# Namespaces whose classes are made when they are asked for: from a class's name to the class.
finders: dict[str, Callable[[str], Any]] = {}


def find_class(module: str, name: str) -> Any:
    """The public class of Keras that a config calls ``name``; None if there is none.

    module: ``"keras.layers"``, or where Keras's own sources have it: ``"keras.src.layers.core"``.
    """
    home = _home(module)
    if home in finders:
        return finders[home](name)
    return _classes().get((home, name))


def is_class_of_keras(name: str) -> bool:
    """Whether any namespace of Keras has a public class of this name here."""
    return any(known == name for _, known in _classes())


def find_function(module: str, name: str) -> Any:
    """The public function of Keras that a config calls ``name``; None if there is none.

    module: its namespace, or ``"builtins"``, where Keras names none.
    """
    homes = _FUNCTION_HOMES if module == "builtins" else (_home(module),)
    return next((_functions()[home, name] for home in homes if (home, name) in _functions()), None)


def is_keras(module: Any) -> bool:
    """Whether ``module`` names a namespace of Keras."""
    return isinstance(module, str) and (module == "keras" or module.startswith("keras."))


def _home(module: str) -> str:
    """``"keras.layers"`` and ``"keras.src.layers.core.dense"`` → ``"layers"``; "" is Keras itself.

    Other modules keep their names, which are no keys of the tables.
    """
    if not is_keras(module):
        return module
    inner = module.removeprefix("keras").removeprefix(".").removeprefix("src").removeprefix(".")
    if module.startswith("keras.src.") or inner.startswith("ops."):
        return inner.split(".")[0]
    return inner


@functools.cache
def _classes() -> dict[tuple[str, str], Any]:
    """By home and name; those of the schedules also as optimizers, where Keras's sources are."""
    found: dict[tuple[str, str], Any] = {}
    for home in ("", *CLASS_HOMES):
        for name, value in _public(home):
            if inspect.isclass(value) and hasattr(value, "from_config"):
                found[home, name] = value
                found.setdefault((home.split(".")[0], name), value)
    for home, (module, names) in _UNPUBLISHED.items():
        public = dict(_public(module))
        found |= {(home, name): public[name] for name in names}
    return found


@functools.cache
def _functions() -> dict[tuple[str, str], Any]:
    return {
        (home, name): value
        for home in _FUNCTION_HOMES
        for name, value in _public(home)
        if callable(value) and not inspect.isclass(value) and name not in _TOOLS
        if value.__module__.startswith((f"minikeras.{home}", "minikeras.ops"))
    }


def _public(home: str) -> list[tuple[str, Any]]:
    module = importlib.import_module(f"minikeras.{home}".removesuffix("."))
    return [(name, value) for name, value in vars(module).items() if name[0] != "_"]
