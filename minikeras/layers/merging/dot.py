"""Dot: scalar products of two inputs, sample by sample."""

from __future__ import annotations

import math
from typing import Any

from minikeras import ops
from minikeras.layers.merging.merge import Merge
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class Dot(Merge):
    """The sum of products over an axis of the first input and an axis of the second.

    outputs: (batch, *other axes of the first, *other axes of the second); (batch, 1) for vectors

    axes: the axis, or two of them, for the first input and for the second.
    normalize: whether vectors along these axes are first divided by their length; the outputs are
        then cosines.

    Raises TypeError unless ``axes`` is an int or a list, ValueError unless it holds two ints, for
    anything but two inputs, for axes of different sizes, and for the axis of the batch.
    """

    axes: Any
    normalize: bool = False

    def setup(self) -> None:
        axes = self.axes
        if isinstance(axes, int):
            return
        if not isinstance(axes, list | tuple):
            raise TypeError(
                "Invalid type for argument `axes`: it should be a list or an int. "
                f"Received: axes={axes}"
            )
        if len(axes) != 2 or not all(isinstance(axis, int) for axis in axes):
            raise ValueError(
                f"Invalid format for argument `axes`: it should contain two integers. "
                f"Received: axes={describe(axes)}"
            )

    def build(self, input_shape: list[Shape]) -> None:
        if not isinstance(input_shape[0], list | tuple) or len(input_shape) != 2:
            raise ValueError(
                "A `Dot` layer should be called on a list of 2 inputs. "
                f"Received: input_shape={input_shape}"
            )
        first, second = input_shape
        i, j = self._axes(first, second)
        if first[i] != second[j]:
            raise ValueError(
                f"Incompatible input shapes: axis values {first[i]} (at axis {i}) != {second[j]} "
                f"(at axis {j}). Full input shapes: {first}, {second}"
            )

    def _axes(self, first: Shape, second: Shape) -> tuple[int, int]:
        i, j = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return i % len(first) if i < 0 else i, j % len(second) if j < 0 else j

    def call(self, inputs: list[TensorLike]) -> TensorLike:
        x, y = inputs
        i, j = self._axes(x.shape, y.shape)
        if min(len(x.shape), len(y.shape)) < 2 or 0 in (i, j):
            raise ValueError(
                "Cannot multiply over axis 0, the batch. If your inputs are not batched, add a "
                f"dummy batch dimension. Received inputs of shapes {x.shape} and {y.shape}, "
                f"axes={self.axes}"
            )
        if self.normalize:
            x, y = ops.normalize(x, axis=i), ops.normalize(y, axis=j)
        left, right = _without(x.shape, i), _without(y.shape, j)
        rows = ops.transpose(x, (0, *(k for k in range(1, len(x.shape)) if k != i), i))
        columns = ops.transpose(y, (0, j, *(k for k in range(1, len(y.shape)) if k != j)))
        # (batch, M, k) · (batch, k, N) → (batch, M, N)
        product = ops.matmul(
            ops.reshape(rows, (rows.shape[0] or -1, math.prod(left), x.shape[i])),
            ops.reshape(columns, (columns.shape[0] or -1, y.shape[j], math.prod(right))),
        )
        return ops.reshape(product, (product.shape[0] or -1, *((*left, *right) or (1,))))

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        return None


def _without(shape: Shape, axis: int) -> tuple[int, ...]:
    return tuple(n for k, n in enumerate(shape) if k not in (0, axis))  # type: ignore[misc]  # mypy wants tuple() without None


def dot(inputs: list[TensorLike], axes: Any = -1, **kwargs: Any) -> TensorLike:
    """``Dot(axes, **kwargs)(inputs)``"""
    return Dot(axes=axes, **kwargs)(inputs)
