"""``tf.random``: operations whose stream goes on from call to call, bit-equal to TensorFlow's.

An operation has a stream of Philox for its two seeds (``seeds.operation_pair``). A second call with
the same seeds, kind and dtype goes on where the first one ended. Each call sets aside 256 blocks
for every number, whatever it used.

Source: TensorFlow, ``random_op.cc``, ``guarded_philox_random.h``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import philox
from minikeras.random import distributions, seeds
from minikeras.random.shuffling import permutation
from minikeras.types import Array

PER_NUMBER = 256  # blocks
_WORDS = 4  # of a block


class _Streams:
    """The next block of each stream since the seed of the process was set."""

    restarts = -1
    blocks: dict[tuple[Any, ...], int]

    def take(self, kind: str, dtype: str, seed: int | None, blocks: int) -> philox.Position:
        if self.restarts != seeds.restarts():
            self.restarts, self.blocks = seeds.restarts(), {}
        pair = seeds.operation_pair(seed)
        key: tuple[Any, ...] = kind, dtype, pair
        known, function = self.blocks, seeds.function()
        if function is not None:  # each operation of a function has a stream of its own
            known, key = function.blocks, (*key, function.places)
            function.places += 1
        start = known.get(key, 0)
        known[key] = start + blocks
        return philox.Position(philox.unscrambled(*pair), start)


_streams = _Streams()


def _position(kind: str, dtype: str, seed: int | None, count: int) -> philox.Position:
    return _streams.take(kind, dtype, seed, count * PER_NUMBER)


def normal(shape: tuple[int, ...], dtype: str, seed: int | None) -> Array:
    """Standard normal numbers."""
    position = _position("normal", dtype, seed, math.prod(shape))
    return distributions.normal(position, shape, dtype=dtype)


def truncated_normal(shape: tuple[int, ...], dtype: str, seed: int | None) -> Array:
    """Standard normal numbers between −2 and 2."""
    position = _position("truncated normal", dtype, seed, math.prod(shape))
    return distributions.truncated_normal(position, shape, dtype=dtype)


def uniform(shape: tuple[int, ...], dtype: str, seed: int | None) -> Array:
    """Numbers of [0, 1)."""
    position = _position("uniform", dtype, seed, math.prod(shape))
    return distributions.uniform(position, shape, dtype=dtype)


def integers(
    shape: tuple[int, ...], minval: int, maxval: int, dtype: str, seed: int | None
) -> Array:
    """Whole numbers of [minval, maxval)."""
    position = _position("integers", dtype, seed, math.prod(shape))
    return distributions.randint(position, shape, minval, maxval, dtype)


def order(count: int, dtype: str, seed: int | None) -> Array:
    """A permutation of 0..count−1 for rows of a dtype."""
    blocks = -(-max(count - 1, 0) // _WORDS)  # no number is drawn for the last row
    stream, start = _streams.take("shuffle", dtype, seed, blocks)
    return permutation(count, stream, start)


def categorical(logits: Array, num_samples: int, dtype: str, seed: int | None) -> Array:
    """``num_samples`` class numbers for each row of logits (rows, classes), as int64."""
    numbers = len(logits) * -(-num_samples // _WORDS) * _WORDS * 2  # a float64 takes two words
    position = _position("categorical", f"{logits.dtype} {dtype}", seed, numbers)
    return distributions.categorical(position, logits, num_samples)


class Counter:
    """The state of ``tf.random.Generator``: a counter of 128 bits and a key.

    Parity: the seed is where the counter begins; the key is 0.
    """

    def __init__(self, seed: int) -> None:
        self.state = np.array([seed, 0, 0], np.int64)

    def __repr__(self) -> str:
        return f"<Counter {self.state.tolist()}>"

    def take(self, count: int) -> philox.Position:
        """Where the next ``count`` numbers begin; the counter moves on behind them."""
        low, high, key = (int(word) & 0xFFFFFFFFFFFFFFFF for word in self.state)
        halves = ((number & 0xFFFFFFFF, number >> 32) for number in (key, high))
        total = (high << 64 | low) + count * PER_NUMBER
        words = np.array([total & 0xFFFFFFFFFFFFFFFF, total >> 64 & 0xFFFFFFFFFFFFFFFF], np.uint64)
        self.state[:2] = words.view(np.int64)
        return philox.Position(philox.Stream(*halves), low)
