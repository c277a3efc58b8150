"""Depthwise convolution layers: each channel is convolved separately."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.convolutional.base import WindowedLayer
from minikeras.layers.spatial import Ints
from minikeras.types import Shape, TensorLike


class BaseDepthwiseConv(WindowedLayer):
    """Each channel is convolved with filters of its own.

    outputs = activation(depthwise_conv(inputs, kernel) + bias)

    kernel: (*kernel_size, channels, depth_multiplier)       bias: (channels · depth_multiplier,)

    depth_multiplier: the number of filters for each input channel.
    depthwise_initializer: a function of (shape, dtype) for the kernel, or its name.
    depthwise_regularizer: a penalty on the kernel, which is added to the loss.
    depthwise_constraint: a function that the optimizer applies to the kernel after each step.

    Raises ValueError as for ``WindowedLayer``; strides and dilation may be combined.
    """

    dilates_strided = True

    kernel_size: Ints
    strides: Ints = 1
    padding: str = "valid"
    depth_multiplier: int = 1
    data_format: str | None = None
    dilation_rate: Ints = 1
    activation: Callable[..., Any] | None = field(None, registry=activations.registry)
    use_bias: bool = True
    depthwise_initializer: Any = field("glorot_uniform", registry=initializers.registry)
    bias_initializer: Any = field("zeros", registry=initializers.registry)
    depthwise_regularizer: Any = field(None, registry=regularizers.registry)
    bias_regularizer: Any = field(None, registry=regularizers.registry)
    activity_regularizer: Any = field(None, registry=regularizers.registry)
    depthwise_constraint: Any = field(None, registry=constraints.registry)
    bias_constraint: Any = field(None, registry=constraints.registry)

    _config_order = ("depth_multiplier",)

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            name="kernel",
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self._add_bias(channels * self.depth_multiplier)

    def convolve(self, inputs: TensorLike) -> TensorLike:
        return ops.depthwise_conv(inputs, self.kernel, **self._windows())

    def _output_channels(self, input_shape: Shape) -> int | None:
        channels = input_shape[self._channel_axis]
        return None if channels is None else channels * self.depth_multiplier


class DepthwiseConv1D(BaseDepthwiseConv):
    """Depthwise convolution of sequences: (batch, steps, channels)."""

    rank = 1


class DepthwiseConv2D(BaseDepthwiseConv):
    """Depthwise convolution of images: (batch, height, width, channels)."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)
