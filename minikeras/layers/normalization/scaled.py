"""What the normalisations share: a learned scale and a learned shift."""

from __future__ import annotations

from typing import Any

from minikeras.layers.layer import Layer
from minikeras.types import Shape


class ScaledLayer(Layer):
    """Has a ``gamma`` and a ``beta``, which keep their own precision."""

    supports_masking = True

    def _add_scale_and_shift(self, shape: Shape, scale: bool, center: bool) -> None:
        self.gamma: Any = None
        self.beta: Any = None
        if scale:
            self.gamma = self.add_weight(shape=shape, name="gamma", autocast=False)
        if center:
            self.beta = self.add_weight(shape=shape, name="beta", autocast=False)


def check_axes(axes: Any, input_shape: Shape) -> None:
    """Raises ValueError unless the input has all of these axes."""
    for axis in [axes] if isinstance(axes, int) else axes:
        if not -len(input_shape) <= axis < len(input_shape):
            raise ValueError(
                f"Axis {axis} is out of bounds for input shape {input_shape}. Received: axis={axes}"
            )
