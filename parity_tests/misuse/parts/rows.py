"""The form of a row: a call with bad input, and what its error must say.

``words`` are the argument or the file, what it received, and what was expected, separated by
``|``; each stands in the message of minikeras.  ``instead`` is the type of the error here where
that of Keras is another one, or Keras raises none, and why.  ``TENSORFLOW`` of ``outcome.py`` says
which errors of TensorFlow have which type here; those rows need no ``instead``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from parity_tests.misuse.model import Keras

Call = Callable[[Keras, Path], Any]  # of the module that answers ``keras``, and an empty folder
Instead = tuple[type[Exception], str]


class Row(NamedTuple):
    call: Call
    words: str
    instead: Instead | None = None


@dataclass(frozen=True)
class Using:
    """A call of an object, which must be afterwards what it was before.

    make: the object.
    wrong: the call with bad input.
    sound: a call with good input; it gives what it gives for an object that was never called.
    """

    make: Callable[[Keras], Any]
    wrong: Callable[[Any], Any]
    sound: Callable[[Any], Any]

    def __call__(self, k: Keras, folder: Path) -> Any:
        return self.wrong(self.make(k))


@dataclass(frozen=True)
class Prepared:
    """A call that finds files in the folder, which must be the same afterwards, and no others."""

    prepare: Callable[[Keras, Path], Any]
    act: Call

    def __call__(self, k: Keras, folder: Path) -> Any:
        self.prepare(k, folder)
        return self.act(k, folder)


def layer(name: str, *arguments: Any, **options: Any) -> Call:
    """Makes a layer."""
    return lambda k, folder: getattr(k.layers, name)(*arguments, **options)


def used(name: str, options: dict[str, Any], wrong: Any, sound: Any) -> Using:
    """Calls a layer with ``wrong`` data."""
    return Using(
        lambda k: getattr(k.layers, name)(**options), lambda x: x(wrong), lambda x: x(sound)
    )


def utility(name: str, *arguments: Any, **options: Any) -> Call:
    """Calls a function of ``keras.utils``."""
    return lambda k, folder: getattr(k.utils, name)(*arguments, **options)


def operation(name: str, *arguments: Any, **options: Any) -> Call:
    """Calls a function of ``keras.ops``; of ``keras.ops.image`` if its name begins with a dot."""

    def call(k: Keras, folder: Path) -> Any:
        home = k.ops.image if name[0] == "." else k.ops
        return getattr(home, name.removeprefix("."))(*arguments, **options)

    return call


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = (8, 6)) -> bytes:
    """A picture file with drawn pixels, (width, height)."""
    from PIL import Image

    pixels = np.random.RandomState(1).randint(0, 256, (size[1], size[0], 3), "uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, form)
    return file.getvalue()


ACCIDENT = "Keras fails by accident, in a line that expects something else"
NONSENSE = "Keras computes something without meaning"
LATER = "Keras fails later, or not at all"
TENSORFLOWS = "an error type of TensorFlow, which does not exist here"
