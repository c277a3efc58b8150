"""Random arrays as pure functions of a seed pair, bit-equal to those of TensorFlow.

``seed`` is a pair of integers, or a position in a stream of Philox; ``shape`` is a tuple of known
sizes.  Uniform numbers take the low bits of a word (or of two) as the mantissa of a number in
[1, 2), and subtract 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import philox
from minikeras.random.elementary import log32, log64, sincos32
from minikeras.twins import twin
from minikeras.types import Array

Seed = tuple[int, int]
Source = Seed | philox.Position

_TINY = 1e-7  # TensorFlow's floor under the argument of the logarithm, in both precisions
_CHUNK = 8192  # pairs at a time: the intermediate arrays then fit into the cache
_MANY = 1 << 16  # numbers that are worth importing Numba for them


def _is_uniform_fast(
    seed: Source, shape: Sequence[int], minval: Any = 0, maxval: Any = 1, dtype: str = "float32"
) -> bool:
    return (
        dtype == "float32"
        and not isinstance(seed, philox.Position)
        and isinstance(minval, int | float)
        and isinstance(maxval, int | float)
        and math.prod(shape) >= _MANY
    )


@twin("minikeras.kernels.random:uniform", when=_is_uniform_fast)
def uniform(
    seed: Source, shape: Sequence[int], minval: Any = 0, maxval: Any = 1, dtype: str = "float32"
) -> Array:
    """Uniform on [minval, maxval): u · (maxval − minval) + minval, each step in ``dtype``.

    Parity: a Python number passes through float32 on its way to float64.  A float16 has only
    1024 different u, and rounding may then reach maxval itself.
    """
    low, high = (_through_float32(limit).astype(dtype) for limit in (minval, maxval))
    u = _unit(seed, math.prod(shape), dtype).reshape(tuple(shape))
    u = np.multiply(u, high - low, dtype=dtype)
    return np.add(u, low, dtype=dtype)


def _through_float32(value: Any) -> Array:
    return np.asarray(value, np.float32 if type(value) is float else None)


def _unit(seed: Source, count: int, dtype: str) -> Array:
    per_value = 2 if dtype == "float64" else 1
    return _to_unit(_words(seed, count * per_value), dtype)


def _words(seed: Source, count: int) -> Array:
    stream, start = philox.position_of(seed)
    return philox.words(stream, count, start)


def _to_unit(words: Array, dtype: str) -> Array:
    """uint32 words to numbers of [0, 1)."""
    if dtype == "float16":
        return ((words & 0x3FF).astype(np.uint16) | 0x3C00).view(np.float16) - np.float16(1)
    if dtype == "float32":
        return ((words & 0x7FFFFF) | 0x3F800000).view(np.float32) - np.float32(1)
    high = (words[0::2] & 0xFFFFF).astype(np.uint64)
    mantissa = (high << np.uint64(32)) | words[1::2]
    return (mantissa | np.uint64(1023 << 52)).view(np.float64) - 1.0


def randint(
    seed: Source, shape: Sequence[int], minval: int, maxval: int, dtype: str = "int32"
) -> Array:
    """Whole numbers of [minval, maxval): minval + word mod (maxval − minval).

    int64 takes two words a value, the first one lower; all other dtypes are cast from int64.
    Raises ValueError if the range is empty or does not fit.
    """
    wide = dtype != "int32"
    limits = np.iinfo(np.int64 if wide else np.int32)
    if not limits.min <= minval < maxval <= limits.max:
        raise ValueError(
            f"randint needs minval < maxval, both within {limits.dtype}; "
            f"received minval={minval}, maxval={maxval}"
        )
    unsigned, signed = (np.uint64, np.int64) if wide else (np.uint32, np.int32)
    drawn = _words(seed, math.prod(shape) * (1 + wide))
    if wide:
        drawn = drawn[0::2] | (drawn[1::2].astype(np.uint64) << np.uint64(32))
    offset = drawn % unsigned(maxval - minval)
    start = unsigned(minval & (2 * int(limits.max) + 1))
    return (offset + start).view(signed).reshape(tuple(shape)).astype(dtype)


@twin(
    "minikeras.kernels.random:dropout_mask",
    when=lambda seed, shape, rate, dtype: dtype in ("float32", "float64"),
)
def dropout_mask(seed: Source, shape: Sequence[int], rate: float, dtype: str) -> Array:
    """Which elements dropout leaves: u ≥ rate, u drawn in the dtype of the inputs."""
    return _unit(seed, math.prod(shape), dtype).reshape(tuple(shape)) >= np.dtype(dtype).type(rate)


def masked(x: Array, mask: Array, rate: float) -> Array:
    """y = x / (1 − rate) where ``mask``, else 0.

    Parity: the factor 1 / (1 − rate) is rounded to x's dtype first.
    """
    kind = x.dtype.type
    return np.where(mask, x * kind(1 / (1 - rate)), kind(0))


def normal(
    seed: Source, shape: Sequence[int], mean: Any = 0, stddev: Any = 1, dtype: str = "float32"
) -> Array:
    """z · stddev + mean, z standard normal by Box and Muller.

    r = √(−2 ln max(u₁, 1e−7)),  (z₁, z₂) = (r sin 2πu₂, r cos 2πu₂)

    Parity: float16 is rounded from float32.
    """
    count = math.prod(shape)
    even = count + count % 2
    words = _words(seed, even * (2 if dtype == "float64" else 1))
    z = box_muller(words, dtype)[:count].reshape(tuple(shape))
    return _locate(z, mean, stddev, dtype)


def _locate(z: Array, mean: Any, stddev: Any, dtype: str) -> Array:
    z = np.multiply(z.astype(dtype, copy=False), np.asarray(stddev, dtype))
    return np.add(z, np.asarray(mean, dtype), dtype=dtype)


def box_muller(words: Array, dtype: str) -> Array:
    """Standard normal numbers in pairs, float32 unless ``dtype`` is float64."""
    if dtype == "float64":
        u = _to_unit(words, dtype)
        z = np.empty_like(u)
        r = np.sqrt(-2 * log64(np.maximum(u[0::2], _TINY)))
        angle = (2 * math.pi) * u[1::2]
        z[0::2], z[1::2] = r * np.sin(angle), r * np.cos(angle)
        return z
    z = np.empty(len(words), np.float32)
    for start in range(0, len(words), 2 * _CHUNK):
        part = slice(start, start + 2 * _CHUNK)
        u = _to_unit(words[part], "float32")
        r = np.sqrt(np.float32(-2) * log32(np.maximum(u[0::2], np.float32(_TINY))))
        angle = (2 * math.pi) * u[1::2].astype(np.float64)
        sin, cos = sincos32(angle.astype(np.float32))
        z[part][0::2], z[part][1::2] = r * sin, r * cos
    return z


def truncated_normal(
    seed: Source, shape: Sequence[int], mean: Any = 0, stddev: Any = 1, dtype: str = "float32"
) -> Array:
    """z · stddev + mean, z standard normal given |z| < 2.

    Parity: a group of outputs has the size of a block (4 values, in float64 2).  The group that
    starts at output i reads the blocks 64 i, 64 i + 1, ... until 4 (2) values were below 2.
    """
    count = math.prod(shape)
    size = 2 if dtype == "float64" else 4
    groups = -(-count // size)
    z = np.empty((groups, size), np.float64 if dtype == "float64" else np.float32)
    filled = np.zeros(groups, np.intp)
    stream, start = philox.position_of(seed)
    unfinished = np.arange(groups)
    block = np.uint64(start) + unfinished.astype(np.uint64) * np.uint64(64 * size)
    while unfinished.size:
        drawn = box_muller(philox.blocks(stream, block[unfinished]).ravel(), dtype)
        for candidate in drawn.reshape(-1, size).T:
            takes = (np.abs(candidate) < 2) & (filled[unfinished] < size)
            takers = unfinished[takes]
            z[takers, filled[takers]] = candidate[takes]
            filled[takers] += 1
        block[unfinished] += np.uint64(1)
        unfinished = unfinished[filled[unfinished] < size]
    return _locate(z.reshape(-1)[:count].reshape(tuple(shape)), mean, stddev, dtype)


def categorical(seed: Source, logits: Array, num_samples: int) -> Array:
    """``num_samples`` class numbers for each row of logits (rows, classes), as int64.

    The first class whose cumulated softmax exceeds u.

    Parity: TensorFlow distributes many rows to threads, and the result depends on the number of
    threads; this is the result with one thread, which small batches always have.
    """
    rows = len(logits)
    exact = logits.astype(np.float64)
    finite = np.isfinite(exact)
    largest = np.max(exact, axis=1, keepdims=True, where=finite, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        cumulated = np.cumsum(np.where(finite, np.exp(exact - largest), 0), axis=1)
    u = _unit(seed, rows * num_samples, "float64").reshape(rows, num_samples)
    drawn = [
        np.searchsorted(edges, us * edges[-1], side="right") for edges, us in zip(cumulated, u)
    ]
    return np.array(drawn, np.int64).reshape(rows, num_samples)


def order(seed: Source, count: int) -> Array:
    """A random permutation of 0..count−1: the order of ``count`` uniform numbers."""
    return np.argsort(_unit(seed, count, "float32"), kind="stable")
