"""Finds the loss or metric for a string, function, class or config given to ``compile``."""

from __future__ import annotations

from typing import Any

from minikeras import losses, metrics
from minikeras.declare import to_snake_case


def get_metric(identifier: Any, y_true: Any, y_pred: Any) -> metrics.Metric:
    """A metric from anything ``compile`` accepts; ValueError for None and for unknown names.

    "accuracy" and "acc" mean the accuracy that fits the shapes: binary if the last axis of the
    predictions is 1, sparse if that of the labels is 1 or missing, else categorical.

    Parity: the string is the name of the metric; ``metrics.get("accuracy")`` is another metric.
    """
    if identifier is None:
        raise ValueError("Expected metric, received `None`")
    found: Any
    if str(identifier).lower() in ("accuracy", "acc"):
        kinds = (
            metrics.BinaryAccuracy,
            metrics.SparseCategoricalAccuracy,
            metrics.CategoricalAccuracy,
        )
        found = kinds[_kind_of_labels(y_true, y_pred)](name=str(identifier))
    else:
        found = metrics.get(identifier)
    name = identifier if isinstance(identifier, str) else _name_of(found)
    if not isinstance(found, metrics.Metric):
        found = metrics.MeanMetricWrapper(found)
    found.name = name
    return found


def get_loss(identifier: Any, y_true: Any, y_pred: Any) -> losses.Loss | None:
    """A loss from anything ``compile`` accepts; functions are wrapped.

    "crossentropy" and "ce" mean the one that fits the shapes, like "accuracy" in `get_metric`.
    """
    if identifier is None:
        return None
    found: Any
    if str(identifier).lower() in ("crossentropy", "ce"):
        kinds = (
            losses.binary_crossentropy,
            losses.sparse_categorical_crossentropy,
            losses.categorical_crossentropy,
        )
        found = kinds[_kind_of_labels(y_true, y_pred)]
    else:
        found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = identifier if isinstance(identifier, str) else _name_of(found)
    return losses.LossFunctionWrapper(found, name=name)


def _kind_of_labels(y_true: Any, y_pred: Any) -> int:
    """0: binary, 1: class numbers, 2: one-hot."""
    if y_pred.shape[-1] == 1:
        return 0
    sparse = len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1
    return 1 if sparse else 2


def _name_of(thing: Any) -> str:
    """The name of a Keras object, or that of a function or class in snake case."""
    if hasattr(thing, "name"):
        return str(thing.name)
    return to_snake_case(getattr(thing, "__name__", type(thing).__name__))
