"""Pairs of words that stand near each other, for word2vec (Mikolov et al. 2013, section 3.2)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.types import Array

_EULER = 0.577  # Euler's constant, as Keras rounds it
_LAST_SEED = 10_000_000


@frames.filter_traceback
def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> Array:
    """How likely ``skipgrams`` keeps the word of each rank: √(t / f), at most 1.

    The frequency f of rank r follows Zipf's law: 1 / f = r (log r + γ) + 1/2 − 1 / (12 r).

    size: the number of ranks; the first one, of no word, is as likely as the second one.
    sampling_factor: t.

    Returns float64 (size,).  Raises IndexError, as Keras does, for no ranks.
    """
    if size < 1:
        raise IndexError(f"size={describe(size)}; expected at least 1")
    rank = np.arange(size)
    rank[0] = 1
    rarity = rank * (np.log(rank) + _EULER) + 0.5 - 1.0 / (12.0 * rank)
    scaled = sampling_factor * rarity
    return np.minimum(1.0, scaled / np.sqrt(scaled))


@frames.filter_traceback
def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of word numbers: neighbours, and a word with one at random.

    sequence: the numbers of words; 0 stands for none and is left out.
    vocabulary_size: the largest number of a word + 1.
    window_size: how far neighbours are apart at most.
    negative_samples: how many random pairs there are for each pair of neighbours.
    shuffle: whether the pairs come in random order.
    categorical: whether labels are [0, 1] and [1, 0] rather than 1 and 0.
    sampling_table: for each number, how likely it is kept as the first word of pairs; None for all.
    seed: of the order; None for one from Python's ``random``, which also draws everything else.

    Returns the pairs and their labels, 1 for neighbours.

    Parity: a shuffled order seeds Python's ``random``, which is then the same after each call with
    one seed.
    """
    pairs: list[list[int]] = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        start = max(0, i - window_size)
        near = enumerate(sequence[start : i + window_size + 1], start)
        pairs += [[word, other] for j, other in near if j != i and other]
    right, wrong = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [right] * len(pairs)
    if negative_samples > 0:
        words = [first for first, _ in pairs]
        random.shuffle(words)
        count = int(len(labels) * negative_samples)
        pairs += [
            [words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)
        ]
        labels += [wrong] * count
    if shuffle:
        seed = random.randint(0, _LAST_SEED) if seed is None else seed
        for rows in (pairs, labels):
            random.seed(seed)
            random.shuffle(rows)
    return pairs, labels
