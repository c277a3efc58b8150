"""Convolution layers over one, two and three spatial axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from minikeras import activations, config, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.ops.windows import per_axis, standardize_padding, windowed_shape
from minikeras.types import Shape, TensorLike

Ints = int | tuple[int, ...]


class BaseConv(Layer):
    """Every output cell sees a window of the input.

    outputs = activation(conv(inputs, kernel) + bias)

    kernel: (*kernel_size, channels / groups, filters)       bias: (filters,)

    With ``groups``, each group of input channels meets its own group of filters.

    Raises ValueError for sizes that are no positive integers, for strides together with dilation,
    for filters or channels that ``groups`` does not divide, and where no window fits.
    """

    rank: ClassVar[int]
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    filters: int
    kernel_size: Ints
    strides: Ints = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Ints = 1
    groups: int = 1
    activation: Callable[..., Any] | None = field(None, registry=activations.registry)
    use_bias: bool = True
    kernel_initializer: Any = field("glorot_uniform", registry=initializers.registry)
    bias_initializer: Any = field("zeros", registry=initializers.registry)
    kernel_regularizer: Any = field(None, registry=regularizers.registry)
    bias_regularizer: Any = field(None, registry=regularizers.registry)
    activity_regularizer: Any = field(None, registry=regularizers.registry)
    kernel_constraint: Any = field(None, registry=constraints.registry)
    bias_constraint: Any = field(None, registry=constraints.registry)

    def setup(self) -> None:
        self.kernel_size = per_axis(self.kernel_size, self.rank, "kernel_size")
        self.strides = per_axis(self.strides, self.rank, "strides")
        self.dilation_rate = per_axis(self.dilation_rate, self.rank, "dilation_rate")
        self.padding = standardize_padding(self.padding, self.paddings)
        self.data_format = config.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(min_ndim=self.rank + 2)
        if self.filters is not None and self.filters <= 0:
            raise ValueError(
                f"`filters` must be a positive integer. Received: filters={self.filters}"
            )
        if self.groups <= 0:
            raise ValueError(f"`groups` must be a positive integer. Received: {self.groups}")
        if self.filters is not None and (self.filters % self.groups or self.filters % 1):
            raise ValueError(
                "`filters` must be an integer that `groups` divides. "
                f"Received: filters={self.filters}, groups={self.groups}"
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    def build(self, input_shape: Shape) -> None:
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"The channels of the input must be known. Received input shape {input_shape}"
            )
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by the number of groups. "
                f"Received: groups={self.groups}, input shape {input_shape}"
            )
        self.compute_output_shape(input_shape)
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels // self.groups, self.filters), name="kernel"
        )
        self.bias = self.add_weight(shape=(self.filters,), name="bias") if self.use_bias else None

    def call(self, inputs: TensorLike) -> TensorLike:
        outputs = self.convolve(inputs)
        if self.bias is not None:
            last = self.data_format == "channels_last"
            outputs = outputs + (
                self.bias if last else ops.reshape(self.bias, (1, -1, *[1] * self.rank))
            )
        return outputs if self.activation is None else self.activation(outputs)

    def convolve(self, inputs: TensorLike) -> TensorLike:
        return ops.conv(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return windowed_shape(
            input_shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            self.filters,
        )


class Conv1D(BaseConv):
    """Convolution along a single axis, such as time.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, steps, channels)       kernel: (size, channels / groups, filters)
    bias: (filters,)

    ``padding="causal"`` pads before the first step only: outputs[t] depends on no later input.
    Errors as for ``BaseConv``.
    """

    rank = 1
    paddings = ("valid", "same", "causal")

    def convolve(self, inputs: TensorLike) -> TensorLike:
        padding = self.padding
        if padding == "causal":
            before = (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0)
            last = self.data_format == "channels_last"
            inputs = ops.pad(inputs, [(0, 0), before, (0, 0)] if last else [(0, 0), (0, 0), before])
            padding = "valid"
        return ops.conv(
            inputs, self.kernel, self.strides, padding, self.data_format, self.dilation_rate
        )


class Conv2D(BaseConv):
    """Convolution over images.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, height, width, channels), or (batch, channels, height, width)
    kernel: (height, width, channels / groups, filters)       bias: (filters,)

    Errors as for ``BaseConv``.
    """

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


class Conv3D(BaseConv):
    """Convolution over volumes.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, depth, height, width, channels), or (batch, channels, depth, height, width)
    kernel: (depth, height, width, channels / groups, filters)       bias: (filters,)

    Errors as for ``BaseConv``.
    """

    rank = 3
    strides = (1, 1, 1)
    dilation_rate = (1, 1, 1)


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
