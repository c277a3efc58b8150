"""Sequences of different lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.shapes import whole_number
from minikeras.types import Array


@frames.filter_traceback
def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Array:
    """An array whose rows are the sequences, all of the length ``maxlen``.

    sequences: lists or arrays; their elements may be arrays of one shape.
    maxlen: the length; None for that of the longest one.
    dtype: that of the result.
    padding: "pre" or "post": where ``value`` is added to a sequence that is shorter.
    truncating: "pre" or "post": where elements of a longer one are left out.
    value: what is added.

    Returns shape (sequences, maxlen, ...).

    Raises ValueError for elements of different shapes and what is no list of sequences.
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ValueError(f"{name}={describe(side)}; expected 'pre' or 'post'")
    if not hasattr(sequences, "__len__") or not all(hasattr(s, "__len__") for s in sequences):
        raise ValueError(f"sequences={describe(sequences)}; expected a list of lists or arrays")
    if maxlen is None and not len(sequences):
        raise ValueError("sequences is empty; pass maxlen=...")
    is_text = np.issubdtype(dtype, np.str_) or np.issubdtype(dtype, np.bytes_)
    if isinstance(value, str) and dtype is not object and not is_text:
        raise ValueError(f"value={describe(value)} is no {dtype}; pass dtype=object for text")
    if maxlen is not None:
        whole_number("maxlen", maxlen, least=1)
    most = max(map(len, sequences)) if maxlen is None else maxlen
    shape = next((_shape(sequences, i) for i, s in enumerate(sequences) if len(s)), ())
    try:
        x = np.full((len(sequences), most, *shape), value, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise type(error)(f"value={describe(value)}, dtype={describe(dtype)}: {error}") from None
    for row, sequence in enumerate(sequences):
        if not len(sequence):
            continue
        retained = sequence[-most:] if truncating == "pre" else sequence[:most]
        try:
            part = np.asarray(retained, dtype=dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise type(error)(
                f"sequences[{row}]={describe(sequence)}; expected elements of dtype {dtype}: "
                f"{error}"
            ) from None
        if part.shape[1:] != shape:
            raise ValueError(
                f"elements of sequences[{row}] have the shape {part.shape[1:]}; expected {shape}, "
                "that of the first ones"
            )
        if padding == "post":
            x[row, : len(part)] = part
        else:
            x[row, -len(part) :] = part
    return x


def _shape(sequences: Sequence[Any], row: int) -> tuple[int, ...]:
    """The shape of the elements of a sequence."""
    try:
        return np.asarray(sequences[row]).shape[1:]
    except ValueError as error:
        raise ValueError(f"sequences[{row}]={describe(sequences[row])}: {error}") from None
