"""Regression losses: the distance of predictions from their targets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import ops, settings, tf_function
from minikeras.autograd.listeners import is_taped
from minikeras.declare import field
from minikeras.losses.loss import FunctionLoss, aligned
from minikeras.ops.normalization import inverse_norm
from minikeras.types import TensorLike


def mean_squared_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean (y − p)² over the last axis."""
    y, p = aligned(y_true, y_pred)
    return ops.mean(ops.square(y - p), axis=-1)


def mean_absolute_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean |y − p| over the last axis; the derivative at y = p is 0."""
    y, p = aligned(y_true, y_pred)
    return ops.mean(ops.abs(y - p), axis=-1)


def mean_absolute_percentage_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """100 mean |(y − p) / max(|y|, ε)| over the last axis."""
    y, p = aligned(y_true, y_pred)
    epsilon = ops.convert_to_tensor(settings.epsilon(), dtype=p.dtype)
    error = ops.abs((y - p) / ops.maximum(ops.abs(y), epsilon))
    mean = ops.mean(error, axis=-1)
    values = 100.0 * mean
    values._factors = 100.0, mean
    return values


def mean_squared_logarithmic_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean (ln(max(p, ε) + 1) − ln(max(y, ε) + 1))² over the last axis.

    Parity: ε is rounded to float32 first, also for float64 arguments.  TensorFlow's graph optimizer
    rewrites ln(x + 1) into log1p x.
    """
    epsilon = ops.convert_to_tensor(settings.epsilon())
    y, p = (ops.maximum(v, epsilon) for v in aligned(y_true, y_pred))
    in_function = tf_function.is_inside()
    log_p, log_y = (ops.log1p(v) if in_function else ops.log(v + 1.0) for v in (p, y))
    return ops.mean(ops.square(log_p - log_y), axis=-1)


def huber(y_true: TensorLike, y_pred: TensorLike, delta: float = 1.0) -> Any:
    """Quadratic near 0, linear beyond: the mean over the last axis of

    ½ d²            where |d| ≤ δ,      d = p − y
    δ |d| − ½ δ²    elsewhere

    delta: δ, the distance from the target up to which the loss is quadratic.
    """
    y, p = aligned(y_true, y_pred)
    delta = ops.convert_to_tensor(delta, dtype=p.dtype)
    d = p - y
    size = ops.abs(d)
    half = ops.convert_to_tensor(0.5, dtype=p.dtype)
    parabola, linear = half * ops.square(d), delta * size - half * ops.square(delta)
    return ops.mean(ops.where(size <= delta, parabola, linear), axis=-1)


def log_cosh(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean ln cosh d = d + softplus(−2d) − ln 2 over the last axis, d = p − y.

    Parity: ln 2 is rounded to float32 first, also for float64 arguments.  TensorFlow's graph
    optimizer subtracts ln 2 from d.
    """
    y, p = aligned(y_true, y_pred)
    log2 = ops.cast(np.float32(math.log(2)), p.dtype)
    d = p - y
    softplus = ops.softplus(d * -2.0)
    terms = d - log2 + softplus if tf_function.is_inside() else d + softplus - log2
    return ops.mean(terms, axis=-1)


def cosine_similarity(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """−Σ ŷ p̂ along ``axis``, with x̂ = x · min(1/‖x‖, 1/ε).

    axis: the axis along which the vectors lie.

    Parity: a vector of zeros stays zero, and one of length 1e-8 gets the length 0.1 (ε = 1e-7).
    """
    y, p = aligned(y_true, y_pred)
    y_scale, p_scale = (inverse_norm(v, axis, settings.epsilon()) for v in (y, p))
    return -ops.sum(scaled_products(y, y_scale, p, p_scale), axis=axis)


def scaled_products(y: Any, y_scale: Any, p: Any, p_scale: Any) -> Any:
    """(y · y_scale) · (p · p_scale)

    Where no gradient is wanted, TensorFlow's functions multiply what is of smaller shape first.
    """
    if tf_function.knows_sizes() and y_scale.shape != y.shape and not is_taped():
        return (y * p) * (y_scale * p_scale)
    return (y * y_scale) * (p * p_scale)


class MeanSquaredError(FunctionLoss, fn=mean_squared_error):
    """(y − p)², averaged: see `mean_squared_error`."""


class MeanAbsoluteError(FunctionLoss, fn=mean_absolute_error):
    """|y − p|, averaged: see `mean_absolute_error`."""


class MeanAbsolutePercentageError(FunctionLoss, fn=mean_absolute_percentage_error):
    """100 |(y − p) / y|, averaged: see `mean_absolute_percentage_error`."""


class MeanSquaredLogarithmicError(FunctionLoss, fn=mean_squared_logarithmic_error):
    """(ln(1 + p) − ln(1 + y))², averaged: see `mean_squared_logarithmic_error`."""


class CosineSimilarity(FunctionLoss, fn=cosine_similarity):
    """−cos of the angle between y and p: see `cosine_similarity`.

    Parity: the config does not contain ``axis``.
    """

    axis: int = field(-1, saved=False)


class Huber(FunctionLoss, fn=huber):
    """Quadratic within ``delta`` of the target, linear beyond: see `huber`.

    Parity: the config does not contain ``delta``.
    """

    delta: float = field(1.0, saved=False)
    name = "huber_loss"


class LogCosh(FunctionLoss, fn=log_cosh):
    """ln cosh(p − y), averaged: see `log_cosh`."""
