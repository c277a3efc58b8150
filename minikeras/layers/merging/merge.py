"""``Merge``, the base of layers that combine several inputs, and how they treat masks."""

from __future__ import annotations

import functools
from typing import Any

from minikeras import ops, shapes
from minikeras.autograd import strip
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class Merge(Layer):
    """One tensor from a list of tensors that broadcast.  Subclasses write ``merge``.

    Inputs of lower rank first get axes of size 1 after the batch.

    Raises ValueError for anything but a list, for different batch sizes, and for shapes that do not
    broadcast.
    """

    supports_masking = True

    def build(self, input_shape: list[Shape]) -> None:
        if not isinstance(input_shape[0], list | tuple):
            raise ValueError(
                "A merge layer should be called on a list of inputs. "
                f"Received: input_shape={input_shape} (not a list of shapes)"
            )
        batches = {shape[0] for shape in input_shape if shape} - {None}
        if len(batches) > 1:
            raise ValueError(
                "Cannot merge tensors with different batch sizes. "
                f"Received tensors with shapes {input_shape}"
            )
        try:
            shapes.broadcast(*(shape[1:] for shape in input_shape))
        except ValueError as error:
            kind = type(self).__name__
            raise ValueError(f"{kind} layer {self.name!r}, batch axis aside: {error}") from None

    def call(self, inputs: list[TensorLike]) -> TensorLike:
        if not isinstance(inputs, list | tuple):
            raise ValueError(
                "A merge layer should be called on a list of inputs. "
                f"Received: inputs={describe(inputs)} (not a list of tensors)"
            )
        rank = max(len(x.shape) for x in inputs)
        return self.merge([_expanded(x, rank) for x in inputs])

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        """The output for inputs of one rank."""
        raise NotImplementedError

    def compute_mask(self, inputs: Any, mask: Any = None) -> TensorLike:
        """True where the mask of any input is True; None if an input has no mask."""
        if mask is None:
            return None
        check_masks(inputs, mask)
        return None if any(m is None for m in mask) else functools.reduce(ops.logical_or, mask)


def _expanded(x: TensorLike, rank: int) -> TensorLike:
    missing = rank - len(x.shape)
    return ops.expand_dims(x, tuple(range(1, missing + 1))) if missing else x


def check_masks(inputs: Any, mask: Any) -> None:
    """Raises ValueError unless both are lists, of the same length."""
    for name, value in (("mask", mask), ("inputs", inputs)):
        if not isinstance(value, tuple | list):
            raise ValueError(f"`{name}` should be a list. Received: {name}={describe(value)}")
    if len(mask) != len(inputs):
        raise ValueError(
            "The lists `inputs` and `mask` should have the same length. "
            f"Received: {len(inputs)} inputs and {len(mask)} masks"
        )


def mask_of_cells(x: TensorLike) -> TensorLike:
    """The mask of the steps of ``x``, repeated for each of its cells; None if it has none."""
    mask = getattr(x, "_keras_mask", None)
    return mask if mask is None else ops.broadcast_to(ops.expand_dims(strip(mask), -1), x.shape)


def with_mask_of_cells(output: TensorLike, mask: TensorLike) -> TensorLike:
    """``output`` with a mask of its steps: True where the mask of any cell is True."""
    if mask is not None:
        output._keras_mask = ops.any(mask, axis=-1)
    return output
