"""Means of the hinge losses."""

from __future__ import annotations

from minikeras import losses
from minikeras.metrics.reduction import FunctionMetric


class Hinge(FunctionMetric, fn=losses.hinge):
    """Mean of `losses.hinge`."""


class SquaredHinge(FunctionMetric, fn=losses.squared_hinge):
    """Mean of `losses.squared_hinge`."""


class CategoricalHinge(FunctionMetric, fn=losses.categorical_hinge):
    """Mean of `losses.categorical_hinge`."""
