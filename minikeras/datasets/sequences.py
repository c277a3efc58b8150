"""Texts as lists of word numbers: what IMDB and Reuters share.

A word has the number of its rank by frequency, plus ``index_from``. What stands below is free for
marks: 0 for padding, ``start_char`` for the beginning, ``oov_char`` for words that are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from minikeras.messages import describe
from minikeras.types import Array

Texts = list[list[int]]


def check_numbers(**arguments: Any) -> None:
    """Raise TypeError if an argument is neither None nor a number."""
    for name, value in arguments.items():
        if value is not None and not isinstance(value, Real):
            raise TypeError(f"{name}={describe(value)}; expected an integer or None")


def begun(texts: Iterable[list[int]], start_char: int | None, index_from: int) -> Texts:
    """The texts with their mark at the beginning, and words counted from ``index_from``."""
    shift = index_from or 0 if start_char is None else index_from
    head = [] if start_char is None else [start_char]
    return [head + [word + shift for word in text] for text in texts]


def shorter(texts: Texts, labels: Any, maxlen: int) -> tuple[Texts, list[Any]]:
    """The texts of fewer than ``maxlen`` words, and their labels.

    Raises ValueError if there is none.
    """
    pairs = [(text, label) for text, label in zip(texts, labels) if len(text) < maxlen]
    if not pairs:
        raise ValueError(f"maxlen={maxlen} leaves no text: all are longer. Pass a larger maxlen")
    return [text for text, _ in pairs], [label for _, label in pairs]


def limited(texts: Texts, num_words: int | None, skip_top: int, oov_char: int | None) -> Texts:
    """Only words whose number is in [skip_top, num_words); ``oov_char`` in place of the others.

    num_words: None or 0 for the largest number of the texts, which is itself left out.
    """
    most = num_words or max((max(text, default=0) for text in texts), default=0)
    if oov_char is None:
        return [[w for w in text if skip_top <= w < most] for text in texts]
    return [[w if skip_top <= w < most else oov_char for w in text] for text in texts]


def as_array(texts: Texts) -> Array:
    """An array of lists; of texts that all have one length, as Keras has it, a matrix."""
    return np.array(texts, dtype="object")
