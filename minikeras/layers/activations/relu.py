"""ReLU, LeakyReLU and ELU."""

from __future__ import annotations

from typing import Any

from minikeras import activations, frames
from minikeras.layers.layer import WeightlessLayer
from minikeras.types import TensorLike


class ReLU(WeightlessLayer):
    """outputs = min(inputs, max_value) where inputs > threshold,
    else negative_slope (inputs − threshold)

    max_value: the largest output; None for no limit.
    negative_slope: the slope below the threshold.
    threshold: where the slope changes.

    Raises ValueError for a negative argument, and for ``None`` other than as ``max_value``.
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

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
        super().setup()

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


class LeakyReLU(WeightlessLayer):
    """outputs = inputs where inputs > 0, else negative_slope · inputs

    negative_slope: the slope below zero.

    Raises ValueError if the slope is ``None`` or negative.
    """

    negative_slope: float = 0.3

    @classmethod
    def _update_keywords(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        if "alpha" in kwargs:
            kwargs["negative_slope"] = kwargs.pop("alpha")
            frames.warn("Argument `alpha` is deprecated. Use `negative_slope` instead.")
        return kwargs

    def setup(self) -> None:
        if self.negative_slope is None or self.negative_slope < 0:
            raise ValueError(
                "The negative_slope value of a Leaky ReLU layer cannot be None or negative value. "
                f"Expected a float. Received: negative_slope={self.negative_slope}"
            )
        super().setup()

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(WeightlessLayer):
    """outputs = inputs where inputs > 0, else alpha (exp(inputs) − 1)

    alpha: minus the limit of the outputs for small inputs.
    """

    alpha: float = 1.0

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "alpha": self.alpha} | super().get_config()  # Keras's order

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.elu(inputs, alpha=self.alpha)
