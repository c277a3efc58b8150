"""``keras.datasets.reuters``: news of an agency by topic."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames
from minikeras.datasets import catalogue, reading, sequences, splitting

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem "
    "dlr gas silver wpi hog lead"
)


@frames.filter_traceback
def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> splitting.Split:
    """Reuters: 11,228 news as numbers of words, with their topics.

    path: the name of the file in the cache.
    num_words: only words whose number is smaller; None for all but the largest number.
    skip_top: no words whose number is smaller.
    maxlen: only news of fewer words, their mark included; None for all.
    test_split: the fraction of the news for tests, in [0, 1].
    seed: of the order of the news.
    start_char: the mark at the beginning; None for none.
    oov_char: stands in place of words that are left out; None for nothing.
    index_from: the number of a word is its rank by frequency, from 1 on, plus this.

    Returns ``(x_train, y_train), (x_test, y_test)``: arrays of lists of integers, and numbers of
    topics in int64.

    Raises ValueError for a bad ``test_split``, a ``maxlen`` that leaves nothing, and for damaged
    files; OSError without a network.

    Source: D. Lewis, "Reuters-21578 text categorization test collection".
    """
    sequences.check_numbers(num_words=num_words, skip_top=skip_top, maxlen=maxlen)
    splitting.check_test_split(test_split, may_be_all=True)
    x, y = reading.read_npz(catalogue.fetch("reuters.npz", path), ("x", "y"), with_lists=True)
    shuffled = splitting.order(len(x), np.random.RandomState(seed))
    texts = sequences.begun(x[shuffled], start_char, index_from)
    labels: Any = y[shuffled]
    if maxlen:
        texts, labels = sequences.shorter(texts, labels, maxlen)
    texts = sequences.limited(texts, num_words, skip_top, oov_char)
    end = int(len(texts) * (1 - test_split))
    train, test = slice(end), slice(end, None)
    x_train, x_test = (sequences.as_array(texts[part]) for part in (train, test))
    return (x_train, np.array(labels[train])), (x_test, np.array(labels[test]))


@frames.filter_traceback
def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The rank of each word by its frequency, from 1 on.

    path: the name of the file in the cache.

    In the data of ``load_data`` the number of a word is its rank plus ``index_from``.
    """
    return reading.read_word_index(catalogue.fetch("reuters_word_index.json", path))


def get_label_names() -> tuple[str, ...]:
    """The names of the 46 topics, by their numbers."""
    return tuple(_TOPICS.split())
