"""Philox4x32-10: random words as a function of a key and a position, without a state.

A block of four 32-bit words is a function of a 64-bit key k and a 128-bit counter c.  One of
its ten rounds multiplies two words of the counter, to 64 bits, and mixes the halves:

    (c₀, c₁, c₂, c₃) ← (hi(M₁ c₂) ⊕ c₁ ⊕ k₀, lo(M₁ c₂), hi(M₀ c₀) ⊕ c₃ ⊕ k₁, lo(M₀ c₀))
    (k₀, k₁) ← (k₀ + W₀, k₁ + W₁)

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from minikeras.twins import twin
from minikeras.types import Array

M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = 0x9E3779B9, 0xBB67AE85
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
SCRAMBLING_KEY = 0x3EC8F720, 0x02461E29  # of ``stateless``
_MANY = 1 << 16  # blocks
_CHUNK = 4096  # blocks at a time: the seven working arrays stay in the second-level cache


class Stream(NamedTuple):
    """A sequence of blocks: the low 64 bits of the counter are the number of the block."""

    key: tuple[int, int]
    high: tuple[int, int]  # the upper two words of the counter


class Position(NamedTuple):
    """Where a distribution begins to read a stream: at its block ``start``."""

    stream: Stream
    start: int = 0


def stateless(seed: tuple[int, int]) -> Stream:
    """The stream of the stateless distributions.

    Parity: TensorFlow first scrambles the pair, so that similar seeds give unrelated streams: one
    block with a fixed key is the key and the upper half of the counter.
    """
    s0, s1 = (s & 0xFFFFFFFFFFFFFFFF for s in seed)
    fixed = Stream(SCRAMBLING_KEY, (s1 & 0xFFFFFFFF, s1 >> 32))
    k0, k1, c2, c3 = blocks(fixed, np.array([s0], np.uint64))[0].tolist()
    return Stream((k0, k1), (c2, c3))


def unscrambled(seed: int, seed2: int = 0) -> Stream:
    """The stream of TensorFlow's stateful ops, such as the shuffling of indices in ``fit``."""
    return Stream((seed & 0xFFFFFFFF, seed >> 32), (seed2 & 0xFFFFFFFF, seed2 >> 32))


def position_of(seed: tuple[int, int] | Position) -> Position:
    """Where to read: at a position itself; for a pair, at the beginning of ``stateless``."""
    return seed if isinstance(seed, Position) else Position(stateless(seed))


def words(stream: Stream, count: int, start: int = 0) -> Array:
    """``count`` words of the stream from its block ``start`` on, uint32."""
    numbers = np.arange(start, start - (-count // 4), dtype=np.uint64)
    return blocks(stream, numbers).reshape(-1)[:count]


def _is_worth_numba(stream: Stream, numbers: Array) -> bool:
    """The twin is faster at any size, but a few words are not worth importing Numba."""
    return len(numbers) >= _MANY or "numba" in sys.modules


@twin("minikeras.kernels.random:blocks", when=_is_worth_numba)
def blocks(stream: Stream, numbers: Array) -> Array:
    """The blocks with the given numbers (n uint64) as (n, 4) uint32."""
    result = np.empty((len(numbers), 4), np.uint32)
    for start in range(0, len(numbers), _CHUNK):
        _fill(result[start : start + _CHUNK], stream, numbers[start : start + _CHUNK])
    return result


def _fill(result: Array, stream: Stream, numbers: Array) -> None:
    (k0, k1), (high0, high1) = stream
    c0, c1 = numbers & LOW, numbers >> HALF
    c2, c3 = np.full_like(c0, high0), np.full_like(c0, high1)
    spare0, spare1 = np.empty_like(c0), np.empty_like(c0)
    for _ in range(10):
        p0 = np.multiply(c0, M0, out=spare0)
        p1 = np.multiply(c2, M1, out=spare1)
        c1 ^= np.uint64(k0)
        c3 ^= np.uint64(k1)
        c1 ^= np.right_shift(p1, HALF, out=c0)
        c3 ^= np.right_shift(p0, HALF, out=c2)
        p0 &= LOW
        p1 &= LOW
        # (p1, p0) are the new (c₁, c₃); the arrays of the old (c₀, c₂) are reused
        spare0, spare1 = c0, c2
        c0, c1, c2, c3 = c1, p1, c3, p0
        k0, k1 = (k0 + W0) & 0xFFFFFFFF, (k1 + W1) & 0xFFFFFFFF
    for column, word in enumerate((c0, c1, c2, c3)):
        result[:, column] = word
