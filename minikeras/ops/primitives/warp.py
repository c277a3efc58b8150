"""Images seen through a projective map of the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import quiet
from minikeras.types import Array, Shape, TensorLike

FILL_MODES = ("constant", "nearest", "wrap", "reflect")
WARPINGS = ("nearest", "bilinear")
_ONE = np.float32(1)


@primitive(dtype=separate)
@quiet
def warp(
    x: Array, transforms: Array, *, interpolation: str, fill_mode: str, fill_value: float
) -> Array:
    """y[n, i, j, c] = x[n, v, u, c], interpolated at the place (u, v) that belongs to (j, i)

        u = (t₀ j + t₁ i + t₂) / k,  v = (t₃ j + t₄ i + t₅) / k,  k = t₆ j + t₇ i + 1

    transforms: (batch, 8) or (1, 8), float32, as all of the arithmetic is.
    fill_mode: what lies beyond the edges: "constant" (``fill_value``), "nearest" (the edge),
        "wrap" (abcd|abcd|abcd) or "reflect" (dcba|abcd|dcba).

    Parity: the gradient is that of TensorFlow, dy through the inverse map, which is the transpose
    only of a map that moves every pixel onto a pixel.  ``transforms`` have none.
    Source: TensorFlow, ``image_ops.h``, and its gradient of ``ImageProjectiveTransformV3``.
    """
    height, width = x.shape[1:3]
    u, v, is_finite = places(transforms, height, width)
    u, v = (inside(place, n, fill_mode) for place, n in ((u, width), (v, height)))
    if interpolation == "nearest":
        y = _read(x, _half_away(v), _half_away(u), fill_value)
    else:
        left, top = np.floor(u), np.floor(v)
        a, b = (u - left)[..., None], (v - top)[..., None]
        far_a, far_b = ((place + 1 - at)[..., None] for place, at in ((left, u), (top, v)))

        def between(row: Array) -> Array:
            first, second = (_read(x, row, column, fill_value) for column in (left, left + 1))
            return far_a * first.astype(np.float32) + a * second.astype(np.float32)

        y = far_b * between(top) + b * between(top + 1)
    return np.where(is_finite[..., None], y, x.dtype.type(fill_value)).astype(x.dtype)


def places(transforms: Array, height: int, width: int) -> tuple[Array, Array, Array]:
    """u and v of each pixel, (batch, height, width), and whether they are finite."""
    t = transforms.astype(np.float32)[:, :, None, None]
    j = np.arange(width, dtype=np.float32)[None, None]
    i = np.arange(height, dtype=np.float32)[None, :, None]
    k = t[:, 6] * j + t[:, 7] * i + _ONE
    u = (t[:, 0] * j + t[:, 1] * i + t[:, 2]) / k
    v = (t[:, 3] * j + t[:, 4] * i + t[:, 5]) / k
    return u, v, k != 0


def inside(place: Array, n: int, fill_mode: str) -> Array:
    """A place beyond the edges of n pixels, brought back as ``fill_mode`` says."""
    if fill_mode == "constant":
        return place
    place = np.nan_to_num(place)  # infinite ones are overwritten later
    last = n - 1
    if fill_mode in ("reflect", "wrap") and n > 1:
        before, after = place < 0, place > last
        if fill_mode == "reflect":
            period = np.float32(2 * n)
            low = np.where(place < period, period * np.trunc(-place / period) + place, place)
            low = np.where(low < -n, low + period, -low - 1)
            high = place - period * np.trunc(place / period)
            high = np.where(high >= n, period - high - 1, high)
        else:
            low = place + n * (np.trunc(-place / np.float32(last)) + 1)
            high = place - n * np.trunc(place / np.float32(last))
        place = np.where(before, low, np.where(after, high, place)).astype(np.float32)
    return np.clip(place, np.float32(0), np.float32(last))


def _half_away(place: Array) -> Array:
    """The nearest whole number; halves go away from zero."""
    return np.copysign(np.floor(np.abs(place) + np.float32(0.5)), place)


def _read(x: Array, rows: Array, columns: Array, fill_value: float) -> Array:
    """The pixels at these places, each with all channels; ``fill_value`` outside of the images."""
    height, width = x.shape[1:3]
    known = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    i, j = (np.where(known, place, 0).astype(int) for place in (rows, columns))
    found = x[np.arange(len(x))[:, None, None], i, j]
    return np.where(known[..., None], found, x.dtype.type(fill_value))


@warp.shape
def warp_shape(x: Shape, transforms: Shape, **_: Any) -> Shape:
    return x


@warp.vjp
def warp_vjp(
    dy: Array,
    y: Array,
    x: Array,
    transforms: Array,
    *,
    interpolation: str,
    fill_mode: str,
    fill_value: float,
) -> TensorLike:
    how: Any = {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": 0.0}
    return warp.compute(dy, _inverses(np.asarray(transforms)), **how), None


def _inverses(transforms: Array) -> Array:
    last = np.ones((len(transforms), 1), np.float32)
    matrices = np.concatenate([transforms.astype(np.float32), last], 1).reshape(-1, 3, 3)
    inverse = np.linalg.inv(matrices)
    return (inverse / inverse[:, 2:, 2:]).reshape(-1, 9)[:, :8]


def _is_float(x: Array, transforms: Array, **_: Any) -> bool:
    return x.dtype.char in "fd" and x.size > 0


warp.fast("minikeras.kernels.warp", rules="forward", when=_is_float)


@primitive(dtype=separate)
def mirror(x: Array, flips: Array, *, axes: tuple[int, ...]) -> Array:
    """The images of a batch, mirrored along the axes where ``flips`` is true for them

    Its own derivative.  axes: counted from the last one.
    """
    y = x.copy()
    for i in np.flatnonzero(flips):
        y[i] = np.flip(x[i], axes)
    return y


@mirror.shape
def mirror_shape(x: Shape, flips: Shape, *, axes: tuple[int, ...]) -> Shape:
    return x


@mirror.vjp
def mirror_vjp(dy: Array, y: Array, x: Array, flips: Array, *, axes: tuple[int, ...]) -> TensorLike:
    return mirror.compute(dy, flips, axes=axes), None
