"""LayerNormalization: each sample with mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.declare import field
from minikeras.layers.normalization.scaled import ScaleAndShift, sorted_axes
from minikeras.types import Shape, TensorLike


class LayerNormalization(ScaleAndShift):
    """outputs = gamma (inputs − m) / √(v + epsilon) + beta

    The mean m and the variance v are taken along ``axis``, for each sample by itself.

    gamma, beta: the sizes of these axes

    axis: the axes, an int or several.
    rms_scaling: whether the mean is neither subtracted nor beta added, as in ``RMSNormalization``.

    Raises TypeError if ``axis`` is neither an int nor a list of ints, ValueError for an axis that
    the input does not have.

    Parity: once the layer is built, ``axis`` is a sorted list.
    """

    axis: Any = -1
    epsilon: float = 1e-3
    rms_scaling: bool = field(False, kw_only=True)

    _config_order = ("axis", "epsilon", "center", "scale")

    def setup(self) -> None:
        if not isinstance(self.axis, int | list | tuple):
            raise TypeError(
                "Expected an int or a list/tuple of ints for the argument 'axis', but received: "
                f"{self.axis!r}"
            )
        self.axis = self.axis if isinstance(self.axis, int) else list(self.axis)
        self.autocast = False  # the moments are those of the inputs as given
        if self.rms_scaling:
            self.scale, self.center = True, False

    def build(self, input_shape: Shape) -> None:
        self.axis = sorted_axes(self.axis, input_shape)
        shape = tuple(input_shape[axis] for axis in self.axis)
        self._add_scale_and_shift(shape, self.scale, self.center)

    def call(self, inputs: TensorLike) -> TensorLike:
        outputs = ops.layer_normalization(
            inputs, self.gamma, self.beta, self.axis, self.epsilon, rms_scaling=self.rms_scaling
        )
        return ops.cast(outputs, self.compute_dtype)
