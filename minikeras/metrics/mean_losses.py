"""Means of the losses' functions over all batches since the last reset."""

from __future__ import annotations

from typing import Any

from minikeras import losses
from minikeras.declare import field
from minikeras.metrics.reduction import FunctionMetric
from minikeras.types import TensorLike


def cosine_similarity(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Any:
    """Σ ŷ p̂ along ``axis``: the negative of the loss of this name.

    axis: the axis along which the vectors lie.
    """
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


class MeanSquaredError(FunctionMetric, fn=losses.mean_squared_error):
    """(y − p)², averaged: see `losses.mean_squared_error`."""


class MeanAbsoluteError(FunctionMetric, fn=losses.mean_absolute_error):
    """|y − p|, averaged: see `losses.mean_absolute_error`."""


class MeanAbsolutePercentageError(FunctionMetric, fn=losses.mean_absolute_percentage_error):
    """100 |(y − p) / y|, averaged: see `losses.mean_absolute_percentage_error`."""


class MeanSquaredLogarithmicError(FunctionMetric, fn=losses.mean_squared_logarithmic_error):
    """(ln(1 + p) − ln(1 + y))², averaged: see `losses.mean_squared_logarithmic_error`."""


class CosineSimilarity(FunctionMetric, fn=cosine_similarity, direction="up"):
    """Mean cosine of the angle between y and p; the loss of this name is its negative.

    Parity: the config does not contain ``axis``.
    """

    name: str | None = "cosine_similarity"
    dtype: Any = None
    axis: int = field(-1, saved=False)


class LogCoshError(FunctionMetric, fn=losses.log_cosh):
    """ln cosh(p − y), averaged: see `losses.log_cosh`."""

    name = "logcosh"


class Hinge(FunctionMetric, fn=losses.hinge):
    """max(1 − y p, 0), averaged: see `losses.hinge`."""


class SquaredHinge(FunctionMetric, fn=losses.squared_hinge):
    """max(1 − y p, 0)², averaged: see `losses.squared_hinge`."""


class CategoricalHinge(FunctionMetric, fn=losses.categorical_hinge):
    """max(max((1 − y) p) − Σ y p + 1, 0), averaged: see `losses.categorical_hinge`."""


class KLDivergence(FunctionMetric, fn=losses.kl_divergence):
    """Σ y ln(y / p), averaged: see `losses.kl_divergence`."""


class Poisson(FunctionMetric, fn=losses.poisson):
    """p − y ln p, averaged: see `losses.poisson`."""


class BinaryCrossentropy(FunctionMetric, fn=losses.binary_crossentropy):
    """−(y ln p + (1 − y) ln(1 − p)), averaged: see `losses.binary_crossentropy`."""

    name: str | None = "binary_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    label_smoothing: float = 0


class CategoricalCrossentropy(FunctionMetric, fn=losses.categorical_crossentropy):
    """−Σ y ln p, averaged: see `losses.categorical_crossentropy`."""

    name: str | None = "categorical_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    label_smoothing: float = 0
    axis: int = -1


class SparseCategoricalCrossentropy(FunctionMetric, fn=losses.sparse_categorical_crossentropy):
    """−ln p[y], averaged: see `losses.sparse_categorical_crossentropy`.

    Parity: entries of ``ignore_class`` add 0 to the sum, but count in the mean.
    """
