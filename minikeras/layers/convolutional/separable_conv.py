"""Separable convolution layers: a depthwise convolution, then one with windows of size 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.convolutional.base import WindowedLayer
from minikeras.layers.spatial import Ints
from minikeras.types import Shape, TensorLike


class BaseSeparableConv(WindowedLayer):
    """Each channel is convolved separately; a kernel of size 1 then combines the channels.

    outputs = activation(conv(depthwise_conv(inputs, depthwise_kernel), pointwise_kernel) + bias)

    depthwise_kernel: (*kernel_size, channels, depth_multiplier)
    pointwise_kernel: (1, ..., channels · depth_multiplier, filters)       bias: (filters,)

    depth_multiplier: the number of depthwise filters for each input channel.
    depthwise_initializer, pointwise_initializer: functions of (shape, dtype) for the two kernels,
        or their names.
    depthwise_regularizer, pointwise_regularizer: penalties on the kernels, which are added to the
        loss.
    depthwise_constraint, pointwise_constraint: functions that the optimizer applies to the kernels
        after each step.

    Raises ValueError as for ``WindowedLayer``; strides and dilation may be combined.
    """

    dilates_strided = True

    filters: int
    kernel_size: Ints
    strides: Ints = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Ints = 1
    depth_multiplier: int = 1
    activation: Callable[..., Any] | None = field(None, registry=activations.registry)
    use_bias: bool = True
    depthwise_initializer: Any = field("glorot_uniform", registry=initializers.registry)
    pointwise_initializer: Any = field("glorot_uniform", registry=initializers.registry)
    bias_initializer: Any = field("zeros", registry=initializers.registry)
    depthwise_regularizer: Any = field(None, registry=regularizers.registry)
    pointwise_regularizer: Any = field(None, registry=regularizers.registry)
    bias_regularizer: Any = field(None, registry=regularizers.registry)
    activity_regularizer: Any = field(None, registry=regularizers.registry)
    depthwise_constraint: Any = field(None, registry=constraints.registry)
    pointwise_constraint: Any = field(None, registry=constraints.registry)
    bias_constraint: Any = field(None, registry=constraints.registry)

    _config_order = ("depth_multiplier",)

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            shape=(*self.kernel_size, channels, self.depth_multiplier), name="depthwise_kernel"
        )
        self.pointwise_kernel = self.add_weight(
            shape=(*[1] * self.rank, channels * self.depth_multiplier, self.filters),
            name="pointwise_kernel",
        )
        self._add_bias(self.filters)

    def convolve(self, inputs: TensorLike) -> TensorLike:
        kernels = self.depthwise_kernel, self.pointwise_kernel
        return ops.separable_conv(inputs, *kernels, **self._windows())


class SeparableConv1D(BaseSeparableConv):
    """Separable convolution along one axis: (batch, steps, channels)."""

    rank = 1


class SeparableConv2D(BaseSeparableConv):
    """Separable convolution over images: (batch, height, width, channels)."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
