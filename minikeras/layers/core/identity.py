"""Identity: outputs are inputs."""

from __future__ import annotations

from minikeras.layers.layer import WeightlessLayer
from minikeras.types import TensorLike


class Identity(WeightlessLayer):
    """outputs = inputs, the same objects; they may be lists or dicts of tensors."""

    def call(self, inputs: TensorLike) -> TensorLike:
        return inputs
