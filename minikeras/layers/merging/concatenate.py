"""Concatenate: the inputs joined along an axis."""

from __future__ import annotations

from typing import Any

from minikeras import ops, shapes
from minikeras.layers.merging.merge import Merge, check_masks
from minikeras.types import Shape, TensorLike


class Concatenate(Merge):
    """The inputs joined along an axis.

    axis: the axis; sizes along all others are equal.

    Raises ValueError for anything but a list, and for shapes that differ along other axes.
    """

    axis: int = -1

    def build(self, input_shape: list[Shape]) -> None:
        if not input_shape or not isinstance(input_shape[0], list | tuple):
            raise ValueError(
                "A `Concatenate` layer should be called on a list of at least 1 input. "
                f"Received: input_shape={input_shape}"
            )
        first, *others = input_shape
        axis = shapes.normalize_axis(self.axis, len(first))
        for other in others:
            if len(other) != len(first) or not all(
                i == axis or shapes.match(a, b) for i, (a, b) in enumerate(zip(first, other))
            ):
                raise ValueError(
                    "A `Concatenate` layer requires inputs with matching shapes except for the "
                    f"concatenation axis. Received: input_shape={input_shape}, axis={self.axis}"
                )

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        return ops.concatenate(inputs, axis=self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> TensorLike:
        """The masks joined along the axis; that of an input without one is True everywhere."""
        if mask is None:
            return None
        check_masks(inputs, mask)
        if all(m is None for m in mask):
            return None
        masks = [_mask_of_cells(x, m) for x, m in zip(inputs, mask)]
        return ops.any(ops.concatenate(masks, axis=self.axis), axis=-1)


def _mask_of_cells(x: TensorLike, mask: TensorLike) -> TensorLike:
    if mask is None:
        return ops.ones_like(x, dtype="bool")
    if len(mask.shape) == len(x.shape):
        return mask
    return ops.logical_or(ops.expand_dims(mask, -1), ops.zeros_like(x, dtype="bool"))


def concatenate(inputs: list[TensorLike], axis: int = -1, **kwargs: Any) -> TensorLike:
    """``Concatenate(axis, **kwargs)(inputs)``"""
    return Concatenate(axis=axis, **kwargs)(inputs)
