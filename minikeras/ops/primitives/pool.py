"""Pooling over any number of spatial axes.

As in ``conv.py`` the maps are closed under differentiation and know neither padding nor layouts:
``spread`` is the transpose of ``window_sum``, ``spread_to_winners`` that of ``pick_winners``.
"""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import floating, promote
from minikeras.ops.declarations import primitive
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import Sizes, Window, counts, taps


def _pooled(x: Shape, *, size: Sizes, strides: Sizes) -> Shape:
    batch, *space, channels = x
    return (batch, *counts(tuple(space), size, strides, (1,) * len(size)), channels)


def _windows(shape: Shape, size: Sizes, strides: Sizes) -> list[Window]:
    """For each tap, in row-major order, the cells that it meets in an array of ``shape``."""
    ones = (1,) * len(size)
    out = counts(shape[1:-1], size, strides, ones)
    return [window for _, window in taps(size, out, strides, ones)]  # type: ignore[arg-type]  # arrays have known sizes


def _visits(windows: list[Window], size: Sizes) -> list[int]:
    """The numbers of the taps, in the order in which TensorFlow adds the windows of a cell.

    Row by row; over volumes with the first axis fastest.  (Later windows meet a cell with earlier
    taps.)
    """
    numbers = np.arange(len(windows)).reshape(size)
    return [*(numbers.T if len(size) == 3 else numbers).reshape(-1)[::-1]]


@primitive(dtype=promote)
def max_window(x: Array, *, size: Sizes, strides: Sizes) -> Array:
    """The largest value of each window.

    y[n, i, c] = max over p of x[n, i·s + p, c]          dx: dy goes to the winner

    Parity: of several equal values the first in row-major order wins; over volumes (three spatial
    axes) all values within 1e-5 of the largest win, and each receives the whole of dy.
    Source: TensorFlow, ``pooling_ops_3d.cc``, LaunchMaxPooling3dGradOp.
    """
    first, *others = _windows(x.shape, size, strides)
    y = x[first].copy()
    for window in others:
        np.maximum(y, x[window], out=y)
    return y


max_window.shape(_pooled)


@max_window.vjp
def max_window_vjp(dy: Array, y: Array, x: Array, **windows: Sizes) -> Array:
    return spread_to_winners.compute(dy, x, **windows)


@primitive(dtype=promote)
def spread_to_winners(dy: Array, x: Array, *, size: Sizes, strides: Sizes) -> Array:
    """Add each dy[n, i, c] to the cell that wins window i of x."""
    dx = np.zeros_like(x)
    windows = _windows(x.shape, size, strides)
    wins = _wins(x, windows, len(size))
    for p in _visits(windows, size):
        dx[windows[p]] += np.where(wins[p], dy, 0)
    return dx


@spread_to_winners.shape
def spread_to_winners_shape(dy: Shape, x: Shape, **windows: Sizes) -> Shape:
    return x


@spread_to_winners.vjp
def spread_to_winners_vjp(
    ddx: Array, dx: Array, dy: Array, x: Array, **windows: Sizes
) -> TensorLike:
    return pick_winners.compute(ddx, x, **windows), None


@primitive(dtype=promote)
def pick_winners(g: Array, x: Array, *, size: Sizes, strides: Sizes) -> Array:
    """The value of g where each window of x has its winner."""
    windows = _windows(x.shape, size, strides)
    wins = _wins(x, windows, len(size))
    return np.sum([np.where(w, g[window], 0) for w, window in zip(wins, windows)], axis=0)


@pick_winners.shape
def pick_winners_shape(g: Shape, x: Shape, **windows: Sizes) -> Shape:
    return _pooled(x, **windows)


@pick_winners.vjp
def pick_winners_vjp(dy: Array, y: Array, g: Array, x: Array, **windows: Sizes) -> TensorLike:
    return spread_to_winners.compute(dy, x, **windows), None


def _wins(x: Array, windows: list[Window], rank: int) -> Array:
    """For each tap a mask of the windows that it wins."""
    values = np.stack([x[window] for window in windows])
    if rank == 3:
        return values - values.max(0) > -1e-5
    numbers = np.arange(len(windows)).reshape(-1, *[1] * x.ndim)
    return values.argmax(0) == numbers


