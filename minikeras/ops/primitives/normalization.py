"""Normalization by the moments of the input itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.dtypes import promote
from minikeras.ops.declarations import elementwise
from minikeras.ops.primitives.conversion import stop_gradient
from minikeras.types import Array, Shape, TensorLike


def _normalized_shape(
    x: Shape, gamma: Shape, beta: Shape, *, axes: tuple[int, ...], epsilon: float
) -> list[Shape]:
    moments = shapes.reduced(x, axes, False)
    return [x, moments, moments]


@elementwise(dtype=promote, shape=_normalized_shape)
def normalize_by_moments(
    x: Array, gamma: Array, beta: Array, *, axes: tuple[int, ...], epsilon: float
) -> tuple[Array, ...]:
    """The mean m and the population variance v along ``axes`` become 0 and 1, then γ and β apply.

    y = γ x̂ + β,  x̂ = (x − m) / √(v + ε)                            returns y, m, v
    dβ = dy,  dγ = dy x̂,  dx̂ = γ dy,  r = 1 / √(v + ε)
    dm ← dm − r Σ dx̂,  dv ← dv − ½ r³ Σ dx̂ (x − m)
    dx = r dx̂ + (dm + 2 (x − m) dv) / n

    n: how many numbers one mean is taken of.  γ and β broadcast to the shape of x.

    Parity: the last m is a constant to second derivatives, as in ``moments``.

    Source: Ioffe and Szegedy, 2015.
    """
    m = x.mean(axes, keepdims=True)
    v = np.square(x - m).mean(axes, keepdims=True)
    inv = gamma / np.sqrt(v + x.dtype.type(epsilon))
    return x * inv + (beta - m * inv), m.squeeze(axes), v.squeeze(axes)


@normalize_by_moments.vjp
def normalize_by_moments_vjp(
    dy: Any, y: Any, x: Array, gamma: Array, beta: Array, *, axes: tuple[int, ...], epsilon: float
) -> TensorLike:
    shape = shapes.reduced(x.shape, axes, True)
    (dy, dm, dv), m, v = dy, y[1].reshape(shape), y[2].reshape(shape)
    r, slope = 1 / np.sqrt(v + epsilon), gamma * dy
    n = math.prod(x.shape[a] for a in axes)
    dm = dm.reshape(shape) - r * slope.sum(axis=axes, keepdims=True)
    dv = dv.reshape(shape) - (slope * (x - m)).sum(axis=axes, keepdims=True) * (r * r * r) / 2
    dx = slope * r + (dm + 2 * (x - stop_gradient.compute(m)) * dv) / n
    return dx, lambda: dy * (x - m) * r, dy


def _is_fast(x: Array, *factors: Array, axes: tuple[int, ...], epsilon: float) -> bool:
    if x.dtype == np.float32:
        return x.size > 0
    return x.dtype == np.float64 and x.size > 1 << 14 and len(axes) == axes[-1] + 1 == x.ndim - 1


normalize_by_moments.fast(
    "minikeras.kernels.rounding.normalization", rules="forward vjp terms", when=_is_fast
)


def _same_shape(x: Shape, scale: Shape, **static: Any) -> Shape:
    return x


@elementwise(dtype=promote, shape=_same_shape)
def normalize_by_size(
    x: Array, scale: Array, *, axes: tuple[int, ...], epsilon: float, x_first: bool | None
) -> Array:
    """The root mean square along ``axes`` becomes 1, then the scale applies.

    y = x r scale,  r = 1 / √(mean x² + ε)
    dscale = dy x r,  dx = r (slope − x r² mean(slope x)),  slope = dy scale

    x_first: whether the name of x comes before that of r, which decides what TensorFlow multiplies
    first; None where this is differentiated.

    Source: Zhang and Sennrich, 2019.
    """
    r = 1 / np.sqrt(np.square(x).mean(axes, keepdims=True) + x.dtype.type(epsilon))
    return x * r * scale


@normalize_by_size.vjp
def normalize_by_size_vjp(
    dy: Array,
    y: Array,
    x: Array,
    scale: Array,
    *,
    axes: tuple[int, ...],
    epsilon: float,
    x_first: bool | None,
) -> TensorLike:
    r = 1 / np.sqrt(np.square(x).mean(axis=axes, keepdims=True) + epsilon)
    slope = dy * scale
    along = (slope * x).mean(axis=axes, keepdims=True)
    return r * (slope - x * (r * r) * along), lambda: dy * x * r


def _is_float32(x: Array, *scale: Array, **static: Any) -> bool:
    return x.dtype == np.float32 and x.size > 0


normalize_by_size.fast(
    "minikeras.kernels.rounding.normalization", rules="forward vjp terms", when=_is_float32
)
