"""Batch normalization with the moments of the batch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.ops.declarations import primitive
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=dtypes.promote)
def batch_normalize(x: Array, gamma: Array, beta: Array, *, epsilon: float) -> tuple[Array, ...]:
    """Each column of x, its last axis, with its own mean m and population variance v.

    y = γ x̂ + β,  x̂ = (x − m) / √(v + ε)                            returns y, m, v
    dβ = Σ dy,  dγ = Σ dy x̂
    dx = γ (dy − (dβ + x̂ dγ) / n) / √(v + ε) + (dm + 2 (x − m) dv) / n

    x: (..., channels)      γ, β, m, v: (channels,)      n: how many numbers a column has

    Source: Ioffe and Szegedy, 2015.
    """
    rows = tuple(range(x.ndim - 1))
    m = x.mean(rows)
    v = np.square(x - m).mean(rows)
    inv = gamma / np.sqrt(v + x.dtype.type(epsilon))
    return x * inv + (beta - m * inv), m, v


@batch_normalize.shape
def batch_normalize_shape(x: Shape, gamma: Shape, beta: Shape, *, epsilon: float) -> list[Shape]:
    return [x, gamma, gamma]


@batch_normalize.vjp
def batch_normalize_vjp(
    dy: Any, y: Any, x: Array, gamma: Array, beta: Array, *, epsilon: float
) -> TensorLike:
    (dy, dm, dv), (_, m, v) = dy, y
    rows = tuple(range(len(x.shape) - 1))
    n = math.prod(x.shape[:-1])
    inv = 1 / np.sqrt(v + epsilon)
    standard = (x - m) * inv
    dbeta, dgamma = dy.sum(axis=rows), (dy * standard).sum(axis=rows)
    dx = (dy - (dbeta + standard * dgamma) / n) * (gamma * inv)
    return dx + (dm + 2 * (x - m) * dv) / n, dgamma, dbeta


def _is_large_batch(*arrays: Array, epsilon: float) -> bool:
    return arrays[0].size > 1 << 14 and arrays[0].dtype.char in "fd"


batch_normalize.fast("minikeras.kernels.normalization", when=_is_large_batch)
