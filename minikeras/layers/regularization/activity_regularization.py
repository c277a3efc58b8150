"""ActivityRegularization: a penalty on the activations."""

from __future__ import annotations

from minikeras import regularizers
from minikeras.layers.layer import WeightlessLayer
from minikeras.types import TensorLike


class ActivityRegularization(WeightlessLayer):
    """outputs = inputs, and (l1 Σ |inputs| + l2 Σ inputs²) / batch is added to the loss.

    l1, l2: the factors.

    Raises ValueError unless both are finite and not negative.
    """

    l1: float = 0.0
    l2: float = 0.0

    def setup(self) -> None:
        self.activity_regularizer = regularizers.L1L2(self.l1, self.l2)
        super().setup()

    def call(self, inputs: TensorLike) -> TensorLike:
        return inputs

    def get_config(self) -> dict[str, object]:
        config = super().get_config()
        del config["activity_regularizer"]
        return config
