"""The bases of convolutional layers: arguments, checks, bias and activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.spatial import SpatialLayer
from minikeras.types import Shape, TensorLike
from minikeras.windows import per_axis, standardize_padding, windowed_shape


class WindowedLayer(SpatialLayer):
    """A kernel slides over the spatial axes.

    filters: the number of output channels.
    kernel_size: the size of the window, an int for all axes or one for each.
    strides: the step from a window to the next, an int for all axes or one for each.
    padding: "valid" for windows inside the input only, or "same" for ⌈size / stride⌉ windows, with
        zeros around the input.
    dilation_rate: the distance of neighbouring cells of a window, an int for all axes or one for
        each; 1 for a window without gaps.
    activation: a function of the outputs, or its name; None for none.
    use_bias: whether a bias is added, one number for each output channel.
    bias_initializer: a function of (shape, dtype), or its name.
    bias_regularizer: a penalty on the bias, which is added to the loss.
    bias_constraint: a function that the optimizer applies to the bias after each step.

    Raises ValueError for sizes that are no positive integers, for another padding, for strides
    together with dilation, for inputs of the wrong rank, and if no window fits into the input.
    """

    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    dilates_strided: ClassVar[bool] = False

    if TYPE_CHECKING:  # every subclass declares these fields, in Keras's order
        filters: int | None
        kernel_size: Any
        strides: Any
        padding: str
        dilation_rate: Any
        activation: Callable[..., Any] | None
        use_bias: bool

    def setup(self) -> None:
        self.kernel_size = per_axis(self.kernel_size, self.rank, "kernel_size")
        self.strides = per_axis(self.strides, self.rank, "strides")
        self.dilation_rate = per_axis(self.dilation_rate, self.rank, "dilation_rate")
        self.padding = standardize_padding(self.padding, self.paddings)
        super().setup()
        self.input_spec = InputSpec(min_ndim=self.rank + 2)
        for name in ("filters", "depth_multiplier"):
            value = getattr(self, name, None)
            if value is not None and (value <= 0 or value % 1):
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value}")
        if not self.dilates_strided and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def _channels(self, input_shape: Shape) -> int:
        """The number of input channels; ``input_spec`` requires it from now on.

        Raises ValueError if it is unknown, or if no window fits into the input.
        """
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise ValueError(
                f"The channels of the input must be known. Received input shape {input_shape}"
            )
        self.compute_output_shape(input_shape)
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={self._channel_axis: channels})
        return channels

    def _add_bias(self, filters: int) -> None:
        self.bias = self.add_weight(shape=(filters,), name="bias") if self.use_bias else None

    def call(self, inputs: TensorLike) -> TensorLike:
        outputs = self.convolve(inputs)
        if self.bias is not None:
            last = self.data_format == "channels_last"
            bias = self.bias if last else ops.reshape(self.bias, (1, -1, *[1] * self.rank))
            outputs = ops.add(outputs, bias)
        return outputs if self.activation is None else self.activation(outputs)

    def convolve(self, inputs: TensorLike) -> TensorLike:
        """The outputs without bias and activation."""
        raise NotImplementedError

    def _windows(self) -> dict[str, Any]:
        """The arguments that all ops of convolution have in common."""
        names = ("strides", "padding", "data_format", "dilation_rate")
        return {name: getattr(self, name) for name in names}

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        windows = self.kernel_size, self.strides, self.padding, self.data_format, self.dilation_rate
        return windowed_shape(input_shape, *windows, self._output_channels(input_shape))

    def _output_channels(self, input_shape: Shape) -> int | None:
        return self.filters


class KernelLayer(WindowedLayer):
    """The arguments that layers with a single kernel have after their own.

    kernel_initializer: a function of (shape, dtype), or its name.
    kernel_regularizer: a penalty on the kernel, which is added to the loss.
    kernel_constraint: a function that the optimizer applies to the kernel after each step.
    """

    activation: Callable[..., Any] | None = field(None, registry=activations.registry)
    use_bias: bool = True
    kernel_initializer: Any = field("glorot_uniform", registry=initializers.registry)
    bias_initializer: Any = field("zeros", registry=initializers.registry)
    kernel_regularizer: Any = field(None, registry=regularizers.registry)
    bias_regularizer: Any = field(None, registry=regularizers.registry)
    activity_regularizer: Any = field(None, registry=regularizers.registry)
    kernel_constraint: Any = field(None, registry=constraints.registry)
    bias_constraint: Any = field(None, registry=constraints.registry)
