"""Transposed convolution layers, which enlarge the spatial axes."""

from __future__ import annotations

from minikeras import ops
from minikeras.layers.convolutional.base import KernelLayer
from minikeras.layers.spatial import Ints
from minikeras.ops.conv import transposed_range
from minikeras.types import Shape, TensorLike
from minikeras.windows import per_axis


class BaseConvTranspose(KernelLayer):
    """The gradient of a convolution with respect to its input, as a layer.

    outputs = activation(conv_transpose(inputs, kernel) + bias)

    Each input cell is multiplied by the kernel and added to a window of the outputs.

    kernel: (*kernel_size, filters, channels)       bias: (filters,)

    padding: "valid" for outputs that hold all windows, or "same" for outputs of size · stride.
    output_padding: by how much the outputs are longer than they need be, an int for all axes or
        one for each, smaller than the stride; by default as ``padding`` says.

    Raises ValueError as for ``WindowedLayer``, and for an ``output_padding`` that is not smaller
    than the strides.
    """

    filters: int
    kernel_size: Ints
    strides: Ints = 1
    padding: str = "valid"
    output_padding: Ints | None = None
    data_format: str | None = None
    dilation_rate: Ints = 1

    _config_order = ("filters", "kernel_size", "strides", "padding", "output_padding")

    def setup(self) -> None:
        super().setup()
        if self.output_padding is None:
            return
        self.output_padding = per_axis(self.output_padding, self.rank, "output_padding", 0)
        if any(extra >= s for extra, s in zip(self.output_padding, self.strides)):
            raise ValueError(
                "`output_padding` must be smaller than `strides` along each axis. "
                f"Received: output_padding={self.output_padding}, strides={self.strides}"
            )

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, self.filters, channels), name="kernel"
        )
        self._add_bias(self.filters)

    def convolve(self, inputs: TensorLike) -> TensorLike:
        windows = {**self._windows(), "output_padding": self.output_padding}
        return ops.conv_transpose(inputs, self.kernel, **windows)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        first = self.data_format == "channels_first"
        extra = self.output_padding or (None,) * self.rank
        space = input_shape[2:] if first else input_shape[1:-1]
        axes = zip(space, self.kernel_size, self.strides, self.dilation_rate, extra)
        ranges = [transposed_range(*axis, self.padding) for axis in axes]
        out = [None if r is None else r[1] for r in ranges]
        return (
            (input_shape[0], self.filters, *out) if first else (input_shape[0], *out, self.filters)
        )


class Conv1DTranspose(BaseConvTranspose):
    """Transposed convolution of sequences: (batch, steps, channels) → (batch, …, filters)."""

    rank = 1


class Conv2DTranspose(BaseConvTranspose):
    """Transposed convolution of images: (batch, height, width, channels) → (batch, …, filters)."""

    rank = 2
    strides = (1, 1)
    dilation_rate = (1, 1)


class Conv3DTranspose(BaseConvTranspose):
    """Transposed convolution of volumes: (batch, *space, channels) → (batch, *larger, filters).

    Parity: here ``data_format`` comes before ``output_padding``.
    """

    rank = 3
    filters: int
    kernel_size: Ints
    strides: Ints = (1, 1, 1)
    padding: str = "valid"
    data_format: str | None = None
    output_padding: Ints | None = None
    dilation_rate = (1, 1, 1)


Convolution1DTranspose, Convolution2DTranspose, Convolution3DTranspose = (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
)
