"""Permute: the axes in another order."""

from __future__ import annotations

from collections.abc import Sequence

from minikeras import ops
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import TensorLike


class Permute(Layer):
    """Axis k of the outputs is axis ``dims[k - 1]`` of the inputs; the batch stays axis 0.

    dims: the axes in their new order, numbered from 1.

    Raises ValueError unless ``dims`` is a permutation of 1, 2, ..., n.
    """

    dims: Sequence[int]

    def setup(self) -> None:
        self.dims = tuple(self.dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"`dims` must be a permutation of 1 to {len(self.dims)}. Received: "
                f"dims={describe(self.dims)}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.transpose(inputs, (0, *self.dims))
