"""Correlations of predictions and targets along an axis."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings
from minikeras.losses.loss import aligned
from minikeras.metrics.reduction import FunctionMetric
from minikeras.types import TensorLike


def pearson_correlation(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """mean ŷ p̂ along ``axis``, x̂ = (x − mean x) / std x; NaN for a constant x.

    axis: the axis along which the correlation is computed.
    """
    y, p = aligned(y_true, y_pred)
    y = y - ops.mean(y, axis=axis, keepdims=True)
    p = p - ops.mean(p, axis=axis, keepdims=True)
    y = y / ops.std(y, axis=axis, keepdims=True)
    p = p / ops.std(p, axis=axis, keepdims=True)
    return ops.mean(y * p, axis=axis)


def concordance_correlation(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """mean 2 (y − mean p)(p − mean p) / (var y + var p + (mean y − mean p)² + ε) along ``axis``.

    axis: the axis along which the correlation is computed.

    Parity: the first factor subtracts the mean of p, not that of y; on paper the result is equal.
    """
    y, p = aligned(y_true, y_pred)
    mean_y = ops.mean(y, axis=axis, keepdims=True)
    mean_p = ops.mean(p, axis=axis, keepdims=True)
    var_y = ops.var(y - mean_y, axis=axis, keepdims=True)
    var_p = ops.var(p - mean_p, axis=axis, keepdims=True)
    covariance = (y - mean_p) * (p - mean_p)
    norm = var_y + var_p + ops.square(mean_y - mean_p)
    return ops.mean(2 * covariance / (norm + settings.epsilon()), axis=axis)


class PearsonCorrelation(FunctionMetric, fn=pearson_correlation, direction="up"):
    """Mean of `pearson_correlation`."""


class ConcordanceCorrelation(FunctionMetric, fn=concordance_correlation, direction="up"):
    """Mean of `concordance_correlation`."""
