"""Images seen through a projective map; the reference: ``ops/primitives/warp.py``.

The position of a pixel is computed once for all channels.  Threads take bands of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.kernels.runtime.compile import flat, internal_kernel, kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.types import Array

_CONSTANT, _NEAREST, _WRAP, _REFLECT = range(4)
_MODES = {"constant": _CONSTANT, "nearest": _NEAREST, "wrap": _WRAP, "reflect": _REFLECT}
_ROWS = 16  # in a band
_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)


def warp(
    x: Array, transforms: Array, *, interpolation: str, fill_mode: str, fill_value: float
) -> Array:
    y = np.empty(x.shape, x.dtype)
    t = np.ascontiguousarray(transforms, np.float32)
    bands = -(-x.shape[1] // _ROWS)
    mode, linear = _MODES[fill_mode], interpolation == "bilinear"
    data = flat(x), t, x.shape, mode, linear, x.dtype.type(fill_value), y.reshape(-1), bands
    _warp(workers_for(16 * x.size), len(x) * bands, data)
    return y


@internal_kernel
def _inside(at: Any, n: int, mode: int) -> Any:
    """A position beyond the edges, brought back."""
    if mode == _CONSTANT:
        return at
    last = np.float32(n - 1)
    if mode != _NEAREST and n > 1:
        if mode == _REFLECT:
            period = np.float32(2 * n)
            if at < _ZERO:
                at = period * np.float32(np.int64(-at / period)) + at
                at = at + period if at < np.float32(-n) else -at - _ONE
            elif at > last:
                at -= period * np.float32(np.int64(at / period))
                if at >= np.float32(n):
                    at = period - at - _ONE
        elif at < _ZERO:
            at += np.float32(n) * (np.float32(np.int64(-at / last)) + _ONE)
        elif at > last:
            at -= np.float32(n) * np.float32(np.int64(at / last))
    return min(max(at, _ZERO), last)


@internal_kernel
def _whole(at: Any) -> Any:
    """The nearest whole number; halves go away from zero."""
    return np.floor(at + _HALF) if at >= _ZERO else -np.floor(_HALF - at)


@internal_kernel
def _at(row: Any, column: Any, height: int, width: int) -> Any:
    """The number of a pixel in its image; −1 outside."""
    if row >= _ZERO and row < height and column >= _ZERO and column < width:
        return np.int64(row) * width + np.int64(column)
    return np.int64(-1)


@kernel
def _warp_part(
    start: int,
    stop: int,
    x: Array,
    transforms: Array,
    shape: Any,
    mode: int,
    linear: bool,
    fill: Any,
    y: Array,
    bands: int,
) -> None:
    _, height, width, channels = shape
    for part in range(start, stop):
        n, first = part // bands, part % bands * _ROWS
        t = transforms[n if len(transforms) > 1 else 0]
        image = n * height * width * channels
        for i in range(first, min(first + _ROWS, height)):
            for j in range(width):
                here = image + (i * width + j) * channels
                row, column = np.float32(i), np.float32(j)
                k = t[6] * column + t[7] * row + _ONE
                if k == _ZERO:
                    for c in range(channels):
                        y[here + c] = fill
                    continue
                u = (t[0] * column + t[1] * row + t[2]) / k
                v = (t[3] * column + t[4] * row + t[5]) / k
                u, v = _inside(u, width, mode), _inside(v, height, mode)
                if not linear:
                    cell = _at(_whole(v), _whole(u), height, width)
                    for c in range(channels):
                        y[here + c] = fill if cell < 0 else x[image + cell * channels + c]
                    continue
                left, top = np.floor(u), np.floor(v)
                right, bottom = left + _ONE, top + _ONE
                a, b, far_a, far_b = u - left, v - top, right - u, bottom - v
                nw, ne = _at(top, left, height, width), _at(top, right, height, width)
                sw, se = _at(bottom, left, height, width), _at(bottom, right, height, width)
                for c in range(channels):
                    at = image + c
                    p = np.float32(fill if nw < 0 else x[at + nw * channels])
                    q = np.float32(fill if ne < 0 else x[at + ne * channels])
                    r = np.float32(fill if sw < 0 else x[at + sw * channels])
                    s = np.float32(fill if se < 0 else x[at + se * channels])
                    upper, lower = far_a * p + a * q, far_a * r + a * s
                    y[here + c] = far_b * upper + b * lower


@kernel
def _warp(workers: int, parts: int, data: Any) -> None:
    run_parts(workers, _warp_part, parts, data)
