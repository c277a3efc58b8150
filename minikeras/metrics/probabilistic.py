"""Means of the losses between distributions."""

from __future__ import annotations

from typing import Any

from minikeras import losses
from minikeras.metrics.reduction import FunctionMetric


class KLDivergence(FunctionMetric, fn=losses.kl_divergence):
    """Mean of `losses.kl_divergence`."""


class Poisson(FunctionMetric, fn=losses.poisson):
    """Mean of `losses.poisson`."""


class BinaryCrossentropy(FunctionMetric, fn=losses.binary_crossentropy):
    """Mean of `losses.binary_crossentropy`."""

    name: str | None = "binary_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    label_smoothing: float = 0


class CategoricalCrossentropy(FunctionMetric, fn=losses.categorical_crossentropy):
    """Mean of `losses.categorical_crossentropy`."""

    name: str | None = "categorical_crossentropy"
    dtype: Any = None
    from_logits: bool = False
    label_smoothing: float = 0
    axis: int = -1


class SparseCategoricalCrossentropy(FunctionMetric, fn=losses.sparse_categorical_crossentropy):
    """Mean of `losses.sparse_categorical_crossentropy`.

    Parity: entries of ``ignore_class`` add 0 to the sum, but count in the mean.
    """
