"""Runs Keras scripts with minikeras in place of `keras` and `tensorflow.keras`.

`keras.layers` is then the module `minikeras.layers`, so a class is the same under both names.
Of TensorFlow, the functions that Keras scripts commonly use are available.
"""

from __future__ import annotations

import functools
import importlib
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from minikeras import tensorflow
from minikeras.autograd.tensor import print_as_tensorflow
from minikeras.ops.operators import numpy_gives_arrays

PREFIXES = ("tensorflow.keras", "keras")


class StandIn(MetaPathFinder, Loader):
    """Finds `keras`, `tensorflow` and everything below them."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in ("keras", "tensorflow"):
            return None
        return ModuleSpec(name, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        # After exec_module, the import system returns the module that stands in sys.modules.
        sys.modules[module.__name__] = _replacement(module.__name__)


def install() -> None:
    """From now on, `import keras` and `import tensorflow` in this process import minikeras.

    Tensors are printed as TensorFlow prints them, and NumPy's functions give arrays for them.
    """
    print_as_tensorflow()
    numpy_gives_arrays()
    if not any(isinstance(finder, StandIn) for finder in sys.meta_path):
        sys.meta_path.insert(0, StandIn())


@contextmanager
def installed(script: str | None = None) -> Iterator[None]:
    """Within the block, also where Keras is loaded, `import keras` imports minikeras.

    script: whose own modules are imported again within the block, because they may import Keras.
    """
    folder = Path(script).resolve().parent if script else None

    def is_replaced(name: str) -> bool:
        return name.partition(".")[0] in ("keras", "tensorflow")

    def is_own(name: str) -> bool:
        first = name.partition(".")[0]
        if folder is None or first in ("__main__", "minikeras"):
            return False
        return (folder / first).is_dir() or (folder / f"{first}.py").is_file()

    modules = list(sys.modules.items())
    hidden = {name: module for name, module in modules if is_replaced(name) or is_own(name)}
    for name in hidden:
        del sys.modules[name]
    finder = StandIn()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if is_replaced(name)]:
            del sys.modules[name]
        sys.modules.update(hidden)


def run_script(script: str, arguments: list[str]) -> dict[str, Any]:
    """Run a script as `python script arguments` does; returns its global variables."""
    sys.argv = [script, *arguments]
    sys.path.insert(0, str(Path(script).resolve().parent))
    return runpy.run_path(script, run_name="__main__")


def frames_of(error: BaseException, script: str) -> traceback.StackSummary:
    """The frames of a traceback from the first line of the script on; empty if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename == script), len(frames))
    return traceback.StackSummary.from_list(frames[first:])


def _replacement(name: str) -> ModuleType:
    for prefix in PREFIXES:
        if name == prefix or name.startswith(prefix + "."):
            ours = "minikeras" + name.removeprefix(prefix)
            try:
                return importlib.import_module(ours)
            except ModuleNotFoundError as error:
                if error.name != ours:
                    raise
    first, _, rest = name.partition(".")
    if first == "tensorflow" and rest in tensorflow.NAMESPACES:
        return _tensorflow(rest)
    raise ModuleNotFoundError(f"minikeras has nothing to answer for {name!r}", name=name)


@functools.cache
def _tensorflow(namespace: str = "") -> ModuleType:
    """`tensorflow`, or the namespace of it with this name."""
    path = ".".join(("tensorflow", namespace)).rstrip(".")
    below = f"{namespace}." if namespace else ""

    def missing(name: str) -> NoReturn:
        dotted = f"{below}{name}"
        hint = tensorflow.INSTEAD.get(dotted) or tensorflow.INSTEAD.get(namespace)
        raise AttributeError(
            f"minikeras stands in for tensorflow and has no tensorflow.{dotted}; "
            + (hint or "keras.ops has the operations of Keras"),
            name=name,
        )

    module = ModuleType(path, "minikeras standing in for TensorFlow.")
    module.__path__ = []
    module.__dict__.update(tensorflow.NAMESPACES[namespace], __getattr__=missing)
    for dotted in tensorflow.NAMESPACES:
        inner = dotted.removeprefix(below)
        if dotted.startswith(below) and inner and "." not in inner and dotted != namespace:
            setattr(module, inner, _tensorflow(dotted))
    if not namespace:
        keras = importlib.import_module("minikeras")
        module.__dict__.update(keras=keras)
        module.__dict__.update({name: getattr(keras, name) for name in tensorflow.OF_KERAS})
    return module
