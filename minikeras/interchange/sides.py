"""What the two libraries have in common, for functions that work in both directions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from minikeras import losses, metrics
from minikeras.declare import custom_objects, serialization
from minikeras.declare.names import name_scope
from minikeras.layers import Layer
from minikeras.optional import Library
from minikeras.training.compile_loss import Entry
from minikeras.training.compile_metrics import OutputMetrics
from minikeras.training.trainer import Trainer

keras = Library("keras")


@dataclasses.dataclass(frozen=True)
class Side:
    """One of the two libraries: how it writes, reads and finds objects."""

    name: str
    serialize: Callable[[Any], Any]
    deserialize: Callable[[Any], Any]
    registered: Callable[[str, Any], Any]
    known: Callable[[Any], Any]  # a context manager in which custom objects have names
    model_class: Callable[[], Any]
    classes: Callable[[], tuple[type, ...]]  # the bases that users derive from
    scope_of: Callable[[Any], Any]  # a context manager in which variables bear an object's name
    given: Callable[[Any], Any]  # the losses and metrics that a model was compiled with
    # Where `compile` keeps what it matched with the outputs, and the classes of the parts.
    groups: tuple[str, str]
    order_of_outputs: str
    entries: str
    structures: tuple[str, str]
    new_group: Callable[[Any, Any], Any]
    new_entry: Callable[..., Any]
    new_mean: Callable[[str], Any]
    wrapper: Callable[[str], Any]  # of functions as a "loss" or a "metric"

    def is_model(self, model: Any) -> bool:
        return isinstance(model, self.model_class())


MINIKERAS = Side(
    "minikeras",
    serialize=serialization.serialize_keras_object,
    deserialize=serialization.deserialize_keras_object,
    registered=custom_objects.get_registered_object,
    known=custom_objects.CustomObjectScope,
    model_class=lambda: Trainer,
    classes=lambda: (Layer, losses.Loss, metrics.Metric),
    scope_of=lambda obj: name_scope(obj.name),
    given=lambda model: [model.loss, model._compile_metrics and model._compile_metrics._user],
    groups=("_plain", "_weighted"),
    order_of_outputs="_dict_order",
    entries="_entries",
    structures=("_y_true_structure", "_y_pred_structure"),
    new_group=OutputMetrics,
    new_entry=Entry,
    new_mean=lambda name: metrics.Mean(name=name),
    wrapper=lambda kind: (
        losses.LossFunctionWrapper if kind == "loss" else metrics.MeanMetricWrapper
    ),
)

KERAS = Side(
    "keras",
    serialize=lambda obj: keras.saving.serialize_keras_object(obj),
    deserialize=lambda config: keras.saving.deserialize_keras_object(config),
    registered=lambda name, custom: keras.saving.get_registered_object(name, custom),
    known=lambda custom: keras.saving.CustomObjectScope(custom or {}),
    model_class=lambda: keras.Model,
    classes=lambda: (keras.Layer, keras.losses.Loss, keras.metrics.Metric),
    scope_of=lambda obj: keras.src.backend.name_scope(obj.name, caller=obj),
    given=lambda model: [
        model.loss,
        model._compile_metrics
        and {
            "metrics": model._compile_metrics._user_metrics,
            "weighted_metrics": model._compile_metrics._user_weighted_metrics,
        },
    ],
    groups=("_flat_metrics", "_flat_weighted_metrics"),
    order_of_outputs="_resolved_output_names",
    entries="_flat_losses",
    structures=("_y_true_build_structure", "_y_pred_build_structure"),
    new_group=lambda metrics, name: keras.src.trainers.compile_utils.MetricsList(
        metrics, output_name=name
    ),
    new_entry=lambda *parts: keras.src.trainers.compile_utils.CompileLoss.Loss(*parts),
    new_mean=lambda name: keras.metrics.Mean(name=name),
    wrapper=lambda kind: (
        keras.losses.MeanSquaredError.__base__
        if kind == "loss"
        else keras.metrics.MeanMetricWrapper
    ),
)
