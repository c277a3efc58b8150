"""SipHash-2-4: a hash with a key, by which ``Hashing`` chooses a bin when it is given a salt.

Source: Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012, section 2.  The names are
those of the paper: v0 to v3 for the state, k0 and k1 for the key, m for words of the message.  All
sums are modulo 2⁶⁴.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras.layers.preprocessing.farmhash import MASK, by_length, rotate_right, word
from minikeras.types import Array


def siphash(strings: Array, key: Sequence[int]) -> Array:
    """The hash of each string, as uint64 in the shape of ``strings``.

    strings: an array of ``bytes``, any shape.
    key: two whole numbers k0 and k1, taken modulo 2⁶⁴.
    """
    k0, k1 = (np.uint64(int(k) & MASK) for k in key)
    return by_length(strings, functools.partial(_hash_rows, k0=k0, k1=k1))


def _rotate_left(x: Any, by: int) -> Any:
    return rotate_right(x, 64 - by)


def _rounds(v: list[Any], count: int) -> list[Any]:
    """SipRound of the paper, ``count`` times."""
    v0, v1, v2, v3 = v
    for _ in range(count):
        v0, v2 = v0 + v1, v2 + v3
        v1, v3 = _rotate_left(v1, 13) ^ v0, _rotate_left(v3, 16) ^ v2
        v0 = _rotate_left(v0, 32)
        v2, v0 = v2 + v1, v0 + v3
        v1, v3 = _rotate_left(v1, 17) ^ v2, _rotate_left(v3, 21) ^ v0
        v2 = _rotate_left(v2, 32)
    return [v0, v1, v2, v3]


def _hash_rows(rows: Array, k0: np.uint64, k1: np.uint64) -> Array:
    count, length = rows.shape
    # The message is filled with zeros to whole words; its very last byte is its length modulo 256.
    message = np.zeros((count, 8 * (length // 8 + 1)), np.uint8)
    message[:, :length] = rows
    message[:, -1] = length % 256
    key = [k0, k1, k0, k1]
    # "somepseudorandomlygeneratedbytes", in four words
    start = [0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573]
    v = [np.full(count, np.uint64(s) ^ k) for s, k in zip(start, key, strict=True)]
    for at in range(0, message.shape[1], 8):
        m = word(message, at)
        v[3] = v[3] ^ m
        v = _rounds(v, 2)
        v[0] = v[0] ^ m
    v[2] = v[2] ^ np.uint64(0xFF)
    v = _rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]
