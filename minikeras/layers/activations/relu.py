"""ReLU and its kin."""

from __future__ import annotations

import warnings
from typing import Any

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.types import Shape, TensorLike


class ReLU(Layer):
    """outputs = max_value above max_value, inputs above threshold,
    else negative_slope (inputs − threshold)

    Raises ValueError for a negative argument, and for ``None`` other than as ``max_value``.
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    supports_masking = True

    def setup(self) -> None:
        for name in ("max_value", "negative_slope", "threshold"):
            value = getattr(self, name)
            if value is None and name == "max_value":
                continue
            if value is None or value < 0:
                raise ValueError(
                    f"{name} of a ReLU layer cannot be None or a negative value. "
                    f"Received: {name}={value}"
                )
        self._build_at_init()

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


class LeakyReLU(Layer):
    """outputs = inputs where inputs > 0, else negative_slope · inputs

    Raises ValueError if the slope is ``None`` or negative.
    """

    negative_slope: float = 0.3

    supports_masking = True

    @classmethod
    def _update_keywords(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        if "alpha" in kwargs:
            kwargs["negative_slope"] = kwargs.pop("alpha")
            warnings.warn(
                "Argument `alpha` is deprecated. Use `negative_slope` instead.", stacklevel=3
            )
        return kwargs

    def setup(self) -> None:
        if self.negative_slope is None or self.negative_slope < 0:
            raise ValueError(
                "The negative_slope value of a Leaky ReLU layer cannot be None or negative value. "
                f"Expected a float. Received: negative_slope={self.negative_slope}"
            )
        self._build_at_init()

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(Layer):
    """outputs = inputs where inputs > 0, else alpha (exp(inputs) − 1)"""

    alpha: float = 1.0

    supports_masking = True

    def setup(self) -> None:
        self._build_at_init()

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.elu(inputs, alpha=self.alpha)


class PReLU(Layer):
    """outputs = inputs where inputs > 0, else alpha · inputs, with slopes that are learned

    alpha: the shape of one sample, with 1 for each of the ``shared_axes`` (the batch is axis 0)
    """

    alpha_initializer: Any = field("Zeros", registry=initializers.registry)
    alpha_regularizer: Any = field(None, registry=regularizers.registry)
    alpha_constraint: Any = field(None, registry=constraints.registry)
    shared_axes: Any = None

    supports_masking = True

    def setup(self) -> None:
        if self.shared_axes is not None:
            several = isinstance(self.shared_axes, list | tuple)
            self.shared_axes = list(self.shared_axes) if several else [self.shared_axes]

    def build(self, input_shape: Shape) -> None:
        shared = self.shared_axes or []
        shape = list(input_shape[1:])
        for axis in shared:
            shape[axis - 1] = 1
        self.alpha = self.add_weight(shape=shape, name="alpha")
        own = [axis for axis in range(1, len(input_shape)) if shared and axis not in shared]
        self.input_spec = InputSpec(
            ndim=len(input_shape), axes={axis: input_shape[axis] for axis in own}
        )

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.relu(inputs) + ops.negative(self.alpha) * activations.relu(-inputs)
