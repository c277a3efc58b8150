"""GroupNormalization: each group of channels of a sample with mean 0 and variance 1."""

from __future__ import annotations

from minikeras import dtypes, ops
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.normalization.scaled import ScaleAndShift, sorted_axes
from minikeras.messages import describe
from minikeras.ops.normalization import by_its_moments
from minikeras.types import Shape, TensorLike


class GroupNormalization(ScaleAndShift):
    """outputs = gamma (inputs − m) / √(v + epsilon) + beta

    The mean m and the variance v are taken over a group of neighbouring channels and over all other
    axes but the batch.

    gamma, beta: (channels,)

    groups: the number of groups; −1 for one of each channel (instance normalization).
    axis: the axis of the channels.

    Raises ValueError unless ``groups`` is −1 or a positive integer that divides the channels.
    """

    groups: int = 32
    axis: int = -1
    epsilon: float = 1e-3

    def setup(self) -> None:
        if not isinstance(self.groups, int) or (self.groups <= 0 and self.groups != -1):
            raise ValueError(
                "Received an invalid value for argument `groups`, expected a positive integer (or "
                f"`-1` for instance normalization). Received: groups={describe(self.groups)}"
            )
        self.autocast = False  # the moments are those of the inputs as given

    def build(self, input_shape: Shape) -> None:
        sorted_axes(self.axis, input_shape)
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension but the layer "
                f"received an input with shape {input_shape}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) must divide the number of channels ({channels})."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self._add_scale_and_shift((channels,), self.scale, self.center)

    def call(self, inputs: TensorLike) -> TensorLike:
        axis = self.axis % len(inputs.shape)
        split = (self.groups, inputs.shape[axis] // self.groups)  # ... channels ... → ... g, c ...
        ones = (1,) * (len(inputs.shape) - axis - 1)

        def spread(v: TensorLike) -> TensorLike:
            if v is None:
                return None
            return ops.cast(ops.reshape(v, (*[1] * axis, *split, *ones)), x.dtype)

        x = ops.cast(inputs, dtypes.result_type(inputs.dtype, "float32"))
        x = ops.reshape(x, (*inputs.shape[:axis], *split, *inputs.shape[axis + 1 :]))
        within = tuple(i for i in range(1, len(x.shape)) if i != axis)
        outputs, _, _ = by_its_moments(
            x, spread(self.gamma), spread(self.beta), within, self.epsilon
        )
        return ops.cast(ops.reshape(outputs, inputs.shape), self.compute_dtype)
