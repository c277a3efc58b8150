"""Moments and the normalisations built on them."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minikeras import dtypes, settings, shapes
from minikeras.autograd import operation, primitive, stop_gradient
from minikeras.ops.arithmetic import divide, maximum, minimum, rsqrt, square, squared_difference
from minikeras.ops.core import cast, tensor
from minikeras.ops.manipulation import expand_dims, reshape, squeeze
from minikeras.ops.reduction import mean, sum, var
from minikeras.types import Array, Shape, TensorLike


@operation
def moments(
    x: TensorLike, axes: Any, keepdims: bool = False, synchronized: bool = False
) -> tuple[TensorLike, TensorLike]:
    """Mean and population variance along `axes`.

    Parity: the mean inside the variance is not differentiated (its share is zero); half precision
    is computed in float32.  `synchronized` has no effect in one process.
    """
    x = tensor(x)
    dtype = x.dtype
    x = cast(x, "float32") if dtype == "float16" else x
    axes = shapes.normalize_axes(axes, len(x.shape))
    m = mean(x, axes, True)
    v = mean(squared_difference(x, stop_gradient(m)), axes, True)
    if not keepdims:
        m, v = squeeze(m, axes), squeeze(v, axes)
    return cast(m, dtype), cast(v, dtype)


@operation
def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: int,
    offset: TensorLike = None,
    scale: TensorLike = None,
    epsilon: float = 1e-3,
) -> TensorLike:
    """y = (x − mean) scale / √(variance + ε) + offset, one number of each for a place on `axis`.

    Computed as x · inv + (offset − mean · inv), inv = scale / √(variance + ε).
    """
    x = tensor(x)
    if axis != -1:
        shape = [1] * len(x.shape)
        shape[axis] = mean.shape[0]
        mean, variance, offset, scale = (
            v if v is None else reshape(v, shape) for v in (mean, variance, offset, scale)
        )
    inv = rsqrt(variance + epsilon)
    if scale is not None:
        inv = inv * scale
    shift = -mean * inv if offset is None else offset - mean * inv
    return x * cast(inv, x.dtype) + cast(shift, x.dtype)


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


def by_its_moments(
    x: TensorLike, gamma: TensorLike, beta: TensorLike, epsilon: float
) -> tuple[TensorLike, TensorLike, TensorLike]:
    """``batch_normalize`` with scale 1 and shift 0 in place of None."""
    size, dtype = x.shape[-1:], x.dtype
    gamma = np.ones(size, dtype) if gamma is None else gamma
    beta = np.zeros(size, dtype) if beta is None else beta
    y, m, v = batch_normalize(x, gamma, beta, epsilon=epsilon)
    return y, m, v


@operation
def layer_normalization(
    x: TensorLike,
    gamma: TensorLike = None,
    beta: TensorLike = None,
    axis: Any = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> TensorLike:
    """y = (x − m) γ / √(v + ε) + β, m and v the moments of x along `axis`.

    Computed as x · inv + (β − m · inv), inv = γ / √(v + ε), in at least float32.
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    x = tensor(x)
    dtype = x.dtype
    x = cast(x, dtypes.result_type(dtype, "float32"))
    epsilon = settings.epsilon() if epsilon is None else epsilon
    rank = len(x.shape)
    axes = sorted(axis) if isinstance(axis, (tuple, list)) else [axis]
    shape = [1] * rank
    for a in axes:
        shape[a] = x.shape[a]

    def spread(v: TensorLike) -> TensorLike:
        if v is None:
            return None
        v = tensor(v, x.dtype)
        return reshape(v, shape) if len(v.shape) != rank and axes != [rank - 1] else v

    if rms_scaling:
        warnings.warn(
            "`rms_scaling=True` is deprecated: it divides by the deviation, not by the root mean "
            "square; use `ops.rms_normalization`",
            stacklevel=3,
        )
        y = x * rsqrt(var(x, axes, True) + epsilon)
        return cast(y if gamma is None else y * spread(gamma), dtype)
    m, v = moments(x, axes, keepdims=True)
    inv = rsqrt(v + epsilon)
    if gamma is not None:
        inv = inv * spread(gamma)
    shift = -m * inv
    if beta is not None:
        shift = shift + spread(beta)
    return cast(x * inv + shift, dtype)


@operation
def rms_normalization(
    x: TensorLike, scale: TensorLike = None, axis: Any = -1, epsilon: float | None = None
) -> TensorLike:
    """y = x scale / √(mean x² + ε) along `axis`, computed in at least float32."""
    x = tensor(x)
    dtype = x.dtype
    x = cast(x, dtypes.result_type(dtype, "float32"))
    epsilon = settings.epsilon() if epsilon is None else epsilon
    x = expand_dims(x, 0) if not len(x.shape) else x
    y = x * rsqrt(mean(square(x), axis, True) + epsilon)
    return cast(y if scale is None else y * tensor(scale, x.dtype), dtype)


@operation
def normalize(
    x: TensorLike, axis: Any = -1, order: int = 2, epsilon: float | None = None
) -> TensorLike:
    """x divided by its norm along `axis`, which counts as at least ε.

    Raises ValueError unless `order` is an int ≥ 1.

    Parity: the Euclidean norm is met by x · min(1 / ‖x‖, 1 / ε).
    """
    from minikeras.ops.products import norm

    if not isinstance(order, int) or order < 1:
        raise ValueError(f"Argument `order` must be an int >= 1. Received: order={order}")
    x = tensor(x)
    x = expand_dims(x, 0) if not len(x.shape) else x
    epsilon = settings.epsilon() if epsilon is None else epsilon
    if order == 2:
        return x * minimum(rsqrt(sum(square(x), axis, True)), 1.0 / epsilon)
    return divide(x, maximum(norm(x, order, axis, True), epsilon))
