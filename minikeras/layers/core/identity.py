"""Identity: what goes in comes out."""

from __future__ import annotations

from minikeras.layers.layer import Layer
from minikeras.types import TensorLike


class Identity(Layer):
    """outputs = inputs, the very same objects; they may be nested."""

    supports_masking = True

    def setup(self) -> None:
        self._build_at_init()

    def call(self, inputs: TensorLike) -> TensorLike:
        return inputs
