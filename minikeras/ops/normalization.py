"""Moments and the normalizations built on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes, frames, settings, shapes
from minikeras.autograd.listeners import is_taped
from minikeras.messages import describe
from minikeras.ops.arithmetic import with_addends
from minikeras.ops.core import cast, is_named_first, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.linear_algebra import norm
from minikeras.ops.primitives.arithmetic import (
    divide,
    maximum,
    minimum,
    rsqrt,
    square,
    squared_difference,
)
from minikeras.ops.primitives.conversion import stop_gradient
from minikeras.ops.primitives.normalization import normalize_by_moments, normalize_by_size
from minikeras.ops.reduction import mean, sum, var
from minikeras.ops.reshaping import expand_dims, reshape, squeeze
from minikeras.types import TensorLike


@operation("ops.nn")
def moments(
    x: TensorLike, axes: Any, keepdims: bool = False, synchronized: bool = False
) -> tuple[TensorLike, TensorLike]:
    """Mean and population variance along `axes`.

    Parity: the mean inside the variance is not differentiated, which would contribute zero; half
    precision is computed in float32.  `synchronized` has no effect in one process.
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


@operation("ops.nn")
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
    scaled, shift = x * cast(inv, x.dtype), cast(shift, x.dtype)
    return with_addends(scaled + shift, lambda: (scaled, shift))


def by_its_moments(
    x: TensorLike, gamma: TensorLike, beta: TensorLike, axes: tuple[int, ...], epsilon: float
) -> tuple[TensorLike, TensorLike, TensorLike]:
    """``normalize_by_moments`` with scale 1 and shift 0 in place of None."""
    if beta is None:
        beta = np.zeros(1 if gamma is None else gamma.shape, x.dtype)
    if gamma is None:
        gamma = np.ones(1, x.dtype)
    y, m, v = normalize_by_moments(x, gamma, beta, axes=axes, epsilon=epsilon)
    with_addends(y, lambda: _addends(x, gamma, beta, m, v, axes=axes, epsilon=epsilon))
    return y, m, v


def _addends(*tensors: TensorLike, axes: tuple[int, ...], epsilon: float) -> tuple[TensorLike, ...]:
    """What a compiled function adds in ``normalize_by_moments``."""
    x, gamma, beta, m, v = map(stop_gradient, tensors)
    shape = shapes.reduced(x.shape, axes, True)
    inv = rsqrt(reshape(v, shape) + epsilon) * gamma
    scaled, shift = x * inv, reshape(m, shape) * inv
    if 0 in axes:
        return scaled, beta - shift
    return reshape(beta, (1,) * (len(x.shape) - len(beta.shape)) + beta.shape), -shift, scaled


@operation("ops.nn")
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
        frames.warn(
            "`rms_scaling=True` is deprecated: it divides by the deviation, not by the root mean "
            "square; use `ops.rms_normalization`"
        )
        y = x * rsqrt(var(x, axes, True) + epsilon)
        return cast(y if gamma is None else y * spread(gamma), dtype)
    along = shapes.normalize_axes(axes, rank)
    return cast(by_its_moments(x, spread(gamma), spread(beta), along, epsilon)[0], dtype)


@operation("ops.nn")
def rms_normalization(
    x: TensorLike, scale: TensorLike = None, axis: Any = -1, epsilon: float | None = None
) -> TensorLike:
    """y = x scale / √(mean x² + ε) along `axis`, computed in at least float32."""
    x = tensor(x)
    dtype = x.dtype
    x = cast(x, dtypes.result_type(dtype, "float32"))
    epsilon = settings.epsilon() if epsilon is None else epsilon
    x = expand_dims(x, 0) if not len(x.shape) else x
    scale = np.ones(1, x.dtype) if scale is None else tensor(scale, x.dtype)
    axes = shapes.normalize_axes(axis, len(x.shape))
    x_first = None if is_taped() else is_named_first(x)
    y = normalize_by_size(x, scale, axes=axes, epsilon=epsilon, x_first=x_first)
    return cast(y, dtype)


def inverse_norm(x: TensorLike, axis: Any, epsilon: float) -> TensorLike:
    """min(1 / ‖x‖, 1 / ε)"""
    return minimum(rsqrt(sum(square(x), axis, True)), 1.0 / epsilon)


@operation("ops.nn")
def normalize(
    x: TensorLike, axis: Any = -1, order: int = 2, epsilon: float | None = None
) -> TensorLike:
    """x divided by its norm along `axis`, which counts as at least ε.

    Raises ValueError unless `order` is an int ≥ 1.

    Parity: for order 2 the result is x · min(1 / ‖x‖, 1 / ε).
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"Argument `order` must be an int >= 1. Received: order={describe(order)}")
    x = tensor(x)
    x = expand_dims(x, 0) if not len(x.shape) else x
    epsilon = settings.epsilon() if epsilon is None else epsilon
    if order == 2:
        return x * inverse_norm(x, axis, epsilon)
    return divide(x, maximum(norm(x, order, axis, True), epsilon))
