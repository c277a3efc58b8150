"""Losses between numbers: how far a prediction lies from its target."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings
from minikeras.declare import field
from minikeras.losses.loss import FunctionLoss, squeeze_or_expand_to_same_rank
from minikeras.types import TensorLike


def mean_squared_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean (y − p)² over the last axis."""
    y, p = _aligned(y_true, y_pred)
    return ops.mean(ops.square(y - p), axis=-1)


def mean_absolute_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean |y − p| over the last axis; the derivative at y = p is 0."""
    y, p = _aligned(y_true, y_pred)
    return ops.mean(ops.abs(y - p), axis=-1)


def mean_absolute_percentage_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """100 mean |(y − p) / max(|y|, ε)| over the last axis."""
    y, p = _aligned(y_true, y_pred)
    epsilon = ops.convert_to_tensor(settings.epsilon(), dtype=p.dtype)
    error = ops.abs((y - p) / ops.maximum(ops.abs(y), epsilon))
    return 100.0 * ops.mean(error, axis=-1)


def mean_squared_logarithmic_error(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean (ln(max(p, ε) + 1) − ln(max(y, ε) + 1))² over the last axis.

    Parity: ε is rounded to float32 first, also for float64 arguments.  The logarithms are rounded
    as ``fit`` has them: its graph optimizer turns ln(x + 1) into log1p x.
    """
    y, p = _aligned(y_true, y_pred)
    epsilon = ops.convert_to_tensor(settings.epsilon())
    log_p = ops.log1p(ops.maximum(p, epsilon))
    log_y = ops.log1p(ops.maximum(y, epsilon))
    return ops.mean(ops.square(log_p - log_y), axis=-1)


def huber(y_true: TensorLike, y_pred: TensorLike, delta: float = 1.0) -> Any:
    """A parabola near 0, lines beyond: mean over the last axis of

    ½ d²            where |d| ≤ δ,      d = p − y
    δ |d| − ½ δ²    elsewhere
    """
    y, p = _aligned(y_true, y_pred)
    delta = ops.convert_to_tensor(delta, dtype=p.dtype)
    d = p - y
    size = ops.abs(d)
    half = ops.convert_to_tensor(0.5, dtype=p.dtype)
    parabola, lines = half * ops.square(d), delta * size - half * ops.square(delta)
    return ops.mean(ops.where(size <= delta, parabola, lines), axis=-1)


def log_cosh(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean ln cosh d = d + softplus(−2d) − ln 2 over the last axis, d = p − y.

    Parity: ln 2 is rounded to float32 first, also for float64 arguments.  The sum is in the order
    that the graph optimizer of ``fit`` gives it.
    """
    y, p = _aligned(y_true, y_pred)
    log2 = ops.cast(ops.log(2.0), p.dtype)
    d = p - y
    return ops.mean(d - log2 + ops.softplus(d * -2.0), axis=-1)


def cosine_similarity(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """−Σ ŷ p̂ along ``axis``, with x̂ = x · min(1/‖x‖, 1/ε).

    Parity: so a vector of zeros stays zero and one of length 1e-8 gets length 0.1 (ε = 1e-7).
    """
    y, p = _aligned(y_true, y_pred)
    p = ops.normalize(p, axis=axis)
    y = ops.normalize(y, axis=axis)
    return -ops.sum(y * p, axis=axis)


def _aligned(y_true: TensorLike, y_pred: TensorLike) -> tuple[Any, Any]:
    p = ops.convert_to_tensor(y_pred)
    return squeeze_or_expand_to_same_rank(ops.convert_to_tensor(y_true, dtype=p.dtype), p)


class MeanSquaredError(FunctionLoss):
    """(y − p)², averaged: see `mean_squared_error`."""

    fn = staticmethod(mean_squared_error)
    name = "mean_squared_error"


class MeanAbsoluteError(FunctionLoss):
    """|y − p|, averaged: see `mean_absolute_error`."""

    fn = staticmethod(mean_absolute_error)
    name = "mean_absolute_error"


class MeanAbsolutePercentageError(FunctionLoss):
    """100 |(y − p) / y|, averaged: see `mean_absolute_percentage_error`."""

    fn = staticmethod(mean_absolute_percentage_error)
    name = "mean_absolute_percentage_error"


class MeanSquaredLogarithmicError(FunctionLoss):
    """(ln(1 + p) − ln(1 + y))², averaged: see `mean_squared_logarithmic_error`."""

    fn = staticmethod(mean_squared_logarithmic_error)
    name = "mean_squared_logarithmic_error"


class CosineSimilarity(FunctionLoss):
    """−cos of the angle between y and p: see `cosine_similarity`.

    Parity: the config forgets ``axis``.
    """

    fn = staticmethod(cosine_similarity)
    axis: int = field(-1, saved=False)
    name = "cosine_similarity"


class Huber(FunctionLoss):
    """A parabola within ``delta`` of the target, lines beyond: see `huber`.

    Parity: the config forgets ``delta``.
    """

    fn = staticmethod(huber)
    delta: float = field(1.0, saved=False)
    name = "huber_loss"


class LogCosh(FunctionLoss):
    """ln cosh(p − y), averaged: see `log_cosh`."""

    fn = staticmethod(log_cosh)
    name = "log_cosh"
