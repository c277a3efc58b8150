"""Initializers without randomness."""

from __future__ import annotations

from typing import Any, Self

from minikeras import ops
from minikeras.declare import field
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.initializers.initializer import Initializer
from minikeras.types import DType


class Zeros(Initializer):
    """All elements 0."""

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        return ops.zeros(shape, dtype=dtype)


class Ones(Initializer):
    """All elements 1."""

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        return ops.ones(shape, dtype=dtype)


class Constant(Initializer):
    """All elements ``value``.

    value: a number, or an array that is broadcast to the shape.

    Parity: a Python number is rounded to float32 first, for float64 too.
    """

    value: Any = 0.0

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        value = self.value
        if isinstance(value, float | list | tuple):
            narrow = None if isinstance(value, list | tuple) else "float32"
            value = ops.convert_to_tensor(value, dtype=narrow)
        return ops.cast(value, dtype) * ops.ones(shape, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return super().from_config({"value": deserialize_keras_object(config["value"])})


class Identity(Initializer):
    """``gain`` on the diagonal of a matrix, 0 elsewhere.

    gain: the value on the diagonal.

    Raises ValueError for any other rank.

    Parity: ``get_config`` does not hold ``gain``.
    """

    gain: float = field(1.0, saved=False)

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        if len(shape) != 2:
            raise ValueError(f"Identity makes matrices only, received shape={shape}")
        rows, columns = shape
        return self.gain * ops.eye(rows, columns, dtype=dtype)
