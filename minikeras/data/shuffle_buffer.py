"""The order in which ``Dataset.shuffle`` gives its elements, equal to that of TensorFlow.

A buffer holds the next ``buffer_size`` elements. Each time, one of them is drawn, and the next
element of the data takes its place; at the end the buffer is emptied in the same way.

    i = word mod (elements in the buffer)

The words are those of a Philox stream whose key is drawn anew for every pass.

Source: TensorFlow, ``shuffle_dataset_op.cc``, ``random_seed_ops.cc``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from minikeras import philox

_Element = TypeVar("_Element")

_BLOCKS = 256  # words are made in blocks of four


class Words:
    """The 32-bit words of the stream of two seeds, one after the other."""

    def __init__(self, seed: int, seed2: int) -> None:
        self._stream = philox.unscrambled(seed, seed2)
        self._block = 0
        self._words: Iterator[int] = iter(())

    def __repr__(self) -> str:
        return f"<Words of the stream {self._stream}>"

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        for word in self._words:
            return word
        numbers = np.arange(self._block, self._block + _BLOCKS, dtype=np.uint64)
        self._block += _BLOCKS
        self._words = iter(philox.blocks(self._stream, numbers).reshape(-1).tolist())
        return next(self._words)


def shuffled(elements: Iterable[_Element], size: int, words: Iterator[int]) -> Iterator[_Element]:
    """The elements in the order that a buffer of ``size`` elements gives them."""
    source = iter(elements)
    buffer = [element for _, element in zip(range(size), source)]
    first, count = 0, len(buffer)  # the buffer is a ring that begins at `first`
    while count:
        chosen = (first + next(words) % count) % len(buffer)
        yield buffer[chosen]
        buffer[chosen] = buffer[first]
        for element in source:
            buffer[first] = element
            break
        else:
            count -= 1
        first = (first + 1) % len(buffer)
