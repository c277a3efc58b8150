"""Colours as hue, saturation and value."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import quiet
from minikeras.shapes import unchanged
from minikeras.types import Array, TensorLike


@primitive(dtype=separate, shape=unchanged)
@quiet
def hue_saturation_value(x: Array) -> Array:
    """(r, g, b) → (h, s, v), along the last axis

    v = the largest;  s = (v − the smallest) / v;  h = (k + (a − b) / (v − the smallest)) / 6,
    where (k, a, b) = (0, g, b), (2, b, r) or (4, r, g) if r, g or b is the largest; h + 1 if h < 0.

    Parity: the gradient goes to the first of several largest numbers and to the last of several
    smallest; that of s not to a number that is 0.

    Sources: Smith, "Color gamut transform pairs"; TensorFlow, ``colorspace_op.h``, and
    its gradient of ``RGBToHSV``.
    """
    r, g, b = x[..., 0], x[..., 1], x[..., 2]
    largest = np.maximum(np.maximum(r, g), b)
    spread = largest - np.minimum(np.minimum(r, g), b)
    saturation = np.where(largest > 0, spread / largest, 0)
    unit = (1 / spread) * x.dtype.type(1 / 6)
    from_green = unit * (b - r) + x.dtype.type(2 / 6)
    from_blue = unit * (r - g) + x.dtype.type(4 / 6)
    hue = np.where(r == largest, unit * (g - b), np.where(g == largest, from_green, from_blue))
    hue = np.where(spread > 0, hue, 0)
    return np.stack([np.where(hue < 0, hue + 1, hue), saturation, largest], -1).astype(x.dtype)


@hue_saturation_value.vjp
@quiet
def hue_saturation_value_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    r, g, b = x[..., 0], x[..., 1], x[..., 2]
    dh, ds, dv = dy[..., 0], dy[..., 1], dy[..., 2]
    wins = [(r >= g) & (r >= b), (g > r) & (g >= b), (b > r) & (b > g)]
    loses = [(r < g) & (r < b), (g <= r) & (g < b), (b <= r) & (b <= g)]
    high, low = np.maximum(np.maximum(r, g), b), np.minimum(np.minimum(r, g), b)
    spread = high - low
    gray = (spread == 0) | (high <= 0)
    one = np.where(gray, 1, spread)  # a spread that may divide
    sector = np.where(wins[0], g - b, np.where(wins[1], b - r, r - g)) / one
    dh = np.where(gray, 0, dh / (6 * one))
    ds = np.where(high > 0, ds / np.where(high > 0, high, 1), 0)
    dx = []
    for i in range(3):
        is_high, is_low = wins[i].astype(x.dtype), loses[i].astype(x.dtype)
        turn = wins[i - 1].astype(x.dtype) - wins[i - 2].astype(x.dtype)
        from_hue = dh * (turn - sector * (is_high - is_low))
        from_saturation = ds * (is_high * low / np.where(high > 0, high, 1) - is_low)
        from_saturation = np.where(x[..., i] > 0, from_saturation, 0)
        dx.append(dv * is_high + from_saturation + from_hue)
    return np.stack(dx, -1)
