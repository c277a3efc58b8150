"""Philox's words, uniform numbers, dropout masks and permutations: twins of ``minikeras.random``.

A block of four words is a function of its number, so each part of an array computes its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras.kernels.runtime.compile import inlined, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.philox import HALF, LOW, M0, M1, SCRAMBLING_KEY, W0, W1, Stream
from minikeras.types import Array

_W0, _W1 = np.uint64(W0), np.uint64(W1)
_KEY0, _KEY1 = map(np.uint64, SCRAMBLING_KEY)
_MANTISSA, _HIGH = np.uint64(0x7FFFFF), np.uint64(0xFFFFF)
_UNIT = np.float32(2.0**-23)  # of the mantissa
_BLOCKS = 1024  # blocks of a part
_WORK = 40  # multiply-adds, about, for each block


@inlined
def _round(c, k0, k1, i):
    p0, p1 = M0 * c[0], M1 * c[2]
    a, b = (k0 + np.uint64(i) * _W0) & LOW, (k1 + np.uint64(i) * _W1) & LOW
    return (p1 >> HALF) ^ c[1] ^ a, p1 & LOW, (p0 >> HALF) ^ c[3] ^ b, p0 & LOW


@inlined
def _block(number, k0, k1, high0, high1):
    # Ten inlined rounds without a loop, on numbers whose upper halves are known to be 0: LLVM
    # vectorises this form, eight blocks at a time.
    c = number & LOW, number >> HALF, high0 & LOW, high1 & LOW
    c = _round(_round(c, k0, k1, 0), k0, k1, 1)
    c = _round(_round(c, k0, k1, 2), k0, k1, 3)
    c = _round(_round(c, k0, k1, 4), k0, k1, 5)
    c = _round(_round(c, k0, k1, 6), k0, k1, 7)
    return _round(_round(c, k0, k1, 8), k0, k1, 9)


@kernel
def _fill(result, numbers, k0, k1, high0, high1):
    for i in range(numbers.size):
        c0, c1, c2, c3 = _block(numbers[i], k0, k1, high0, high1)
        result[i, 0], result[i, 1] = np.uint32(c0), np.uint32(c1)
        result[i, 2], result[i, 3] = np.uint32(c2), np.uint32(c3)


def blocks(stream: Stream, numbers: Array) -> Array:
    """The blocks with the given numbers (n uint64) as (n, 4) uint32."""
    key, high = stream
    result = np.empty((len(numbers), 4), np.uint32)
    _fill(result, numbers, *map(np.uint64, (*key, *high)))
    return result


@kernel
def _dropout_mask_part(start, stop, mask, stream, per_block, threshold):
    k0, k1, high0, high1 = stream
    w0, w1 = np.empty(_BLOCKS, np.uint64), np.empty(_BLOCKS, np.uint64)
    w2, w3 = np.empty(_BLOCKS, np.uint64), np.empty(_BLOCKS, np.uint64)
    for part in range(start, stop):
        first = np.uint64(part * _BLOCKS)
        cells = mask[part * _BLOCKS * per_block : (part + 1) * _BLOCKS * per_block]
        count = ceil_div(cells.size, per_block)
        for i in range(count):
            w0[i], w1[i], w2[i], w3[i] = _block(first + np.uint64(i), k0, k1, high0, high1)
        whole = cells.size // per_block
        if per_block == 4:
            for i in range(whole):
                cells[4 * i] = w0[i] & _MANTISSA >= threshold
                cells[4 * i + 1] = w1[i] & _MANTISSA >= threshold
                cells[4 * i + 2] = w2[i] & _MANTISSA >= threshold
                cells[4 * i + 3] = w3[i] & _MANTISSA >= threshold
            for i in range(4 * whole, cells.size):
                word = w0[whole] if i % 4 == 0 else (w1[whole] if i % 4 == 1 else w2[whole])
                cells[i] = word & _MANTISSA >= threshold
        else:
            for i in range(whole):
                cells[2 * i] = (w0[i] & _HIGH) << HALF | w1[i] >= threshold
                cells[2 * i + 1] = (w2[i] & _HIGH) << HALF | w3[i] >= threshold
            if whole < count:
                cells[2 * whole] = (w0[whole] & _HIGH) << HALF | w1[whole] >= threshold


@kernel
def _dropout_mask(workers, mask, seed, per_block, threshold):
    c0, c1, c2, c3 = _block(seed[0], _KEY0, _KEY1, seed[1] & LOW, seed[1] >> HALF)
    blocks = ceil_div(mask.size, per_block)
    run_parts(
        workers,
        _dropout_mask_part,
        ceil_div(blocks, _BLOCKS),
        (mask, (c0, c1, c2, c3), per_block, threshold),
    )


def dropout_mask(seed: tuple[int, int], shape: Sequence[int], rate: float, dtype: str) -> Array:
    """The twin of ``distributions.dropout_mask`` for float32 and float64.

    A uniform number is m / 2²³ with 23 bits m of a word (52 bits of two for float64), so that
    u ≥ rate is decided by m.
    """
    result = np.empty(shape, np.bool_)
    per_block, bits = (4, 23) if dtype == "float32" else (2, 52)
    threshold = -int(-float(np.dtype(dtype).type(rate)) * (1 << bits) // 1)
    workers = workers_for(result.size // per_block * _WORK)
    _dropout_mask(workers, result.reshape(-1), _pair(seed), per_block, np.uint64(threshold))
    return result


@inlined
def _uniform_number(word, width, low):
    return np.float32(np.int32(word & _MANTISSA)) * _UNIT * width + low


@kernel
def _uniform_part(start, stop, y, stream, width, low):
    k0, k1, high0, high1 = stream
    w0, w1 = np.empty(_BLOCKS, np.uint64), np.empty(_BLOCKS, np.uint64)
    w2, w3 = np.empty(_BLOCKS, np.uint64), np.empty(_BLOCKS, np.uint64)
    for part in range(start, stop):
        first = np.uint64(part * _BLOCKS)
        cells = y[part * _BLOCKS * 4 : (part + 1) * _BLOCKS * 4]
        whole = cells.size // 4
        for i in range(ceil_div(cells.size, 4)):
            w0[i], w1[i], w2[i], w3[i] = _block(first + np.uint64(i), k0, k1, high0, high1)
        for i in range(whole):
            cells[4 * i] = _uniform_number(w0[i], width, low)
            cells[4 * i + 1] = _uniform_number(w1[i], width, low)
            cells[4 * i + 2] = _uniform_number(w2[i], width, low)
            cells[4 * i + 3] = _uniform_number(w3[i], width, low)
        for i in range(4 * whole, cells.size):
            word = w0[whole] if i % 4 == 0 else (w1[whole] if i % 4 == 1 else w2[whole])
            cells[i] = _uniform_number(word, width, low)


@kernel
def _uniform(workers, y, seed, width, low):
    c0, c1, c2, c3 = _block(seed[0], _KEY0, _KEY1, seed[1] & LOW, seed[1] >> HALF)
    parts = ceil_div(ceil_div(y.size, 4), _BLOCKS)
    run_parts(workers, _uniform_part, parts, (y, (c0, c1, c2, c3), width, low))


def uniform(
    seed: tuple[int, int],
    shape: Sequence[int],
    minval: Any = 0,
    maxval: Any = 1,
    dtype: str = "float32",
) -> Array:
    """The twin of ``distributions.uniform`` for float32 and limits that are numbers."""
    y = np.empty(tuple(shape), np.float32)
    low, high = np.float32(minval), np.float32(maxval)
    workers = workers_for(y.size // 4 * _WORK)
    _uniform(workers, y.reshape(-1), _pair(seed), high - low, low)
    return y


def _pair(seed: tuple[int, int]) -> Array:
    return np.array([part & 0xFFFFFFFFFFFFFFFF for part in seed], np.uint64)


@kernel
def _masked_part(start, stop, x, mask, factor, y):
    zero = factor - factor
    for part in range(start, stop):
        cells = slice(part * CHUNK, (part + 1) * CHUNK)
        source, target, chosen = x[cells], y[cells], mask[cells]
        for i in range(target.size):
            scaled = source[i] * factor
            target[i] = scaled if chosen[i] else zero


@kernel
def _masked(workers, x, mask, factor, y):
    run_parts(workers, _masked_part, ceil_div(x.size, CHUNK), (x, mask, factor, y))


def masked(x: Array, mask: Array, *, rate: float) -> Array:
    """y = x / (1 − rate) where ``mask``, else 0; the same shape, contiguous."""
    y = np.empty(x.shape, x.dtype)
    flat = x.reshape(-1), mask.reshape(-1), x.dtype.type(1 / (1 - rate)), y.reshape(-1)
    _masked(workers_for(x.size), *flat)
    return y


def masked_vjp(dy: Array, y: Array, x: Array, mask: Array, *, rate: float) -> Any:
    return masked(np.asarray(dy, order="C"), mask, rate=rate), None


@kernel
def _permute(order, first, k0, k1, high0, high1):
    n = order.size
    for i in range(n):
        order[i] = i
    for start in range(0, n, 4):
        words = _block(np.uint64(first + start // 4), k0, k1, high0, high1)
        for i in range(start, min(start + 4, n)):
            word = words[0]
            if i - start == 1:
                word = words[1]
            elif i - start == 2:
                word = words[2]
            elif i - start == 3:
                word = words[3]
            j = i + np.int64(np.uint32(word) % np.uint32(n - i))
            order[i], order[j] = order[j], order[i]


def permutation(n: int, stream: Stream, block: int) -> Array:
    """Swap each i in turn with i + word[i] mod (n − i), the words from ``block`` on."""
    key, high = stream
    order = np.empty(n, np.int64)
    _permute(order, block, *map(np.uint64, (*key, *high)))
    return order
