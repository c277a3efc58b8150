"""Means of the losses of margins."""

from __future__ import annotations

from minikeras import losses
from minikeras.metrics.reduction import FunctionMetric


class Hinge(FunctionMetric):
    """Mean of `losses.hinge`."""

    fn = staticmethod(losses.hinge)
    name = "hinge"


class SquaredHinge(FunctionMetric):
    """Mean of `losses.squared_hinge`."""

    fn = staticmethod(losses.squared_hinge)
    name = "squared_hinge"


class CategoricalHinge(FunctionMetric):
    """Mean of `losses.categorical_hinge`."""

    fn = staticmethod(losses.categorical_hinge)
    name = "categorical_hinge"
