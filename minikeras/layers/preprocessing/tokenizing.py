"""Text as tokens: how ``TextVectorization`` standardizes, splits and joins it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import strings
from minikeras.layers.preprocessing.encoding import Rows
from minikeras.messages import describe
from minikeras.types import Array

STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLIT = ("whitespace", "character")
_PUNCTUATION = b"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"


def standardized(text: Array, how: Any, encoding: str) -> Array:
    """Each string, standardized.

    text: an array of ``bytes``.
    how: None, a name, or a function, which is given an array of ``str`` and returns strings.
        "lower" changes the letters of ASCII only.
    """
    if how is None or (not text.size and not callable(how)):
        return text
    if callable(how):
        decoded = np.array([strings.decode(t, encoding) for t in text.ravel().tolist()], np.str_)
        return strings.array(how(decoded.reshape(text.shape)))
    lower, strip = how != "strip_punctuation", how != "lower"
    result = []
    for string in text.ravel().tolist():
        string = string.lower() if lower else string
        result.append(string.translate(None, _PUNCTUATION) if strip else string)
    return strings.filled(result, text.shape)


def split(text: Array, how: Any, encoding: str) -> Rows | Array:
    """The tokens of each string, in rows of different lengths; those of one string as an array.

    text: an array of ``bytes``, () or (batch,).
    how: "whitespace", which is that of ASCII; "character", for the characters of UTF-8, with
        U+FFFD for bytes that are none; or a function, which is given an array of ``str`` and
        returns rows: a nested list, an array, or a ragged tensor.
    """
    if callable(how):
        return _rows_of(how(np.array([strings.decode(t, encoding) for t in text.tolist()])))
    cut: Callable[[bytes], list[bytes]] = bytes.split if how == "whitespace" else _characters
    tokens = [cut(string) for string in text.ravel().tolist()]
    flat = [token for row in tokens for token in row]
    array = strings.filled(flat, (len(flat),))
    return Rows(array, np.array([len(row) for row in tokens], dtype=int)) if text.ndim else array


def _characters(string: bytes) -> list[bytes]:
    return [character.encode() for character in string.decode("utf-8", "replace")]


def _rows_of(result: Any) -> Rows | Array:
    """What a function returned for ``split``, as rows.  Raises ValueError for other things."""
    if hasattr(result, "to_list"):  # a ragged tensor of TensorFlow
        result = result.to_list()
    if not isinstance(result, list | tuple) or not all(isinstance(r, list | tuple) for r in result):
        if strings.is_text(result):
            return strings.array(result)
        raise ValueError(
            "A function for `split` must return one row of strings for each string, received "
            f"{describe(result)}"
        )
    flat = [token for row in result for token in row]
    return Rows(strings.filled(flat, (len(flat),)), np.array([len(r) for r in result], dtype=int))


def ngrams(tokens: Rows | Array, widths: Sequence[int]) -> Rows | Array:
    """Runs of tokens, joined by spaces: all of the first width, then all of the second, and so on.

    The rows of an array have one length, so that the result is an array, too.
    """
    if isinstance(tokens, Rows):
        ends = np.cumsum(tokens.lengths).tolist()
        rows = [tokens.flat[e - n : e] for e, n in zip(ends, tokens.lengths.tolist())]
    else:
        rows = list(tokens) if tokens.ndim > 1 else [tokens]
    joined = [_ngrams_of(row.tolist(), widths) for row in rows]
    flat = [token for row in joined for token in row]
    array = strings.filled(flat, (len(flat),))
    if isinstance(tokens, Rows):
        return Rows(array, np.array([len(row) for row in joined], dtype=int))
    return array.reshape(len(rows), -1) if tokens.ndim > 1 else array


def _ngrams_of(row: list[bytes], widths: Sequence[int]) -> list[bytes]:
    return [
        b" ".join(row[start : start + width])
        for width in widths
        for start in range(len(row) - width + 1)
    ]
