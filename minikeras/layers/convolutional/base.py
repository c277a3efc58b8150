"""What all layers with a sliding kernel do alike: checks, channels, bias and activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from minikeras import activations, constraints, initializers, ops, regularizers, settings
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.ops.windows import per_axis, standardize_padding, windowed_shape
from minikeras.types import Shape, TensorLike

Ints: TypeAlias = Any  # an int or one for each axis; once set up, a tuple


class WindowedLayer(Layer):
    """A kernel that slides over ``rank`` spatial axes; subclasses declare the fields."""

    rank: ClassVar[int]
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    dilates_strided: ClassVar[bool] = False

    if TYPE_CHECKING:  # fields of every subclass, in an order of its own
        filters: int | None
        kernel_size: Any
        strides: Any
        padding: str
        data_format: Any
        dilation_rate: Any
        activation: Callable[..., Any] | None
        use_bias: bool

    def setup(self) -> None:
        self.kernel_size = per_axis(self.kernel_size, self.rank, "kernel_size")
        self.strides = per_axis(self.strides, self.rank, "strides")
        self.dilation_rate = per_axis(self.dilation_rate, self.rank, "dilation_rate")
        self.padding = standardize_padding(self.padding, self.paddings)
        self.data_format = settings.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(min_ndim=self.rank + 2)
        self._check_positive("filters")
        if not self.dilates_strided and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    def _check_positive(self, name: str) -> None:
        value = getattr(self, name, None)
        if value is not None and (value <= 0 or value % 1):
            raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value}")

    def _channels(self, input_shape: Shape) -> int:
        """The channels of the input, which from now on is held to them.

        Raises ValueError if they are unknown, or if no window fits into the input.
        """
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"The channels of the input must be known. Received input shape {input_shape}"
            )
        self.compute_output_shape(input_shape)
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
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
        """The linear part: what comes before bias and activation."""
        raise NotImplementedError

    def _moves(self) -> dict[str, Any]:
        return {
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._windowed_shape(input_shape, self.filters)

    def _windowed_shape(self, input_shape: Shape, filters: int | None) -> Shape:
        return windowed_shape(
            input_shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            filters,
        )


class KernelLayer(WindowedLayer):
    """The last arguments of the layers with a single kernel; their own come before these.

    activation: a function of the outputs, or its name.
    use_bias: whether a bias is added, one number for each filter.
    kernel_initializer, bias_initializer: functions of (shape, dtype), or their names.
    kernel_regularizer, bias_regularizer, activity_regularizer: penalties on the weights and on
        the outputs, which are added to the loss.
    kernel_constraint, bias_constraint: functions that an optimizer applies to the weights.
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
