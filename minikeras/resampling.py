"""Which cells of an axis are weighted, and how, when its n old cells become m new ones.

With s = m / n, the new cell i lies at the old position (i + ½) / s − ½ and is a weighted sum of a
few old cells, its *taps*.

    bilinear             two taps; the weights are the distances to the other one
    bicubic              four taps; Keys' cubic convolution with a = −½
    lanczos3, lanczos5   taps closer than r = 3 or 5; r sin(πt) sin(πt / r) / (πt)²
    gaussian             taps closer than 1.5; exp(−2t²)
    mitchellcubic        four taps; Mitchell's and Netravali's cubic with B = C = ⅓
    area                 all cells that the new one covers; the weights are the parts covered

``antialias`` stretches the kernel over n / m cells where m < n.  Taps beyond an edge do not count;
except for bilinear and area, the weights are then divided by their sum.

Parity: weights are float32.  A cubic one is read from a table, at the nearest of 1,024 positions,
unless ``antialias`` is set.
Sources: Keys, "Cubic convolution interpolation for digital image processing"; Mitchell and
Netravali, "Reconstruction filters in computer graphics"; TensorFlow, ``resize_bilinear_op.cc``,
``resize_bicubic_op.cc``, ``scale_and_translate_op.cc``, ``resize_area_op.cc``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from minikeras.twins import twin
from minikeras.types import Array

INTERPOLATIONS = ("bilinear", "bicubic", "lanczos3", "lanczos5")
ONLY_OF_DATA_SETS = ("gaussian", "mitchellcubic")  # those that Keras takes nowhere else
Taps = tuple[Array, Array]  # numbers of old cells and weights, (new cells, taps)

_float = np.float32
_PI, _HALF = _float(3.14159265359), _float(0.5)
_STEPS = 1024  # of the table of cubic weights


@functools.lru_cache(maxsize=64)
def taps_of(n: int, m: int, interpolation: str, antialias: bool = False) -> Taps:
    """The taps of all m new cells."""
    if interpolation == "area":
        return _covered(n, m)
    centres = np.arange(m).astype(_float) + _HALF
    if is_by_kernel(interpolation, antialias):
        return _kernel_taps(centres, n, m, interpolation, antialias)
    positions = centres * (_float(n) / _float(m)) - _HALF
    low = np.floor(positions)
    part, low = positions - low, low.astype(int)
    if interpolation == "bicubic":
        return _normalized(low[:, None] + np.arange(-1, 3), _cubic_weights(part), n)
    high = np.ceil(positions).astype(int)
    numbers = np.stack([np.maximum(low, 0), np.minimum(high, n - 1)], -1)
    return numbers, np.stack([1 - part, part], -1)


def is_by_kernel(interpolation: str, antialias: bool) -> bool:
    """Whether the weights are those of a kernel of the distance, in TensorFlow as well."""
    return antialias or interpolation not in ("bilinear", "bicubic")


def nearest(n: int, m: int) -> Array:
    """The old cell of each new one, for interpolation "nearest"."""
    places = (np.arange(m).astype(_float) + _HALF) * (_float(n) / _float(m))
    return np.minimum(np.floor(places).astype(int), n - 1)


def inverse_area(shape: Sequence[int], size: Sequence[int]) -> np.float32:
    """One divided by how many old cells of an image (batch, n, m, ...) a new cell covers."""
    down, across = (_float(n) / _float(m) for n, m in zip(shape[1:3], size, strict=True))
    return _float(1 / float(down * across))


def _covered(n: int, m: int) -> Taps:
    """The parts of the old cells that each new one covers, in units of an old one."""
    width = _float(n) / _float(m)
    start = np.arange(m).astype(_float) * width
    stop = np.arange(1, m + 1).astype(_float) * width
    first, last = np.floor(start).astype(int), np.ceil(stop).astype(int)
    numbers = first[:, None] + np.arange((last - first).max())
    i = numbers.astype(_float)
    start, stop = start[:, None], stop[:, None]
    from_start = np.where(i + 1 > stop, width, i + 1 - start)
    from_cell = np.where(i + 1 > stop, stop - i, _float(1))
    weights = np.where(i < start, from_start, from_cell)
    return np.clip(numbers, 0, n - 1), np.where(numbers < last[:, None], weights, _float(0))


def _cubic_weights(part: Array) -> Array:
    """Of the four cells around a position that lies by ``part`` beyond the second of them."""
    a, steps = -0.5, (np.arange(_STEPS + 1) / _STEPS).astype(_float)
    t = steps.astype(float)
    inner = (((a + 2) * t - (a + 3)) * t * t + 1).astype(_float)
    t = (steps + 1).astype(_float).astype(float)
    outer = (((a * t - 5 * a) * t + 8 * a) * t - 4 * a).astype(_float)
    step = np.rint(part * _STEPS).astype(int)
    return np.stack([outer[step], inner[step], inner[_STEPS - step], outer[_STEPS - step]], -1)


def _kernel_taps(centres: Array, n: int, m: int, interpolation: str, antialias: bool) -> Taps:
    """Taps weighted by a function of their distance t; ``centres`` in units of new cells."""
    inverse = _float(1.0 / float(_float(m) / _float(n)))
    stretch = max(inverse, _float(1)) if antialias else _float(1)
    radius, weight = KERNELS[interpolation]
    centres, reach = centres * inverse, _float(radius) * stretch
    first = np.ceil(centres - reach - _HALF).astype(int)
    last = np.floor(centres + reach - _HALF).astype(int)
    numbers = first[:, None] + np.arange((last - first).max() + 1)
    t = np.abs((numbers.astype(_float) + _HALF - centres[:, None]) * (1 / stretch))
    return _normalized(numbers, np.where(numbers <= last[:, None], weight(t), _float(0)), n)


def _triangle(t: Array) -> Array:
    return np.where(t < 1, 1 - t, _float(0))


def _keys(t: Array) -> Array:
    inner = ((_float(1.5) * t - _float(2.5)) * t) * t + 1
    outer = ((_float(-0.5) * t + _float(2.5)) * t - 4) * t + 2
    return np.where(t >= 2, _float(0), np.where(t >= 1, outer, inner))


def _lanczos(t: Array, radius: int) -> Array:
    r = _float(radius)
    with np.errstate(invalid="ignore", divide="ignore"):
        waves = r * sine(_PI * t) * sine(_PI * t / r) / (_PI * _PI * t * t)
    return np.where(t > r, _float(0), np.where(t <= 1e-3, _float(1), waves))


def _gaussian(t: Array) -> Array:
    bell = np.exp((-t * t).astype(float) / (2.0 * 0.25)).astype(_float)
    return np.where(t >= _float(1.5), _float(0), bell)


def _mitchell(t: Array) -> Array:
    inner = ((_float(7 / 6) * t - 2) * t) * t + _float(8 / 9)
    outer = ((_float(-7 / 18) * t + 2) * t - _float(10 / 3)) * t + _float(16 / 9)
    return np.where(t >= 2, _float(0), np.where(t >= 1, outer, inner))


# For each interpolation the radius of its kernel and the kernel.
KERNELS: dict[str, tuple[float, Callable[[Array], Array]]] = {
    "bilinear": (1, _triangle),
    "bicubic": (2, _keys),
    "lanczos3": (3, functools.partial(_lanczos, radius=3)),
    "lanczos5": (5, functools.partial(_lanczos, radius=5)),
    "gaussian": (1.5, _gaussian),
    "mitchellcubic": (2, _mitchell),
}


@twin("minikeras.kernels.resize:sine")
def sine(x: Array) -> Array:
    return np.sin(x)


def _normalized(numbers: Array, weights: Array, n: int) -> Taps:
    """Without cells beyond the edges; the weights of each new cell then add up to 1."""
    weights = np.where((numbers >= 0) & (numbers < n), weights, _float(0))
    total = functools.reduce(np.add, weights.T)
    return np.clip(numbers, 0, n - 1), weights * (1 / total)[:, None]


@functools.lru_cache(maxsize=64)
def transposed_taps(n: int, m: int, interpolation: str, antialias: bool = False) -> Taps:
    """For each old cell: the new cells that it is a tap of, ascending, and its weights there."""
    numbers, weights = taps_of(n, m, interpolation, antialias)
    by_old = np.zeros((n, m), _float)
    np.add.at(by_old, (numbers, np.arange(m)[:, None]), weights)
    meets = by_old != 0
    first, last = meets.argmax(1), m - meets[:, ::-1].argmax(1)
    new = first[:, None] + np.arange((last - first).max())
    found = np.minimum(new, m - 1)
    return found, np.where(new == found, np.take_along_axis(by_old, found, 1), _float(0))
