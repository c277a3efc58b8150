"""Images brought to another size; the weights: ``resampling.py``.

The maps are linear.  Each and its transpose are each other's derivatives.

Parity: all but "nearest" return float32, whatever the input is.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.resampling import Taps, inverse_area, nearest, taps_of, transposed_taps
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import Sizes


def _of_size(x: Shape, *, size: Sizes, **_: Any) -> Shape:
    return (x[0], *size, x[3])


@primitive(dtype=separate, out="float32")
def interpolate(x: Array, *, size: Sizes, interpolation: str, antialias: bool) -> Array:
    """Each image with size[0] rows and size[1] columns.

    y[n, i, j, c] = Σ_p Σ_q  u[i, p] · v[j, q] · x[n, rows[i, p], columns[j, q], c]
    """
    rows, columns = (
        taps_of(n, m, interpolation, antialias) for n, m in zip(x.shape[1:3], size, strict=True)
    )
    return _weighted(_weighted(x.astype(np.float32), rows, 1), columns, 2)


def _weighted(x: Array, taps: Taps, axis: int) -> Array:
    """The weighted sums of the taps along an axis."""
    shape = [-1 if a == axis else 1 for a in range(x.ndim)]
    terms = (x.take(cells, axis) * w.reshape(shape) for cells, w in zip(*(t.T for t in taps)))
    return functools.reduce(np.add, terms)


@interpolate.shape
def interpolate_shape(x: Shape, *, size: Sizes, interpolation: str, antialias: bool) -> Shape:
    return _of_size(x, size=size)


@interpolate.vjp
def interpolate_vjp(
    dy: Array, y: Array, x: Array, *, size: Sizes, interpolation: str, antialias: bool
) -> TensorLike:
    how: Any = {"interpolation": interpolation, "antialias": antialias}
    kind = x.dtype.name
    return interpolate_gradient.compute(dy, size=tuple(x.shape[1:3]), **how, kind=kind)


@primitive(dtype=separate)
def interpolate_gradient(
    dy: Array, *, size: Sizes, interpolation: str, antialias: bool, kind: str
) -> Array:
    """The transpose of ``interpolate`` on images of ``size``.

    kind: their dtype, which the result has; of float64 the sums have it, too.
    """
    rows, columns = (
        transposed_taps(n, m, interpolation, antialias)
        for n, m in zip(size, dy.shape[1:3], strict=True)
    )
    dx = _weighted(_weighted(dy, rows, 1), columns, 2)
    return dx.astype(kind)


@interpolate_gradient.shape
def interpolate_gradient_shape(
    dy: Shape, *, size: Sizes, interpolation: str, antialias: bool, kind: str
) -> Shape:
    return _of_size(dy, size=size)


@interpolate_gradient.vjp
def interpolate_gradient_vjp(
    ddx: Array,
    dx: Array,
    dy: Array,
    *,
    size: Sizes,
    interpolation: str,
    antialias: bool,
    kind: str,
) -> TensorLike:
    how: Any = {"interpolation": interpolation, "antialias": antialias}
    return interpolate.compute(ddx, size=tuple(dy.shape[1:3]), **how)


for _primitive in (interpolate, interpolate_gradient):
    _primitive.fast("minikeras.kernels.resize", rules="forward")


@primitive(dtype=separate, shape=_of_size)
def nearest_pixels(x: Array, *, size: Sizes) -> Array:
    """y[n, i, j, c] = x[n, ⌊(i + ½) / s⌋, ⌊(j + ½) / t⌋, c] for the factors s and t"""
    rows, columns = (nearest(n, m) for n, m in zip(x.shape[1:3], size, strict=True))
    return x.take(rows, 1).take(columns, 2)


@nearest_pixels.vjp
def nearest_pixels_vjp(dy: Array, y: Array, x: Array, *, size: Sizes) -> TensorLike:
    return nearest_pixels_gradient.compute(dy, size=tuple(x.shape[1:3]))


@primitive(dtype=separate, shape=_of_size)
def nearest_pixels_gradient(dy: Array, *, size: Sizes) -> Array:
    """The transpose of ``nearest_pixels`` on images of ``size``."""
    dx = np.zeros((len(dy), *size, dy.shape[3]), dy.dtype)
    rows, columns = (nearest(n, m) for n, m in zip(size, dy.shape[1:3], strict=True))
    key: Any = (slice(None), rows[:, None], columns)
    np.add.at(dx, key, dy)
    return dx


@nearest_pixels_gradient.vjp
def nearest_pixels_gradient_vjp(ddx: Array, dx: Array, dy: Array, *, size: Sizes) -> TensorLike:
    return nearest_pixels.compute(ddx, size=tuple(dy.shape[1:3]))


@primitive(dtype=separate, out="float32", shape=_of_size, constant=True)
def covered_means(x: Array, *, size: Sizes) -> Array:
    """The mean of the old pixels that each new one covers, weighted by the parts covered.

    Parity: without a gradient, which TensorFlow does not define.
    """
    rows, columns = (taps_of(n, m, "area") for n, m in zip(x.shape[1:3], size, strict=True))
    sums = _weighted(_weighted(x.astype(np.float32), columns, 2), rows, 1)
    return sums * inverse_area(x.shape, size)


covered_means.fast("minikeras.kernels.resize", rules="forward")
