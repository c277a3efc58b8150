"""Sums, products and extremes of corresponding elements of several inputs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar

from minikeras import ops, tf_function
from minikeras.autograd import Tensor
from minikeras.layers.merging.merge import Merge, mask_of_cells, with_mask_of_cells
from minikeras.ops.arithmetic import add_all, with_factors
from minikeras.types import Shape, TensorLike


class Add(Merge):
    """outputs = inputs[0] + inputs[1] + ..."""

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        return add_all(inputs)


class Subtract(Merge):
    """outputs = inputs[0] − inputs[1]

    Raises ValueError unless there are two inputs.
    """

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
        total, n = add_all(inputs), len(inputs)
        return tf_function.over(total, n) if isinstance(total, Tensor) else total / n


class Multiply(Merge):
    """outputs = inputs[0] · inputs[1] · ...

    A masked cell is a factor 1.  Where all inputs are masked, the product is 0.
    """

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        masks = [mask_of_cells(x) for x in inputs]
        factors = [
            x if mask is None else ops.where(mask, x, ops.cast(1, x.dtype))
            for x, mask in zip(inputs, masks)
        ]
        output = with_factors(functools.reduce(ops.multiply, factors), factors)
        if any(mask is None for mask in masks):
            return output
        mask = functools.reduce(ops.logical_or, masks)
        return with_mask_of_cells(ops.where(mask, output, ops.cast(0, output.dtype)), mask)


class _Extreme(Merge):
    """The largest or the smallest of the inputs that are not masked."""

    rule: ClassVar[Callable[[Any, Any], Any]]

    def merge(self, inputs: list[TensorLike]) -> TensorLike:
        output, mask = inputs[0], mask_of_cells(inputs[0])
        for x in inputs[1:]:
            other = mask_of_cells(x)
            if other is not None:
                x = ops.where(other, x, output)
            if mask is not None:
                output = ops.where(mask, output, x)
            mask = None if mask is None or other is None else ops.logical_or(mask, other)
            output = type(self).rule(output, x)
        return with_mask_of_cells(output, mask)


class Maximum(_Extreme):
    """outputs = max(inputs[0], inputs[1], ...); masked cells are left out.

    Parity: at a tie the gradient goes to the earlier input.
    """

    rule = ops.maximum


class Minimum(_Extreme):
    """outputs = min(inputs[0], inputs[1], ...); masked cells are left out.

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
