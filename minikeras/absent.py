"""What a public module answers for a name that it does not hold.

A package of ``ON_DEMAND`` is imported.  For a name of Keras that minikeras does not have, an error
says so.

`keras.layers.LSTM` and `from keras.layers import LSTM` answer with the same sentence.  The names of
Keras stand in `keras_names.txt`.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from types import ModuleType
from typing import Any

from minikeras import settings
from minikeras.messages import did_you_mean

# Packages of minikeras that are imported when they are first used.
ON_DEMAND = ("applications", "export")


@functools.cache
def keras_names() -> dict[str, list[str]]:
    """The public names of each module of Keras, ``"keras.layers"``, and methods of Model."""
    with open(os.path.join(os.path.dirname(__file__), "keras_names.txt")) as lines:
        return {path: names.split() for path, _, names in (line.partition(":") for line in lines)}


def sentence(path: str) -> str:
    """About an absent name: ``"keras.layers.LSTM is not in minikeras 0.1 (docs/coverage)"``."""
    return f"{path} is not in minikeras {settings.version().rpartition('.')[0]} (docs/coverage)"


def install() -> None:
    """Give public modules a ``dir()`` of public names, and an answer for each that is missing.

    Packages of ``ON_DEMAND`` call this again, for their modules.
    """
    ours = (sys.modules.get(f"mini{path}") for path in keras_names())
    for module in filter(None, ours):
        vars(module)["__getattr__"] = functools.partial(_answer, module)
        vars(module)["__dir__"] = functools.partial(_public, module)
        # Only of packages does `from module import name` ask the finders.
        vars(module).setdefault("__path__", [])
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):  # not after a reload
        sys.meta_path.append(_Finder())


def _in_keras(module: str) -> str:
    """``"minikeras.layers"`` → ``"keras.layers"``."""
    return module.replace("minikeras", "keras", 1)


def _public(module: ModuleType) -> list[str]:
    theirs = keras_names()[_in_keras(module.__name__)]
    return sorted({*vars(module).get("__all__", ()), *(vars(module).keys() & theirs)})


def _answer(module: ModuleType, name: str) -> Any:
    if module.__name__ == "minikeras" and name in ON_DEMAND:
        return importlib.import_module(f"minikeras.{name}")
    path = _in_keras(module.__name__)
    message = f"module {module.__name__!r} has no attribute {name!r}"
    if name in keras_names()[path]:
        message = sentence(f"{path}.{name}")
    elif not name.startswith("_") and (hint := _elsewhere(name) or _similar(module, name)):
        message = f"{message}.{hint}"
    raise AttributeError(message, name=name)


def _elsewhere(name: str) -> str:
    """``" Did you mean keras.layers.Dense?"``: where a name is; empty if nowhere."""
    places = [f"{path}.{name}" for path, names in keras_names().items() if name in names]
    if name in sys.modules["minikeras.autograd"].__all__:  # which Keras does not have
        places.append(f"minikeras.autograd.{name}")
    return f" Did you mean {' or '.join(places[:3])}?" if places else ""


def _similar(module: ModuleType, name: str) -> str:
    # Of two spellings, the one that begins as ``name`` does comes last, and is suggested.
    known = sorted(dir(module), key=lambda other: other[0].isupper() == name[:1].isupper())
    return did_you_mean(name, known)


class _Finder:
    """Raises in place of `import keras.applications` and `from keras.layers import LSTM`.

    It stands behind all others, and so is asked only for what they did not find.
    """

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        module, _, last = name.rpartition(".")
        if not module.startswith("minikeras") or hasattr(sys.modules.get(module), last):
            return  # of a class or function, Python says that it is no module
        if last in keras_names().get(_in_keras(module), ()):
            path = _in_keras(name)
            kind = ModuleNotFoundError if path in keras_names() else ImportError
            # An error with the name that was asked for would be replaced by Python's own.
            raise kind(sentence(path), name=path)
