"""RMSNormalization and UnitNormalization, which change lengths and subtract no mean."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.layer import Layer, WeightlessLayer
from minikeras.layers.normalization.scaled import sorted_axes
from minikeras.types import Shape, TensorLike


class RMSNormalization(Layer):
    """outputs = scale · inputs / √(mean of inputs² + epsilon) along ``axis``

    scale: the sizes of these axes

    axis: the axes, an int or several.
    epsilon: what is added to the mean, so that no division by zero occurs.

    Raises ValueError for an axis that the input does not have.

    Parity: once the layer is built, ``axis`` is a sorted list.
    """

    axis: Any = -1
    epsilon: float = 1e-6

    def build(self, input_shape: Shape) -> None:
        self.axis = sorted_axes(self.axis, input_shape)
        shape = tuple(input_shape[axis] for axis in self.axis)
        self.scale = self.add_weight(shape=shape, name="scale", initializer="ones")

    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.rms_normalization(inputs, self.scale, axis=self.axis, epsilon=self.epsilon)


class UnitNormalization(WeightlessLayer):
    """outputs = inputs / ‖inputs‖ along ``axis``

    axis: the axes, an int or several.

    Raises TypeError if ``axis`` is neither an int nor a list of ints, ValueError for an axis that
    the input does not have.
    """

    axis: Any = -1

    def setup(self) -> None:
        if not isinstance(self.axis, int | list | tuple):
            raise TypeError(
                "Invalid value for `axis` argument: expected an int or a list/tuple of ints. "
                f"Received: axis={self.axis}"
            )
        self.axis = self.axis if isinstance(self.axis, int) else list(self.axis)
        super().setup()

    def call(self, inputs: TensorLike) -> TensorLike:
        sorted_axes(self.axis, inputs.shape)
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)
