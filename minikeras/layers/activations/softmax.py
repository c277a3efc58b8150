"""Softmax: probabilities along an axis."""

from __future__ import annotations

from typing import Any

from minikeras import activations, dtypes, ops
from minikeras.layers.layer import WeightlessLayer
from minikeras.types import Shape, TensorLike


class Softmax(WeightlessLayer):
    """outputs = exp(inputs) / Σ exp(inputs) along ``axis``

    Where the mask is False the output is 0; the input is replaced by −10⁹ (−3·10⁴ in float16).

    axis: the axis, or several over which the sum is taken.

    Raises ValueError for a mask that does not broadcast to the inputs.
    """

    axis: Any = -1

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def call(self, inputs: TensorLike, mask: TensorLike = None) -> TensorLike:
        if mask is not None:
            _check_mask(mask, inputs)
            if dtypes.standardize(mask.dtype) != "bool":
                mask = ops.greater(mask, 0.5)
            half = dtypes.standardize(inputs.dtype) == "float16"
            inputs = ops.where(mask, inputs, -3e4 if half else -1e9)
        if isinstance(self.axis, tuple | list) and len(self.axis) > 1:
            axes = tuple(self.axis)
            outputs = ops.exp(inputs - ops.logsumexp(inputs, axis=axes, keepdims=True))
        else:
            axis = self.axis[0] if isinstance(self.axis, tuple | list) else self.axis
            outputs = activations.softmax(inputs, axis=axis)
        return outputs if mask is None else ops.where(mask, outputs, 0.0)


def _check_mask(mask: TensorLike, inputs: TensorLike) -> None:
    pairs = zip(reversed(mask.shape), reversed(inputs.shape))
    if len(mask.shape) > len(inputs.shape) or any(
        None not in (have, want) and have not in (1, want) for have, want in pairs
    ):
        raise ValueError(
            "The `mask` must be broadcastable to `inputs`. "
            f"Received: inputs.shape={inputs.shape}, mask.shape={mask.shape}"
        )
