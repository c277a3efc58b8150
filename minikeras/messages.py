"""How messages show a value, and which name they suggest.

A value fills at most a line or two; the data of an array are never shown.
"""

from __future__ import annotations

import difflib
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

_LINE = 72
_FEW = 12  # elements of a list that are written out
_DEEP = 4  # lists inside each other

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


def count(number: int, noun: str) -> str:
    """``"1 epoch"``, ``"2 epochs"``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """The text with an escape for each character that would steer a terminal or hide others."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def describe(value: Any, depth: int = _DEEP) -> str:
    """A value as a message shows it: as Python writes it, or its type, shape and dtype.

    Arrays and tensors are never written out, other values if they fill no more than a line.
    depth: how many containers inside each other are written out; one may contain itself.
    """
    kind = type(value).__name__
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and not isinstance(value, type | np.generic | np.dtype):
        dtype = getattr(value, "dtype", None)
        return f"{kind} of shape {shape}" + ("" if dtype is None else f" and dtype {dtype}")
    if isinstance(value, list | tuple | dict):
        is_short = len(value) <= _FEW and (depth > 0 or not value)
        text = _written_out(value, depth - 1) if is_short else ""
        return text if 0 < len(text) <= 2 * _LINE else _counted(value)
    if isinstance(value, type | types.FunctionType):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
    text = str(value) if isinstance(value, np.generic) else _repr(value)
    if text and len(text) <= _LINE and "\n" not in text:
        return text
    if isinstance(value, str | bytes):
        return f"{value[:_LINE]!r}... ({kind} of {len(value)} characters)"
    return f"an object of type {kind}"


def _repr(value: Any) -> str:
    """Empty if the value's own ``__repr__`` fails: another error is being explained."""
    try:
        return repr(value)
    except Exception:
        return ""


def _written_out(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        pairs = (f"{describe(k, depth)}: {describe(v, depth)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    inside = ", ".join(describe(v, depth) for v in value)
    if isinstance(value, list):
        return f"[{inside}]"
    return f"({inside},)" if len(value) == 1 else f"({inside})"


def _counted(value: Any) -> str:
    """What a long container holds: ``list of 5000 × 4 elements (the first is of type float)``."""
    kind = next(k.__name__ for k in (list, tuple, dict) if isinstance(value, k))
    sizes, elements = [len(value)], value
    if isinstance(value, dict):
        return f"dict with {len(value)} keys, the first of them {describe(next(iter(value)))}"
    while isinstance(elements[0], list | tuple) and elements[0] and len(sizes) <= _DEEP:
        elements = elements[0]
        sizes.append(len(elements))
    of = type(elements[0]).__name__
    return f"{kind} of {' × '.join(map(str, sizes))} elements (the first is of type {of})"


def not_numbers(value: Any) -> str:
    """Why a value cannot become a tensor, and what to do: the end of a sentence."""
    return f"expected numbers, an array or a tensor, {received(value)}"


def received(value: Any) -> str:
    """What was given in place of numbers, and what to do."""
    return f"received {describe(value)}{_advice(value)}"


def _advice(value: Any) -> str:
    columns = getattr(value, "dtypes", ())  # of a data frame of pandas, which is not imported
    if hasattr(value, "columns"):
        for name, dtype in zip(value.columns, columns):
            kind = getattr(dtype, "kind", "O")
            if kind not in "biuf":
                holds = "text" if kind in "OUST" else f"values of dtype {dtype}"
                return f", whose column {describe(name)} holds {holds}: encode it as numbers"
    if hasattr(value, "call"):
        is_class = isinstance(value, type)
        return f"; make a layer and call it: {value.__name__}(...)(x)" if is_class else "; call it"
    try:
        array = np.asarray(value)
    except ValueError:
        return ", whose lists have different lengths"
    kinds = {type(element) for element in array.ravel()[:1000]} if array.dtype == object else ()
    if array.dtype.kind in "US" or str in kinds:
        return ": encode text as numbers"
    return ", which contains None" if type(None) in kinds and array.ndim else ""


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
