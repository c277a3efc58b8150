"""The bases of normalizing layers: a learned scale and a learned shift."""

from __future__ import annotations

from typing import Any

from minikeras import constraints, initializers, regularizers
from minikeras.declare import field
from minikeras.layers.layer import Layer
from minikeras.types import Shape


class ScaledLayer(Layer):
    """Multiplies by ``gamma`` and adds ``beta``; both are read in the dtype they are stored in.

    axis: the normalized axis, or the one of the channels.
    epsilon: what is added to the variance, so that no division by zero occurs.
    center: whether ``beta`` is added.
    scale: whether ``gamma`` multiplies.
    beta_initializer, gamma_initializer: functions of (shape, dtype), or their names.
    beta_regularizer, gamma_regularizer: penalties on the weights, which are added to the loss.
    beta_constraint, gamma_constraint: functions that the optimizer applies to the weights after
        each step.
    """

    supports_masking = True

    def _add_scale_and_shift(self, shape: Shape, scale: bool, center: bool) -> None:
        self.gamma: Any = None
        self.beta: Any = None
        if scale:
            self.gamma = self.add_weight(shape=shape, name="gamma", autocast=False)
        if center:
            self.beta = self.add_weight(shape=shape, name="beta", autocast=False)


class ScaleAndShift(ScaledLayer):
    """The arguments of gamma and beta, which come after a layer's own."""

    center: bool = True
    scale: bool = True
    beta_initializer: Any = field("zeros", registry=initializers.registry)
    gamma_initializer: Any = field("ones", registry=initializers.registry)
    beta_regularizer: Any = field(None, registry=regularizers.registry)
    gamma_regularizer: Any = field(None, registry=regularizers.registry)
    beta_constraint: Any = field(None, registry=constraints.registry)
    gamma_constraint: Any = field(None, registry=constraints.registry)


def sorted_axes(axes: Any, input_shape: Shape) -> list[int]:
    """One axis, or several, as a sorted list; ValueError unless the input has all of them."""
    found = [axes] if isinstance(axes, int) else sorted(axes)
    for axis in found:
        if not -len(input_shape) <= axis < len(input_shape):
            raise ValueError(
                f"Axis {axis} is out of bounds for input shape {input_shape}. Received: axis={axes}"
            )
    return found
