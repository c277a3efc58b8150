"""ReLU, LeakyReLU and ELU."""

from __future__ import annotations

import warnings
from typing import Any

from minikeras import activations
from minikeras.layers.layer import Layer
from minikeras.types import TensorLike


class ReLU(Layer):
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

    negative_slope: the slope below zero.

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
    """outputs = inputs where inputs > 0, else alpha (exp(inputs) − 1)

    alpha: minus the limit of the outputs for small inputs.
    """

    alpha: float = 1.0

    supports_masking = True

    def setup(self) -> None:
        self._build_at_init()

    def call(self, inputs: TensorLike) -> TensorLike:
        return activations.elu(inputs, alpha=self.alpha)
