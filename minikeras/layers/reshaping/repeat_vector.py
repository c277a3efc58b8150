"""RepeatVector: the same features at every step."""

from __future__ import annotations

from minikeras import ops
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class RepeatVector(Layer):
    """(batch, features) → (batch, n, features)

    n: how often the features are repeated.

    Raises TypeError unless ``n`` is an integer, ValueError unless it is positive.
    """

    n: int

    def setup(self) -> None:
        if not isinstance(self.n, int) or isinstance(self.n, bool):
            raise TypeError(
                f"`n` must be an integer. Received: n={describe(self.n)} of {type(self.n)}"
            )
        if self.n <= 0:
            raise ValueError(f"`n` must be a positive integer. Received: n={self.n}")
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], self.n, input_shape[1])
