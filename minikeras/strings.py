"""Arrays of strings: NumPy arrays of dtype object whose elements are ``bytes``.

A tensor of strings is a ``Tensor`` of such an array, and its dtype goes by the name "string".

Bytes and not ``str``, since vocabularies, hashes and ``lower`` are defined on bytes in Keras, whose
strings are TensorFlow's: text that is no valid UTF-8 keeps its identity, and ``numpy()`` gives what
TensorFlow's gives.  Object and not NumPy's ``S``, which would drop zero bytes at the end and fill
each element up to the length of the longest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.messages import describe
from minikeras.types import Array

_ENCODED: dict[type, Callable[[Any], bytes]] = {
    str: str.encode,
    np.str_: str.encode,
    bytes: bytes,
    np.bytes_: bytes,
}


def is_text(x: Any) -> bool:
    """Whether a value is a string, or an array or nested list of strings."""
    if isinstance(x, str | bytes):
        return True
    if isinstance(x, list | tuple):
        return any(is_text(element) for element in x[:1])
    dtype = getattr(x, "dtype", None)
    if getattr(dtype, "name", None) == "string":  # of TensorFlow or of a KerasTensor
        return True
    kind = getattr(dtype, "kind", "")
    if kind == "O" and isinstance(x, np.ndarray):
        return x.size == 0 or isinstance(x.flat[0], str | bytes)
    return kind in ("U", "S", "T") or dtype == "string" or (kind == "O" and hasattr(x, "_value"))


def array(x: Any) -> Array:
    """An array of ``bytes`` of any value that holds strings; ``str`` is encoded as UTF-8.

    x: a string, nested lists of strings, an array of NumPy (kinds U, S, O), a tensor.

    Raises ValueError for anything else, and for lists of different lengths.
    """
    if hasattr(x, "numpy"):  # also of TensorFlow, which is not imported
        x = x.numpy()
    if isinstance(x, str | bytes):
        return filled([x], ())
    try:
        given = x if isinstance(x, np.ndarray) else np.array(x, dtype=object)
    except ValueError:
        given = None
    values = [] if given is None else given.ravel().tolist()
    if given is None or (given.ndim and not {list, tuple}.isdisjoint(map(type, values))):
        raise ValueError(f"expected strings in rows of one length, received {describe(x)}")
    return filled(values, given.shape)


def filled(values: list[Any], shape: tuple[int, ...]) -> Array:
    """The array of this shape with these strings.  Raises ValueError for other elements."""
    result = np.empty(len(values), dtype=object)
    kinds = {*map(type, values)}
    try:
        if kinds == {bytes}:
            result[:] = values
        elif kinds == {str}:
            result[:] = [*map(str.encode, values)]
        else:
            result[:] = [_ENCODED[type(value)](value) for value in values]
    except KeyError:
        wrong = next(value for value in values if type(value) not in _ENCODED)
        raise ValueError(
            f"expected strings, received {describe(wrong)} of type {type(wrong).__name__} "
            "among them"
        ) from None
    return result.reshape(shape)


def decode(value: bytes, encoding: str = "utf-8") -> str:
    """A string as ``str``.  Raises UnicodeDecodeError for bytes that are none of the encoding."""
    return value.decode(encoding)
