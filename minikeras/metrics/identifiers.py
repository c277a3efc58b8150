"""The names of metrics in ``compile`` and in configs."""

from __future__ import annotations

import inspect

from minikeras.declare import Registry, public_in
from minikeras.metrics import (
    accuracy,
    auc,
    confusion,
    correlation,
    f_score,
    iou,
    mean_losses,
    operating_point,
    reduction,
    regression,
)
from minikeras.metrics.metric import Metric

_FOUND = public_in(
    *(accuracy, auc, confusion, correlation, f_score, iou, mean_losses),
    *(operating_point, reduction, regression),
)
_ALIASES = {
    "bce": mean_losses.BinaryCrossentropy,
    "mse": mean_losses.MeanSquaredError,
    "mae": mean_losses.MeanAbsoluteError,
    "mape": mean_losses.MeanAbsolutePercentageError,
    "msle": mean_losses.MeanSquaredLogarithmicError,
}

registry = Registry(
    "metric",
    Metric,
    *(e for e in _FOUND if inspect.isclass(e) and e is not reduction.FunctionMetric),
    **{alias.upper(): entry for alias, entry in _ALIASES.items()},
    **_ALIASES,
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
