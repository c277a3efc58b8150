"""Means of the losses between distributions."""

from __future__ import annotations

from typing import Any

from minikeras import losses
from minikeras.metrics.reduction import FunctionMetric


class KLDivergence(FunctionMetric):
    """Mean of `losses.kl_divergence`."""

    fn = staticmethod(losses.kl_divergence)
    name = "kl_divergence"


class Poisson(FunctionMetric):
    """Mean of `losses.poisson`."""

    fn = staticmethod(losses.poisson)
    name = "poisson"


class BinaryCrossentropy(FunctionMetric):
    """Mean of `losses.binary_crossentropy`."""

    fn = staticmethod(losses.binary_crossentropy)
    name: str | None = "binary_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    label_smoothing: float = 0


class CategoricalCrossentropy(FunctionMetric):
    """Mean of `losses.categorical_crossentropy`."""

    fn = staticmethod(losses.categorical_crossentropy)
    name: str | None = "categorical_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    label_smoothing: float = 0
    axis: int = -1


class SparseCategoricalCrossentropy(FunctionMetric):
    """Mean of `losses.sparse_categorical_crossentropy`.

    Parity: entries of ``ignore_class`` add 0 to the sum, but count in the mean.
    """

    fn = staticmethod(losses.sparse_categorical_crossentropy)
    name: str | None = "sparse_categorical_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1
