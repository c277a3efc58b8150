"""How messages show a value: in at most a line or two, and never the data of an array."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

_LINE = 72
_FEW = 12  # elements of a list that are written out


def count(number: int, noun: str) -> str:
    """``"1 epoch"``, ``"2 epochs"``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def describe(value: Any) -> str:
    """A value as a message shows it: as Python writes it, or its type, shape and dtype.

    Arrays and tensors are never written out, other values if they fill no more than a line.
    """
    kind = type(value).__name__
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and not isinstance(value, type | np.generic | np.dtype):
        dtype = getattr(value, "dtype", None)
        return f"{kind} of shape {shape}" + ("" if dtype is None else f" and dtype {dtype}")
    if isinstance(value, list | tuple | dict):
        text = _written_out(value) if len(value) <= _FEW else ""
        return text if 0 < len(text) <= 2 * _LINE else _counted(value)
    if isinstance(value, type | types.FunctionType):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
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
    kind = next(k.__name__ for k in (list, tuple, dict) if isinstance(value, k))
    sizes, elements = [len(value)], value
    if isinstance(value, dict):
        return f"dict with {len(value)} keys, the first of them {describe(next(iter(value)))}"
    while isinstance(elements[0], list | tuple) and elements[0]:
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
        text = [name for name, dtype in zip(value.columns, columns) if dtype.kind not in "biuf"]
        return f", whose column {describe(text[0])} holds text: encode it as numbers"
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
