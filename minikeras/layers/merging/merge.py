"""What layers of several inputs do alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import ops, shapes
from minikeras.autograd import strip
from minikeras.layers.layer import Layer
from minikeras.types import Shape, TensorLike


class Merge(Layer):
    """One tensor from a list of tensors that broadcast; subclasses say how, in ``merge``.

    Inputs of lower rank get axes of size 1 after the batch.

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
        shapes.broadcast(*(shape[1:] for shape in input_shape))

    def call(self, inputs: list[TensorLike]) -> TensorLike:
        if not isinstance(inputs, list | tuple):
            raise ValueError(
                "A merge layer should be called on a list of inputs. "
                f"Received: inputs={inputs} (not a list of tensors)"
            )
        rank = max(len(x.shape) for x in inputs)
        return self.merge([_raised(x, rank) for x in inputs])

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        raise NotImplementedError

    def compute_mask(self, inputs: Any, mask: Any = None) -> TensorLike:
        """A cell counts where it counts in any of the inputs; without a mask everything does."""
        if mask is None:
            return None
        _check_masks(inputs, mask)
        if any(m is None for m in mask):
            return None
        return _fold(ops.logical_or, mask)


def _raised(x: TensorLike, rank: int) -> TensorLike:
    missing = rank - len(x.shape)
    return ops.expand_dims(x, tuple(range(1, missing + 1))) if missing else x


def _check_masks(inputs: Any, mask: Any) -> None:
    for name, value in (("mask", mask), ("inputs", inputs)):
        if not isinstance(value, tuple | list):
            raise ValueError(f"`{name}` should be a list. Received: {name}={value}")
    if len(mask) != len(inputs):
        raise ValueError(
            "The lists `inputs` and `mask` should have the same length. "
            f"Received: {len(inputs)} inputs and {len(mask)} masks"
        )


def _fold(rule: Callable[[Any, Any], Any], values: Any) -> Any:
    result, *others = values
    for value in others:
        result = rule(result, value)
    return result


def cells_kept(x: TensorLike) -> TensorLike:
    """The mask that ``x`` carries, one entry for each cell; None if it carries none."""
    mask = getattr(x, "_keras_mask", None)
    return mask if mask is None else ops.broadcast_to(ops.expand_dims(strip(mask), -1), x.shape)


def carry(output: TensorLike, kept: TensorLike) -> TensorLike:
    """``output`` with the mask of the steps of which any cell is kept."""
    if kept is not None:
        output._keras_mask = ops.any(kept, axis=-1)
    return output
