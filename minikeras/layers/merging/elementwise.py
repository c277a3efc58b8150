"""Sums, products and extremes of corresponding elements of several inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from minikeras import ops
from minikeras.layers.merging.merge import Merge, _fold, carry, cells_kept
from minikeras.types import Shape, TensorLike


class Add(Merge):
    """outputs = inputs[0] + inputs[1] + ..."""

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        return _fold(ops.add, inputs)


class Subtract(Merge):
    """outputs = inputs[0] − inputs[1];  ValueError unless there are two."""

    def build(self, input_shape: list[Shape]) -> None:
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                "A `Subtract` layer should be called on exactly 2 inputs. "
                f"Received: input_shape={input_shape}"
            )

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        return ops.subtract(*inputs)


class Average(Merge):
    """outputs = (inputs[0] + inputs[1] + ...) / n"""

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        return _fold(ops.add, inputs) / len(inputs)


class Multiply(Merge):
    """outputs = inputs[0] · inputs[1] · ...

    A cell that its own mask leaves out counts as 1; where all masks leave it out the product is 0.
    """

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        masks = [cells_kept(x) for x in inputs]
        output = _fold(
            ops.multiply,
            [
                x if kept is None else ops.where(kept, x, ops.cast(1, x.dtype))
                for x, kept in zip(inputs, masks)
            ],
        )
        if any(kept is None for kept in masks):
            return output
        kept = _fold(ops.logical_or, masks)
        return carry(ops.where(kept, output, ops.cast(0, output.dtype)), kept)


class _Extreme(Merge):
    """A masked cell takes the value of the others, from first to last."""

    rule: ClassVar[Callable[[Any, Any], Any]]

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        output, kept = inputs[0], cells_kept(inputs[0])
        for x in inputs[1:]:
            its = cells_kept(x)
            if its is not None:
                x = ops.where(its, x, output)
            if kept is not None:
                output = ops.where(kept, output, x)
            kept = None if kept is None or its is None else ops.logical_or(kept, its)
            output = type(self).rule(output, x)
        return carry(output, kept)


class Maximum(_Extreme):
    """outputs = max(inputs[0], inputs[1], ...); a masked cell does not count.

    Parity: at a tie the gradient goes to the earlier input.
    """

    rule = ops.maximum


class Minimum(_Extreme):
    """outputs = min(inputs[0], inputs[1], ...); a masked cell does not count.

    Parity: at a tie the gradient goes to the earlier input.
    """

    rule = ops.minimum


def add(inputs: list[TensorLike], **kwargs: Any) -> TensorLike:
    """``Add(**kwargs)(inputs)``"""
    return Add(**kwargs)(inputs)


def subtract(inputs: list[TensorLike], **kwargs: Any) -> TensorLike:
    """``Subtract(**kwargs)(inputs)``"""
    return Subtract(**kwargs)(inputs)


def average(inputs: list[TensorLike], **kwargs: Any) -> TensorLike:
    """``Average(**kwargs)(inputs)``"""
    return Average(**kwargs)(inputs)


def multiply(inputs: list[TensorLike], **kwargs: Any) -> TensorLike:
    """``Multiply(**kwargs)(inputs)``"""
    return Multiply(**kwargs)(inputs)


def maximum(inputs: list[TensorLike], **kwargs: Any) -> TensorLike:
    """``Maximum(**kwargs)(inputs)``"""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: list[TensorLike], **kwargs: Any) -> TensorLike:
    """``Minimum(**kwargs)(inputs)``"""
    return Minimum(**kwargs)(inputs)
