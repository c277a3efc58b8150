"""PReLU: a rectifier whose slope below zero is learned."""

from __future__ import annotations

from typing import Any

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.types import Shape, TensorLike


class PReLU(Layer):
    """outputs = inputs where inputs > 0, else alpha · inputs

    inputs, outputs: (batch, ...)
    alpha: the shape of one sample, with size 1 along the shared axes

    alpha_initializer: a function of (shape, dtype), or its name.
    alpha_regularizer: a penalty on alpha, which is added to the loss.
    alpha_constraint: a function that the optimizer applies to alpha after each step.
    shared_axes: the axes along which the slope is the same, an int or several; the batch is axis 0.
    """

    alpha_initializer: Any = field("Zeros", registry=initializers.registry)
    alpha_regularizer: Any = field(None, registry=regularizers.registry)
    alpha_constraint: Any = field(None, registry=constraints.registry)
    shared_axes: Any = None

    supports_masking = True

    def setup(self) -> None:
        if isinstance(self.shared_axes, int):
            self.shared_axes = [self.shared_axes]
        elif self.shared_axes is not None:
            self.shared_axes = list(self.shared_axes)

    def build(self, input_shape: Shape) -> None:
        shape = list(input_shape[1:])
        for axis in self.shared_axes or []:
            shape[axis - 1] = 1
        self.alpha = self.add_weight(shape=shape, name="alpha")
        sizes = dict(enumerate(input_shape)) if self.shared_axes else {}
        fixed = {axis: n for axis, n in sizes.items() if axis and axis not in self.shared_axes}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.relu(inputs) + ops.negative(self.alpha) * activations.relu(-inputs)