@primitive(dtype=promote)
def window_sum(x: Array, *, size: Sizes, strides: Sizes) -> Array:
    """y[n, i, c] = Σ_p x[n, i·s + p, c]"""
    y: Array = np.zeros(_pooled(x.shape, size=size, strides=strides), x.dtype)  # type: ignore[arg-type]  # arrays have known sizes
    for window in _windows(x.shape, size, strides):
        y += x[window]
    return y


window_sum.shape(_pooled)


@window_sum.vjp
def window_sum_vjp(dy: Array, y: Array, x: Array, **windows: Sizes) -> Array:
    return spread.compute(dy, space=x.shape[1:-1], **windows)


@primitive(dtype=promote)
def spread(dy: Array, *, space: Sizes, size: Sizes, strides: Sizes) -> Array:
    """Add each dy[n, i, c] to all cells of window i: dx[n, i·s + p, c] += dy[n, i, c]"""
    dx = np.zeros((dy.shape[0], *space, dy.shape[-1]), dy.dtype)
    windows = _windows(dx.shape, size, strides)
    for p in _visits(windows, size):
        dx[windows[p]] += dy
    return dx


@spread.shape
def spread_shape(dy: Shape, *, space: Sizes, **windows: Sizes) -> Shape:
    return (dy[0], *space, dy[-1])


@spread.vjp
def spread_vjp(ddx: Array, dx: Array, dy: Array, *, space: Sizes, **windows: Sizes) -> Array:
    return window_sum.compute(ddx, **windows)


@primitive(dtype=floating)
def mean_window(x: Array, cells: Array, *, size: Sizes, strides: Sizes) -> Array:
    """The sum of each window over the number of its ``cells``, an array that fits (1, *out, 1).

    y[n, i, c] = (Σ_p x[n, i·s + p, c]) / cells[i]
    dx[n, i·s + p, c] += dy[n, i, c] · (1 / cells[i])

    Parity: the gradient multiplies by the rounded reciprocal.
    """
    return window_sum.forward(x, size=size, strides=strides) / cells


@mean_window.shape
def mean_window_shape(x: Shape, cells: Shape, **windows: Sizes) -> Shape:
    return _pooled(x, **windows)


@mean_window.vjp
def mean_window_vjp(dy: Array, y: Array, x: Array, cells: Array, **windows: Sizes) -> TensorLike:
    return spread.compute(dy * (1 / cells), space=x.shape[1:-1], **windows), None


@primitive(dtype=promote)
def upsample(x: Array, *, sizes: Sizes) -> Array:
    """Each cell ``sizes`` times along the spatial axes.

    y[n, i·s + p, c] = x[n, i, c]           dx[n, i, c] = Σ_p dy[n, i·s + p, c]
    """
    for axis, size in enumerate(sizes, 1):
        x = np.repeat(x, size, axis)
    return x


@upsample.shape
def upsample_shape(x: Shape, *, sizes: Sizes) -> Shape:
    space = (n if n is None else n * s for n, s in zip(x[1:-1], sizes))
    return (x[0], *space, x[-1])


@upsample.vjp
def upsample_vjp(dy: Array, y: Array, x: Array, *, sizes: Sizes) -> Array:
    for axis, size in reversed([*enumerate(sizes, 1)]):
        shape = dy.shape
        dy = dy.reshape((*shape[:axis], shape[axis] // size, size, *shape[axis + 1 :]))
        dy = dy.sum(axis=axis + 1)
    return dy


def _is_large_plane(x: Array, *, sizes: Sizes) -> bool:
    return len(sizes) == 2 and x.size > 1 << 12 and x.dtype.char in "fd"


upsample.fast("minikeras.kernels.pool", when=_is_large_plane)


def _is_float_plane(*arrays: Array, size: Sizes, strides: Sizes) -> bool:
    return len(size) < 3 and arrays[0].dtype.char in "fd" and arrays[0].dtype == arrays[-1].dtype


max_window.fast("minikeras.kernels.pool", rules="forward", when=_is_float_plane)
spread_to_winners.fast("minikeras.kernels.pool", rules="forward", when=_is_float_plane)
