"""Masking: steps of a sequence are marked as missing."""

from __future__ import annotations

from minikeras import ops
from minikeras.layers.layer import WeightlessLayer
from minikeras.types import TensorLike


class Masking(WeightlessLayer):
    """Masks each step of (batch, steps, features) whose features all equal ``mask_value``.

    outputs = inputs, and 0 at the masked steps

    The mask is False at these steps; the layers that follow receive it.

    mask_value: the value that marks a missing step.
    """

    mask_value: float = 0.0

    def compute_mask(self, inputs: TensorLike, mask: TensorLike = None) -> TensorLike:
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: TensorLike) -> TensorLike:
        mask = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return ops.where(mask, inputs, 0)
