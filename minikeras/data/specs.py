"""``tf.TensorShape``, ``tf.TensorSpec`` and the dtypes, as far as scripts read them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.autograd import Tensor
from minikeras.dtypes import standardize
from minikeras.types import DType


class DTypeName(str):
    """The name of a dtype, with TensorFlow's attributes: ``tf.float32.as_numpy_dtype``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"tf.{self!s}"

    @property
    def name(self) -> str:
        return str(self)

    @property
    def as_numpy_dtype(self) -> Any:
        return object if self == "string" else np.dtype(str(self)).type

    @property
    def is_floating(self) -> bool:
        return self.startswith("float")

    @property
    def is_integer(self) -> bool:
        return "int" in self

    @property
    def is_bool(self) -> bool:
        return self == "bool"

    @property
    def min(self) -> Any:
        return _limits(self).min

    @property
    def max(self) -> Any:
        return _limits(self).max


def _limits(name: str) -> Any:
    return (np.finfo if name.startswith("float") else np.iinfo)(np.dtype(str(name)))


class TensorShape(tuple[int | None, ...]):
    """A tuple of sizes, None for one that is not known."""

    __slots__ = ()

    def __new__(cls, dims: Any) -> TensorShape:
        if isinstance(dims, int | np.integer):
            dims = (dims,)
        return super().__new__(cls, (None if n is None else int(n) for n in dims))

    @property
    def rank(self) -> int:
        return len(self)

    ndims = rank

    def as_list(self) -> list[int | None]:
        return list(self)

    def num_elements(self) -> int | None:
        return None if None in self else math.prod(n or 0 for n in self)

    def is_fully_defined(self) -> bool:
        return None not in self

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return tuple.__repr__(self)


class TensorSpec:
    """The shape and dtype of a tensor.

    shape: sizes, None for one that is not known; None for any shape.
    dtype: a dtype.
    """

    def __init__(self, shape: Any, dtype: DType = "float32", name: str | None = None) -> None:
        self.shape = None if shape is None else TensorShape(shape)
        self.dtype, self.name = DTypeName(standardize(dtype)), name

    @classmethod
    def from_tensor(cls, tensor: Tensor, name: str | None = None) -> TensorSpec:
        return cls(tensor.shape, "string" if tensor.dtype == object else tensor.dtype, name)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, TensorSpec) and vars(self) == vars(other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else str(self.shape)
        return f"TensorSpec(shape={shape}, dtype={self.dtype!r}, name={self.name!r})"
