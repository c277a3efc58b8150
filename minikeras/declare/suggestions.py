"""The end of a message about a name that does not exist."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from minikeras.messages import describe

# What arguments were called in earlier versions of Keras.
OLD_NAMES = {
    "lr": "learning_rate",
    "nb_epoch": "epochs",
    "batch_input_shape": "batch_shape",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "p": "rate",
}


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """``" Did you mean 'adam' or 'nadam'?"``: at most 3 names like ``name``; empty if none is.

    Of several spellings of a name, the last one in ``known`` is suggested.
    """
    known = [*known]
    if OLD_NAMES.get(str(name)) in known:
        return f" Did you mean {OLD_NAMES[str(name)]!r}?"
    letters, spellings = _letters(str(name)), {_letters(other): repr(other) for other in known}
    same = [letters] if letters in spellings else []
    similar = [spellings[s] for s in same or difflib.get_close_matches(letters, spellings)]
    return f" Did you mean {' or '.join(similar)}?" if similar else ""


def unknown_arguments(
    owner: str, unknown: Mapping[str, Any], *functions: Callable[..., Any]
) -> str:
    """The sentence about keyword arguments that ``functions``, which all are asked, do not have."""
    known = [name for f in functions for name in inspect.signature(f).parameters]
    known = [name for name in dict.fromkeys(known) if name not in ("self", "args", "kwargs")]
    given = ", ".join(f"{name}={describe(value)}" for name, value in unknown.items())
    hints = "".join(dict.fromkeys(did_you_mean(name, known) for name in unknown))
    return f"{owner} received an unknown argument: {given}." + (
        hints or f" Its arguments are {', '.join(known)}."
    )


def _letters(name: str) -> str:
    """What all spellings of a name share: ``"ReLU"``, ``"re_lu"``, ``"relu "``."""
    return name.lower().replace("_", "").replace(" ", "")
