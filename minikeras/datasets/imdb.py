"""``keras.datasets.imdb``: reviews of films, good or bad."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames
from minikeras.datasets import catalogue, reading, sequences, splitting
from minikeras.messages import describe


@frames.filter_traceback
def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> splitting.Split:
    """IMDB: 25,000 reviews of films for training and 25,000 for tests, as numbers of words.

    path: the name of the file in the cache.
    num_words: only words whose number is smaller; None for all but the largest number.
    skip_top: no words whose number is smaller.
    maxlen: only reviews of fewer words, their mark included; None for all.
    seed: of the order of the reviews.
    start_char: the mark at the beginning; None for none.
    oov_char: stands in place of words that are left out; None for nothing.
    index_from: the number of a word is its rank by frequency, from 1 on, plus this.
    kwargs: names of earlier versions; without effect.

    Returns ``(x_train, y_train), (x_test, y_test)``: arrays of lists of integers, and 1 for good
    reviews, 0 for bad ones, in int64.

    Raises ValueError if ``maxlen`` leaves no review, and for damaged files; OSError without a
    network.

    Source: A. Maas et al., "Learning word vectors for sentiment analysis", 2011.
    """
    sequences.check_numbers(num_words=num_words, skip_top=skip_top, maxlen=maxlen)
    if kwargs:
        frames.warn(f"load_data has no arguments {describe([*kwargs])}; they are without effect")
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = reading.read_npz(catalogue.fetch("imdb.npz", path), names, with_lists=True)
    generator = np.random.RandomState(seed)
    texts: sequences.Texts = []
    labels: list[Any] = []
    ends: list[int] = []
    for x, y in zip(arrays[::2], arrays[1::2]):
        shuffled = splitting.order(len(x), generator)
        part = sequences.begun(x[shuffled], start_char, index_from)
        part_labels: Any = y[shuffled]
        if maxlen:
            part, part_labels = sequences.shorter(part, part_labels, maxlen)
        texts += part
        labels.append(part_labels)
        ends.append(len(texts))
    texts, y = sequences.limited(texts, num_words, skip_top, oov_char), np.concatenate(labels)
    train, test = slice(ends[0]), slice(ends[0], None)
    x_train, x_test = (sequences.as_array(texts[part]) for part in (train, test))
    return (x_train, y[train]), (x_test, y[test])


@frames.filter_traceback
def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The rank of each word by its frequency, from 1 on.

    path: the name of the file in the cache.

    In the data of ``load_data`` the number of a word is its rank plus ``index_from``.
    """
    return reading.read_word_index(catalogue.fetch("imdb_word_index.json", path))
