"""FarmHash64 (Fingerprint64): the hash by which ``Hashing`` and ``HashedCrossing`` choose a bin.

Source: Pike and Alakuijala, FarmHash, 2014, ``farmhashna::Hash64``.  The names are those of its
code: k0, k1, k2; a to h for words of a string; ``mul`` for a multiplier that depends on its
length.  All sums and products are modulo 2⁶⁴.

Strings of one length are hashed together: each word is an array of uint64 with one element for each
string.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.types import Array

K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_K0, _K1, _K2 = np.uint64(K0), np.uint64(K1), np.uint64(K2)
MASK = 2**64 - 1
Word = Any  # an array of uint64, or one number of it


def fingerprint64(strings: Array) -> Array:
    """The hash of each string, as uint64 in the shape of ``strings``."""
    return by_length(strings, _hash_rows)


def by_length(strings: Array, hash_rows: Callable[[Array], Array]) -> Array:
    """Hash strings of any lengths with a function of strings that have one length.

    strings: an array of ``bytes``, any shape.
    hash_rows: takes (strings, bytes of each) as uint8, returns (strings,) as uint64.
    """
    flat = strings.ravel()
    lengths = np.fromiter(map(len, flat), dtype=np.int64, count=flat.size)
    result = np.empty(flat.size, dtype=np.uint64)
    for length in np.unique(lengths):
        where = np.flatnonzero(lengths == length)
        text = b"".join(flat[where].tolist())
        rows = np.frombuffer(text, dtype=np.uint8).reshape(len(where), length)
        result[where] = hash_rows(rows)
    return result.reshape(strings.shape)


def word(rows: Array, start: int, size: int = 8) -> Array:
    """The little-endian number in ``size`` bytes from ``start`` on; from the end if negative."""
    start %= rows.shape[1]
    part = np.ascontiguousarray(rows[:, start : start + size])
    return part.view(f"<u{size}")[:, 0].astype(np.uint64)


def rotate_right(x: Word, by: int) -> Word:
    """The bits of each word, moved to the right; those that fall out come back at the left."""
    return (x >> np.uint64(by)) | (x << np.uint64(64 - by))


def shift_mix(x: Word) -> Word:
    """x ^ (x >> 47)"""
    return x ^ (x >> np.uint64(47))


def _hash_rows(rows: Array) -> Array:
    count, length = rows.shape
    if length == 0:
        return np.full(count, _K2)
    if length < 4:
        return _up_to_3(rows)
    if length <= 16:
        return _up_to_16(rows)
    if length <= 32:
        return _up_to_32(rows)
    return _up_to_64(rows) if length <= 64 else _longer(rows)


def _mul(length: int) -> Word:
    return np.uint64((K2 + 2 * length) & MASK)


def _mix(u: Word, v: Word, mul: Word) -> Word:
    """Two words made one: HashLen16."""
    a = shift_mix((u ^ v) * mul)
    return shift_mix((v ^ a) * mul) * mul


def _up_to_3(rows: Array) -> Word:
    length = rows.shape[1]
    first, middle, last = (rows[:, i].astype(np.uint64) for i in (0, length >> 1, length - 1))
    y = first + (middle << np.uint64(8))
    z = np.uint64(length) + (last << np.uint64(2))
    return shift_mix(y * _K2 ^ z * _K0) * _K2


def _up_to_16(rows: Array) -> Word:
    length = rows.shape[1]
    mul = _mul(length)
    if length < 8:
        a = np.uint64(length) + (word(rows, 0, 4) << np.uint64(3))
        return _mix(a, word(rows, -4, 4), mul)
    a, b = word(rows, 0) + _K2, word(rows, -8)
    c = rotate_right(b, 37) * mul + a
    d = (rotate_right(a, 25) + b) * mul
    return _mix(c, d, mul)


def _ends(rows: Array, factor: Word) -> tuple[Word, Word, Word]:
    """What the first and the last 16 bytes give: two words for ``_mix``, and the first word."""
    mul = _mul(rows.shape[1])
    a, b = word(rows, 0) * factor, word(rows, 8)
    c, d = word(rows, -8) * mul, word(rows, -16) * _K2
    y = rotate_right(a + b, 43) + rotate_right(c, 30) + d
    return y, a + rotate_right(b + _K2, 18) + c, a


def _up_to_32(rows: Array) -> Word:
    y, z, _ = _ends(rows, _K1)
    return _mix(y, z, _mul(rows.shape[1]))


def _up_to_64(rows: Array) -> Word:
    mul = _mul(rows.shape[1])
    y, z, a = _ends(rows, _K2)
    z = _mix(y, z, mul)
    e, f = word(rows, 16) * mul, word(rows, 24)
    g, h = (y + word(rows, -32)) * mul, (z + word(rows, -24)) * mul
    left = rotate_right(e + f, 43) + rotate_right(g, 30) + h
    return _mix(left, e + rotate_right(f + a, 18) + g, mul)


def _pair(rows: Array, at: int, a: Word, b: Word) -> tuple[Word, Word]:
    """32 bytes and two words made two words: WeakHashLen32WithSeeds."""
    w, x, y, z = (word(rows, at + 8 * i) for i in range(4))
    a = a + w
    b = rotate_right(b + a + z, 21)
    total = a + x + y
    return total + z, b + rotate_right(total, 44) + a


_State = tuple[Word, Word, Word, tuple[Word, Word], tuple[Word, Word]]


def _longer(rows: Array) -> Word:
    """Blocks of 64 bytes change a state of seven words; the last 64 bytes do so once more."""
    length = rows.shape[1]
    full = np.zeros(len(rows), np.uint64)
    x = full + np.uint64(81 * K2 & MASK) + word(rows, 0)
    y = full + np.uint64((81 * K1 + 113) & MASK)
    z = shift_mix(y * _K2 + np.uint64(113)) * _K2
    state: _State = x, y, z, (full, full), (full, full)
    rest = (length - 1) % 64
    for at in range(0, length - 1 - rest, 64):
        state = _absorb(rows, at, state, _K1, nine=False)
    x, y, z, v, w = state
    mul = _K1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    first = w[0] + np.uint64(rest)
    v = v[0] + first, v[1]
    state = x, y, z, v, (first + v[0], w[1])
    x, y, z, v, w = _absorb(rows, length - 64, state, mul, nine=True)
    left = _mix(v[0], w[0], mul) + shift_mix(y) * _K0 + z
    return _mix(left, _mix(v[1], w[1], mul) + x, mul)


def _absorb(rows: Array, at: int, state: _State, mul: Word, nine: bool) -> _State:
    """The state after 64 bytes from ``at`` on; ``nine``: two of its words count nine times."""
    x, y, z, v, w = state
    factor = np.uint64(9 if nine else 1)
    x = rotate_right(x + y + v[0] + word(rows, at + 8), 37) * mul
    y = rotate_right(y + v[1] + word(rows, at + 48), 42) * mul
    x = x ^ (w[1] * factor)
    y = y + v[0] * factor + word(rows, at + 40)
    z = rotate_right(z + w[0], 33) * mul
    v = _pair(rows, at, v[1] * mul, x + w[0])
    w = _pair(rows, at + 32, z + w[1], y + word(rows, at + 16))
    return z, y, x, v, w
