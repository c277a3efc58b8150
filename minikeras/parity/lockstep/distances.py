"""How far two arrays are apart, by each measure of ``Distances``."""

from __future__ import annotations

import math

import numpy as np

from minikeras.parity.distance import ulp_distance
from minikeras.parity.lockstep.results import Distances
from minikeras.types import Array


def equal(a: Array, b: Array) -> bool:
    """Whether two arrays hold the same numbers; any NaN equals any other."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind != "O" and a.tobytes() == b.tobytes():
        return True
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    return bool(np.array_equal(a, b, equal_nan=True))


def distances(a: Array, b: Array) -> Distances:
    """The distances of minikeras's array ``a`` from Keras's ``b``, of one shape and dtype."""
    if equal(a, b):
        return Distances(equal=True, factor=0.0)
    if a.dtype.kind == "O":  # text
        return Distances(False, None, None, math.inf, math.inf, 0.0)
    if a.dtype.kind not in "fV":  # labels, seeds, states: there is no rounding between them
        apart = _largest(np.abs(a.astype("float64") - b.astype("float64")))
        return Distances(False, None, None, apart, _relative(a, b), _cosine(a, b))
    steps = _ulps(a, b)
    return Distances(
        equal=False,
        largest_ulp=int(steps.max()),
        median_ulp=float(np.median(steps)),
        absolute=_largest(difference(a, b)),
        relative=_relative(a, b),
        cosine=_cosine(a, b),
    )


def difference(a: Array, b: Array) -> Array:
    """|a − b|, at least in float64; 0 of equal infinities, of two NaNs, ∞ of a number and a NaN."""
    wide = np.longdouble if np.longdouble in (a.dtype, b.dtype) else np.float64
    with np.errstate(all="ignore"):
        d = np.abs(a.astype(wide) - b.astype(wide))
        same = (a == b) | (np.isnan(a) & np.isnan(b))
    return np.where(same, 0.0, np.where(np.isnan(d), np.inf, d))


def _ulps(a: Array, b: Array) -> Array:
    if a.dtype.kind == "V":  # bfloat16, whose bits are the upper half of a float32
        a, b = a.astype("float32"), b.astype("float32")
    return ulp_distance(a, b)


def _largest(d: Array) -> float:
    return float(d.max(initial=0.0))


def _relative(a: Array, b: Array) -> float:
    """‖a − b‖ / ‖b‖"""
    d, size = _norm(difference(a, b)), _norm(b)
    return d / size if size else (math.inf if d else 0.0)


def _cosine(a: Array, b: Array) -> float:
    sizes = _norm(a) * _norm(b)
    if not sizes:
        return 1.0 if _norm(a) == _norm(b) else 0.0
    with np.errstate(all="ignore"):
        return float(np.vdot(a.astype("float64"), b.astype("float64")) / sizes)


def _norm(x: Array) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.sum(np.square(x.astype("float64")))))
