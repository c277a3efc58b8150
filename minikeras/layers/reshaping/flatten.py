"""Flatten: all axes but the batch become one."""

from __future__ import annotations

from minikeras import ops, settings, shapes
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.types import TensorLike


class Flatten(Layer):
    """(batch, ...) → (batch, n): all axes after the first become one.

    A vector (batch,) becomes (batch, 1).

    data_format: with "channels_first" the channels are first moved to the end, so that the order of
        the features does not depend on the format.
    """

    data_format: str | None = None

    def setup(self) -> None:
        self.data_format = settings.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: TensorLike) -> TensorLike:
        rank = len(inputs.shape)
        if self.data_format == "channels_first" and rank > 1:
            inputs = ops.transpose(inputs, (0, *range(2, rank), 1))
        return ops.reshape(inputs, (inputs.shape[0], shapes.size(inputs.shape[1:])))
