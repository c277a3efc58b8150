"""Identity: outputs are inputs."""

from __future__ import annotations

from minikeras.layers.layer import Layer
from minikeras.types import TensorLike


class Identity(Layer):
    """outputs = inputs, the same objects; they may be lists or dicts of tensors."""

    supports_masking = True

    def setup(self) -> None:
        self._build_at_init()

    def call(self, inputs: TensorLike) -> TensorLike:
        return inputs
