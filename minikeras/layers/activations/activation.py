"""Activation: a function of ``keras.activations`` as a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import activations
from minikeras.declare import field
from minikeras.layers.layer import WeightlessLayer
from minikeras.types import Shape, TensorLike


class Activation(WeightlessLayer):
    """outputs = activation(inputs)

    activation: a function, or the name of one in ``keras.activations``.

    Raises ValueError for an unknown name.
    """

    activation: Callable[..., Any] = field(registry=activations.registry)

    def call(self, inputs: TensorLike) -> TensorLike:
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape
