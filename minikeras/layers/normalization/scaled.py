"""What the normalisations share: a learned scale and a learned shift."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras.layers.layer import Layer
from minikeras.types import Shape


class ScaledLayer(Layer):
    """Makes ``gamma`` if ``scale``, ``beta`` if ``center``; both keep their own precision."""

    center: ClassVar[Any]
    scale: ClassVar[Any]

    supports_masking = True

    def _add_scale_and_shift(self, shape: Shape) -> None:
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(shape=shape, name="gamma", autocast=False)
        if self.center:
            self.beta = self.add_weight(shape=shape, name="beta", autocast=False)


def check_axes(axes: Any, input_shape: Shape) -> None:
    """Raises ValueError unless the input has all of these axes."""
    for axis in [axes] if isinstance(axes, int) else axes:
        if not -len(input_shape) <= axis < len(input_shape):
            raise ValueError(
                f"Axis {axis} is out of bounds for input shape {input_shape}. Received: axis={axes}"
            )
