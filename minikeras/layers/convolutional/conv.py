"""Convolution layers over one, two and three spatial axes."""

from __future__ import annotations

from minikeras import ops
from minikeras.layers.convolutional.base import KernelLayer
from minikeras.layers.spatial import Ints
from minikeras.ops.conv import biased_conv
from minikeras.types import Shape, TensorLike


class BaseConv(KernelLayer):
    """Each output cell is a weighted sum of a window of the inputs.

    outputs = activation(conv(inputs, kernel) + bias)

    kernel: (*kernel_size, channels / groups, filters)       bias: (filters,)

    groups: into how many groups the input channels and the filters are divided; a filter reads
        only the channels of its own group.

    Raises ValueError as for ``WindowedLayer``, and unless ``groups`` divides the filters and the
    input channels.
    """

    filters: int
    kernel_size: Ints
    strides: Ints = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Ints = 1
    groups: int = 1

    def setup(self) -> None:
        super().setup()
        if self.groups <= 0:
            raise ValueError(f"`groups` must be a positive integer. Received: {self.groups}")
        if self.filters is not None and self.filters % self.groups:
            raise ValueError(
                "`filters` must be a multiple of `groups`. "
                f"Received: filters={self.filters}, groups={self.groups}"
            )

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be a multiple of `groups`. "
                f"Received: groups={self.groups}, input shape {input_shape}"
            )
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels // self.groups, self.filters), name="kernel"
        )
        self._add_bias(self.filters)

    def call(self, inputs: TensorLike) -> TensorLike:
        if self.bias is None or self.padding == "causal" or self.data_format != "channels_last":
            return super().call(inputs)
        windows = self.strides, self.padding, self.dilation_rate
        return biased_conv(inputs, self.kernel, self.bias, *windows, self.activation)

    def convolve(self, inputs: TensorLike) -> TensorLike:
        return ops.conv(inputs, self.kernel, **self._windows())


class Conv1D(BaseConv):
    """Convolution of sequences.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, steps, channels), or (batch, channels, steps)
    kernel: (size, channels / groups, filters)       bias: (filters,)

    padding: "valid" for windows inside the input only, "same" for ⌈steps / stride⌉ windows, or
        "causal" for zeros before the first step only, so that outputs[t] depends on no later
        input.

    Other arguments and errors as for ``Conv2D``.
    """

    rank = 1
    paddings = ("valid", "same", "causal")

    def convolve(self, inputs: TensorLike) -> TensorLike:
        if self.padding != "causal":
            return super().convolve(inputs)
        before, none = (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0), (0, 0)
        last = self.data_format == "channels_last"
        inputs = ops.pad(inputs, (none, before, none) if last else (none, none, before))
        return ops.conv(inputs, self.kernel, **{**self._windows(), "padding": "valid"})


class Conv2D(BaseConv):
    """Convolution over images.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, height, width, channels), or (batch, channels, height, width)
    kernel: (height, width, channels / groups, filters)       bias: (filters,)

    The arguments are explained in ``help(Conv2D.__init__)``.

    Raises ValueError for sizes that are no positive integers, for another padding, for strides
    together with dilation, for inputs of the wrong rank, if no window fits into the input, and
    unless ``groups`` divides the filters and the input channels.
    """

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


class Conv3D(BaseConv):
    """Convolution over volumes.

    outputs = activation(conv(inputs, kernel) + bias)

    inputs: (batch, depth, height, width, channels), or (batch, channels, depth, height, width)
    kernel: (depth, height, width, channels / groups, filters)       bias: (filters,)

    Arguments and errors as for ``Conv2D``.
    """

    rank = 3
    strides = (1, 1, 1)
    dilation_rate = (1, 1, 1)


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
