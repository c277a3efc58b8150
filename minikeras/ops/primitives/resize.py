"""Enlarging images by whole factors, with interpolation; the weights: ``resampling.py``.

The map is linear, so it and ``interpolate_gradient``, its transpose, are each other's derivatives.

Parity: the result is float32, whatever the input is.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.resampling import Taps, taps_of, transposed_taps
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import Sizes


@primitive(dtype=separate, out="float32")
def interpolate(x: Array, *, sizes: Sizes, interpolation: str) -> Array:
    """Each image with sizes[0] times the rows and sizes[1] times the columns.

    y[n, i, j, c] = Σ_p Σ_q  u[i, p] · v[j, q] · x[n, rows[i, p], columns[j, q], c]
    """
    rows, columns = (
        taps_of(n, size, interpolation) for n, size in zip(x.shape[1:3], sizes, strict=True)
    )
    return _weighted(_weighted(x.astype(np.float32), rows, 1), columns, 2)


def _weighted(x: Array, taps: Taps, axis: int) -> Array:
    """The weighted sums of the taps along an axis."""
    shape = [-1 if a == axis else 1 for a in range(x.ndim)]
    terms = (x.take(cells, axis) * w.reshape(shape) for cells, w in zip(*(t.T for t in taps)))
    return functools.reduce(np.add, terms)


@interpolate.shape
def interpolate_shape(x: Shape, *, sizes: Sizes, interpolation: str) -> Shape:
    space = (n if n is None else n * size for n, size in zip(x[1:3], sizes))
    return (x[0], *space, x[3])


@interpolate.vjp
def interpolate_vjp(
    dy: Array, y: Array, x: Array, *, sizes: Sizes, interpolation: str
) -> TensorLike:
    how: Any = {"sizes": sizes, "interpolation": interpolation}
    return interpolate_gradient.compute(dy, **how, double=x.dtype == np.float64)


@primitive(dtype=separate)
def interpolate_gradient(dy: Array, *, sizes: Sizes, interpolation: str, double: bool) -> Array:
    """The transpose of ``interpolate``; ``double``: of an x in float64, where it adds up."""
    rows, columns = (
        transposed_taps(n // size, size, interpolation)
        for n, size in zip(dy.shape[1:3], sizes, strict=True)
    )
    dx = _weighted(_weighted(dy, rows, 1), columns, 2)
    return dx.astype(np.float64 if double else dy.dtype)


@interpolate_gradient.shape
def interpolate_gradient_shape(
    dy: Shape, *, sizes: Sizes, interpolation: str, double: bool
) -> Shape:
    space = (n if n is None else n // size for n, size in zip(dy[1:3], sizes))
    return (dy[0], *space, dy[3])


@interpolate_gradient.vjp
def interpolate_gradient_vjp(
    ddx: Array, dx: Array, dy: Array, *, sizes: Sizes, interpolation: str, double: bool
) -> TensorLike:
    return interpolate.compute(ddx, sizes=sizes, interpolation=interpolation)


for _primitive in (interpolate, interpolate_gradient):
    _primitive.fast("minikeras.kernels.resize", rules="forward")
