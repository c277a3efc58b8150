"""Which cells of an axis are weighted, and how, when it is enlarged by a whole factor s.

The new cell i lies at the old position (i + ½) / s − ½ and is a weighted sum of a few old cells,
its *taps*.

    bilinear             two taps; the weights are the distances to the other one
    bicubic              four taps; Keys' cubic convolution with a = −½
    lanczos3, lanczos5   taps closer than r = 3 or 5; r sin(πt) sin(πt / r) / (πt)²

Taps beyond an edge do not count; except for bilinear, the weights are then divided by their sum.

Parity: weights are float32.  A cubic one is read from a table, at the nearest of 1,024 positions.
Sources: Keys, "Cubic convolution interpolation for digital image processing"; TensorFlow,
``resize_bilinear_op.cc``, ``resize_bicubic_op.cc``, ``scale_and_translate_op.cc``.
"""

from __future__ import annotations

import functools

import numpy as np

from minikeras.twins import twin
from minikeras.types import Array

INTERPOLATIONS = ("bilinear", "bicubic", "lanczos3", "lanczos5")
Taps = tuple[Array, Array]  # numbers of old cells and weights, (new cells, taps)

_float = np.float32
_PI, _HALF = _float(3.14159265359), _float(0.5)
_STEPS = 1024  # of the table of cubic weights


@functools.lru_cache(maxsize=64)
def taps_of(n: int, factor: int, interpolation: str) -> Taps:
    """The taps of all n · factor new cells."""
    centres = np.arange(n * factor).astype(_float) + _HALF
    if interpolation.startswith("lanczos"):
        return _lanczos_taps(centres * (1 / _float(factor)), n, int(interpolation[-1]))
    positions = centres * (_float(n) / _float(n * factor)) - _HALF
    low = np.floor(positions)
    part, low = positions - low, low.astype(int)
    if interpolation == "bicubic":
        return _normalized(low[:, None] + np.arange(-1, 3), _cubic_weights(part), n)
    high = np.ceil(positions).astype(int)
    numbers = np.stack([np.maximum(low, 0), np.minimum(high, n - 1)], -1)
    return numbers, np.stack([1 - part, part], -1)


def _cubic_weights(part: Array) -> Array:
    """Of the four cells around a position that lies by ``part`` beyond the second of them."""
    a, steps = -0.5, (np.arange(_STEPS + 1) / _STEPS).astype(_float)
    t = steps.astype(float)
    inner = (((a + 2) * t - (a + 3)) * t * t + 1).astype(_float)
    t = (steps + 1).astype(_float).astype(float)
    outer = (((a * t - 5 * a) * t + 8 * a) * t - 4 * a).astype(_float)
    step = np.rint(part * _STEPS).astype(int)
    return np.stack([outer[step], inner[step], inner[_STEPS - step], outer[_STEPS - step]], -1)


def _lanczos_taps(centres: Array, n: int, radius: int) -> Taps:
    """``centres`` of the new cells, in units of old ones."""
    r = _float(radius)
    numbers = np.ceil(centres - r - _HALF).astype(int)[:, None] + np.arange(2 * radius + 1)
    t = np.abs(numbers.astype(_float) + _HALF - centres[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        waves = r * sine(_PI * t) * sine(_PI * t / r) / (_PI * _PI * t * t)
    weights = np.where(t > r, _float(0), np.where(t <= 1e-3, _float(1), waves))
    return _normalized(numbers, weights, n)


@twin("minikeras.kernels.resize:sine")
def sine(x: Array) -> Array:
    return np.sin(x)


def _normalized(numbers: Array, weights: Array, n: int) -> Taps:
    """Without cells beyond the edges; the weights of each new cell then add up to 1."""
    weights = np.where((numbers >= 0) & (numbers < n), weights, _float(0))
    total = functools.reduce(np.add, weights.T)
    return np.clip(numbers, 0, n - 1), weights * (1 / total)[:, None]


@functools.lru_cache(maxsize=64)
def transposed_taps(n: int, factor: int, interpolation: str) -> Taps:
    """For each old cell: the new cells that it is a tap of, ascending, and its weights there."""
    numbers, weights = taps_of(n, factor, interpolation)
    by_old = np.zeros((n, n * factor), _float)
    np.add.at(by_old, (numbers, np.arange(n * factor)[:, None]), weights)
    meets = by_old != 0
    first, last = meets.argmax(1), n * factor - meets[:, ::-1].argmax(1)
    new = first[:, None] + np.arange((last - first).max())
    found = np.minimum(new, n * factor - 1)
    return found, np.where(new == found, np.take_along_axis(by_old, found, 1), _float(0))
