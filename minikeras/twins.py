"""Chooses between a readable function and its twin, which is faster or rounds as TensorFlow does.

A twin takes the same arguments and returns the same result up to rounding.
It runs only while ``settings.kernels()`` is ``"fast"``, and its module is imported when it is first
wanted.  Primitives declare their twins with ``Primitive.fast``; plain functions do so here:

    @twin("minikeras.kernels.random:permutation", when=lambda n, stream, block: n >= 1024)
    def permutation(n, stream, block): ...       # the reference, which anybody can read
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any, TypeVar

from minikeras import settings

_settings = settings._settings
_Function = TypeVar("_Function", bound=Callable[..., Any])


def are_wanted() -> bool:
    """Whether twins run at all: the setting ``settings.kernels()``."""
    return bool(_settings["kernels"] == "fast")


def always(*args: Any, **named: Any) -> bool:
    """The ``when`` of a twin that handles whatever the reference handles."""
    return True


def import_twin(place: str, wanted_by: str = "") -> Any:
    """The twin at ``"module:name"``.

    Raises ImportError if the module does not exist or has no such name.
    """
    path, _, name = place.partition(":")
    module = importlib.import_module(path)
    try:
        return getattr(module, name)
    except AttributeError:
        raise ImportError(
            f"{wanted_by or name} declares a twin named {name!r} in {path}, which has none",
            name=path,
        ) from None


def twin(place: str, when: Callable[..., bool] = always) -> Callable[[_Function], _Function]:
    """Let the function at ``"module:name"`` answer calls for which ``when`` holds."""

    def declare(reference: _Function) -> _Function:
        found: Any = None

        @functools.wraps(reference)
        def choose(*args: Any, **named: Any) -> Any:
            nonlocal found
            if _settings["kernels"] == "fast" and when(*args, **named):
                if found is None:
                    found = import_twin(place, reference.__name__)
                return found(*args, **named)
            return reference(*args, **named)

        return choose  # type: ignore[return-value]  # it has the signature of the reference

    return declare
