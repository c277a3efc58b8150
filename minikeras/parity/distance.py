"""The difference of two results: relative to their size, and in units in the last place (ULP)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.types import Array

FARTHEST = np.iinfo(np.uint64).max  # the distance between a number and NaN


def relative_difference(a: Array | float, b: Array | float) -> Array:
    """d = |a − b| / max(|a|, |b|), elementwise in float64

    Equal values (two infinities, two NaNs, two zeros) are 0 apart; NaN or an infinity is
    infinitely far from any other number.
    """
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    size = np.maximum(np.abs(a), np.abs(b))
    half = np.where(size > 1, 0.5, 1.0)  # the difference of two huge numbers would overflow
    with np.errstate(invalid="ignore", divide="ignore"):
        d = np.abs(a * half - b * half) / (size * half)
    d = np.where(np.isnan(d) | np.isinf(a) | np.isinf(b), np.inf, d)
    return np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, d)


def ulp_distance(a: Array | float, b: Array | float, dtype: str | None = None) -> Array:
    """Number of steps from a to b along the representable values of their type, as uint64.

    +0 and −0 are 0 apart, as are two NaNs; a number and a NaN are 2⁶⁴ − 1 apart. `dtype` rounds
    both first (a history holds Python floats that were float32).
    """
    a, b = np.asarray(a, dtype), np.asarray(b, dtype)
    if a.dtype != b.dtype or a.dtype.kind != "f":
        raise TypeError(f"expected two float arrays of one dtype, received {a.dtype} and {b.dtype}")
    # The number of steps may exceed int64; modulo 2⁶⁴ the difference is right.
    with np.errstate(over="ignore"):
        low, high = np.sort([_ladder(a), _ladder(b)], axis=0).view("uint64")
        rungs = high - low
    rungs = np.where(np.isnan(a) ^ np.isnan(b), np.uint64(FARTHEST), rungs)
    return np.where(np.isnan(a) & np.isnan(b), np.uint64(0), rungs)


def measure(a: Array, b: Array, size: float) -> dict[str, Any]:
    """Whether a and b have the same bits; the largest |a − b|, also relative to `size`; and in ULP.

    Numbers that are not floats are equal or infinitely far apart. Denormal numbers of
    float32 and float64 count as 0: TensorFlow flushes them.
    """
    equal = a.tobytes() == b.tobytes()
    if a.size == 0 or a.dtype.kind != "f":
        apart = 0.0 if equal else math.inf
        return {"equal": equal, "absolute": apart, "relative": apart, "ulp": None}
    if a.dtype != "float16":
        a, b = (np.where(np.abs(x) < np.finfo(x.dtype).tiny, x.dtype.type(0), x) for x in (a, b))
    with np.errstate(invalid="ignore", over="ignore"):
        each = np.abs(np.subtract(a, b, dtype="float64"))
    each = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, each)
    absolute = math.inf if np.isnan(each).any() else float(np.max(each))
    return {
        "equal": equal,
        "absolute": absolute,
        "relative": absolute / size if absolute and size else absolute and math.inf,
        "ulp": int(np.max(ulp_distance(a, b))),
    }


def largest_number(array: Array | None) -> float:
    """The largest finite |x|; 0 of an array that holds no floats."""
    if array is None or array.dtype.kind != "f":
        return 0.0
    return float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))


def _ladder(x: Array) -> Array:
    """Sign-and-magnitude bits as int64 that grow with x, consecutive for neighbouring floats."""
    bits = np.atleast_1d(x).view(f"int{8 * x.dtype.itemsize}").astype("int64").reshape(x.shape)
    lowest = np.int64(-(2 ** (8 * x.dtype.itemsize - 1)))
    return np.where(bits < 0, lowest - bits, bits)
