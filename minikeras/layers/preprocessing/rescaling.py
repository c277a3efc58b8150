"""Rescaling: numbers in another range."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings
from minikeras.declare import field, serialization
from minikeras.layers.layer import Layer
from minikeras.ops.arithmetic import rescaled
from minikeras.types import TensorLike


class _Constants:
    """Numbers, lists or arrays, which are plain values in configs."""

    def get(self, value: Any) -> Any:
        if isinstance(value, dict):
            return serialization.deserialize_keras_object(value)
        return value

    def serialize(self, value: Any) -> Any:
        return serialization.serialize_keras_object(value)


class Rescaling(Layer):
    """outputs = inputs · scale + offset

    Inputs of any dtype are cast to that of the layer.

    scale, offset: a number each, or one for each channel.
    """

    scale: Any = field(registry=_Constants())
    offset: Any = field(0.0, registry=_Constants())

    supports_masking = True
    _allow_non_tensor_positional_args = True  # numbers and lists are inputs too

    def call(self, inputs: TensorLike) -> TensorLike:
        dtype = self.compute_dtype
        scale = ops.cast(self.scale, dtype)
        if scale.shape and settings.image_data_format() == "channels_first":
            scale = ops.reshape(scale, (*scale.shape, *[1] * (3 - len(scale.shape))))
        return rescaled(ops.cast(inputs, dtype), scale, ops.cast(self.offset, dtype))
