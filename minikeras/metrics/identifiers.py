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
    margin,
    operating_point,
    probabilistic,
    reduction,
    regression,
)
from minikeras.metrics.metric import Metric

_FOUND = public_in(
    *(accuracy, auc, confusion, correlation, f_score, iou, margin, operating_point),
    *(probabilistic, reduction, regression),
)
_ALIASES = {
    "bce": probabilistic.BinaryCrossentropy,
    "mse": regression.MeanSquaredError,
    "mae": regression.MeanAbsoluteError,
    "mape": regression.MeanAbsolutePercentageError,
    "msle": regression.MeanSquaredLogarithmicError,
}

registry = Registry(
    "metric",
    Metric,
    *(e for e in _FOUND if inspect.isclass(e) and e is not reduction.FunctionMetric),
    **_ALIASES,
    **{alias.upper(): entry for alias, entry in _ALIASES.items()},
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
