"""Dense: an affine map of the features, then an activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class Dense(Layer):
    """An affine map of the last axis, then an activation.

    outputs = activation(inputs @ kernel + bias)

    inputs: (batch, ..., features)       outputs: (batch, ..., units)
    kernel: (features, units)            bias: (units,)

    units: the number of output features.
    activation: a function of the outputs, or its name; None for none.
    use_bias: whether the bias is added.
    kernel_initializer, bias_initializer: functions of (shape, dtype), or their names.
    kernel_regularizer, bias_regularizer: penalties on the weights, which are added to the loss.
    activity_regularizer: a penalty on the outputs, which is added to the loss.
    kernel_constraint, bias_constraint: functions that the optimizer applies to the weights after
        each step.
    quantization_config: must be None; configs of Keras have it.

    Raises ValueError unless ``units`` is a positive integer, and for inputs of rank below 2.
    """

    units: int
    activation: Callable[..., Any] | None = field(None, registry=activations.registry)
    use_bias: bool = True
    kernel_initializer: Any = field("glorot_uniform", registry=initializers.registry)
    bias_initializer: Any = field("zeros", registry=initializers.registry)
    kernel_regularizer: Any = field(None, registry=regularizers.registry)
    bias_regularizer: Any = field(None, registry=regularizers.registry)
    activity_regularizer: Any = field(None, registry=regularizers.registry, saved=False)
    kernel_constraint: Any = field(None, registry=constraints.registry)
    bias_constraint: Any = field(None, registry=constraints.registry)
    quantization_config: None = field(None, kw_only=True)

    supports_masking = True

    def setup(self) -> None:
        if not isinstance(self.units, int) or self.units <= 0:
            raise ValueError(
                "Received an invalid value for `units`, expected a positive integer. "
                f"Received: units={describe(self.units)}"
            )
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Shape) -> None:
        features = input_shape[-1]
        self.kernel = self.add_weight(shape=(features, self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), name="bias") if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs: TensorLike) -> TensorLike:
        outputs = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)
