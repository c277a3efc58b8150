"""Correlations of predictions and targets along an axis."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings, shapes, tf_function
from minikeras.losses.loss import aligned
from minikeras.losses.regression import scaled_products
from minikeras.metrics.reduction import FunctionMetric
from minikeras.types import TensorLike


def pearson_correlation(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """mean ŷ p̂ along ``axis``, x̂ = (x − mean x) / std x; NaN for a constant x.

    axis: the axis along which the correlation is computed.

    TensorFlow's functions multiply by reciprocal roots, and by their product if the batch size is
    known.
    """
    y, p = aligned(y_true, y_pred)
    y = y - ops.mean(y, axis=axis, keepdims=True)
    p = p - ops.mean(p, axis=axis, keepdims=True)
    y_var, p_var = (ops.var(v, axis=axis, keepdims=True) for v in (y, p))
    if not tf_function.is_inside():
        products = y / ops.sqrt(y_var) * (p / ops.sqrt(p_var))
    else:
        products = scaled_products(y, ops.rsqrt(y_var), p, ops.rsqrt(p_var))
    return ops.mean(products, axis=axis)


def concordance_correlation(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """mean 2 (y − mean p)(p − mean p) / (var y + var p + (mean y − mean p)² + ε) along ``axis``.

    axis: the axis along which the correlation is computed.

    Parity: the first factor subtracts the mean of p, not that of y; on paper the result is equal.
    TensorFlow's functions add ε first where the shape of the sum depends on an unknown batch size.
    """
    y, p = aligned(y_true, y_pred)
    mean_y = ops.mean(y, axis=axis, keepdims=True)
    mean_p = ops.mean(p, axis=axis, keepdims=True)
    var_y = ops.var(y - mean_y, axis=axis, keepdims=True)
    var_p = ops.var(p - mean_p, axis=axis, keepdims=True)
    covariance = (y - mean_p) * (p - mean_p)
    gap = ops.square(mean_y - mean_p)
    over_samples = shapes.normalize_axes(axis, len(p.shape)) == (0,)
    if tf_function.knows_batch_size() or over_samples:
        norm = var_y + var_p + gap + settings.epsilon()
    else:
        norm = var_p + settings.epsilon() + var_y + gap
    return ops.mean(2 * covariance / norm, axis=axis)


class PearsonCorrelation(FunctionMetric, fn=pearson_correlation, direction="up"):
    """Mean of `pearson_correlation`."""


class ConcordanceCorrelation(FunctionMetric, fn=concordance_correlation, direction="up"):
    """Mean of `concordance_correlation`."""
