"""Words of error messages: a value in at most a line, and the names that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from minikeras.optional import Library

difflib = Library("difflib")
_LINE = 72
_FEW = 12  # elements of a list that are written out

OLD_NAMES = {  # what arguments were called in earlier versions of Keras
    "lr": "learning_rate",
    "nb_epoch": "epochs",
    "output_dim": "units",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "p": "rate",
    "input": "inputs",
    "output": "outputs",
}


def describe(value: Any) -> str:
    """A value as a message shows it: as Python writes it, or its type, shape and dtype.

    Arrays and tensors are never written out, other values if they fill no more than a line.
    """
    kind = type(value).__name__
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and not isinstance(value, type | np.generic):
        dtype = getattr(value, "dtype", None)
        return f"{kind} of shape {shape}" + ("" if dtype is None else f" and dtype {dtype}")
    if type(value) in (list, tuple, dict):
        text = _written_out(value) if len(value) <= _FEW else ""
        return text if 0 < len(text) <= 2 * _LINE else _counted(value)
    text = str(value) if isinstance(value, np.generic) else repr(value)
    if len(text) <= _LINE and "\n" not in text:
        return text
    if isinstance(value, str | bytes):
        return f"{value[:_LINE]!r}... ({kind} of {len(value)} characters)"
    return f"an object of type {kind}"


def _written_out(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k!r}: {describe(v)}' for k, v in value.items())}}}"
    inside = ", ".join(map(describe, value))
    if isinstance(value, list):
        return f"[{inside}]"
    return f"({inside},)" if len(value) == 1 else f"({inside})"


def _counted(value: Any) -> str:
    """What a long container holds: ``list of 5000 × 4 elements (float)``."""
    kind, sizes, elements = type(value).__name__, [len(value)], value
    if isinstance(value, dict):
        return f"dict with {len(value)} keys, the first of them {describe(next(iter(value)))}"
    while isinstance(elements[0], list | tuple) and elements[0]:
        elements = elements[0]
        sizes.append(len(elements))
    of = type(elements[0]).__name__
    return f"{kind} of {' × '.join(map(str, sizes))} elements (the first is of type {of})"


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """``"; did you mean 'units'?"`` with up to three names of ``known``, or an empty text."""
    names = [*known]
    if not isinstance(word, str):
        return ""
    old = OLD_NAMES.get(word)
    if old in names:
        return f"; did you mean {old!r}?"
    spelled = {name.lower(): name for name in reversed(names)}
    close = difflib.get_close_matches(word.lower(), spelled, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(spelled[name]) for name in close)}?" if close else ""


def unknown_keywords(owner: str, unknown: Mapping[str, Any], known: Iterable[str]) -> str:
    """The sentence about keyword arguments that a constructor or method does not have."""
    names = [name for name in known if name not in ("self", "kwargs")]
    hints = "".join(did_you_mean(name, names) for name in unknown)
    given = ", ".join(f"{name}={describe(value)}" for name, value in unknown.items())
    return f"{owner} has no argument {' or '.join(map(repr, unknown))}; received {given}{hints}" + (
        "" if hints else f"; its arguments are {', '.join(names)}"
    )
