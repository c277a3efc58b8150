"""The gradient of a table of which some rows were looked up: those rows only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from minikeras.autograd.listeners import value_observed
from minikeras.autograd.tensor import Tensor, engine_ops
from minikeras.types import Array


class IndexedSlices(NDArrayOperatorsMixin):
    """An array of zeros to whose row ``indices[i]`` ``values[i]`` is added, for each i.

    A row may be named several times.  ``np.asarray`` gives the array.

    Parity: this is the gradient of ``Embedding`` on TensorFlow.  As there, |g|, products and
    quotients are those of the values, also where a row is named twice: the row of ``g * g`` is then
    a sum of squares, not the square of a sum.  ``g + x`` and ``g − x`` with an array are arrays.
    """

    __slots__ = ("__weakref__", "_indices", "_values", "dense_shape")
    __hash__ = object.__hash__

    def __init__(self, values: Array, indices: Array, dense_shape: tuple[int, ...]) -> None:
        self._values = values.reshape(-1, *dense_shape[1:])
        self._indices, self.dense_shape = indices.reshape(-1), dense_shape

    @property
    def values(self) -> Tensor:
        return Tensor(self._values)

    @property
    def indices(self) -> Tensor:
        return Tensor(self._indices)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.dense_shape

    @property
    def ndim(self) -> int:
        return len(self.dense_shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._values.dtype

    @property
    def _value(self) -> Array:
        """The dense array.  Values of one row are added in their order."""
        found: Array = engine_ops.add_at.compute(
            self._values, self._indices, axis=0, size=self.dense_shape[0]
        )
        return found

    def numpy(self) -> Array:
        return np.asarray(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        value_observed(self)
        return self._value.astype(dtype or self.dtype, copy=False)

    def with_values(self, values: Array) -> IndexedSlices:
        return IndexedSlices(values, self._indices, self.dense_shape)

    def astype(self, dtype: Any) -> IndexedSlices:
        return self.with_values(self._values.astype(dtype))

    def rows(self) -> tuple[Array, IndexedSlices]:
        """The numbers of the rows that are named, and slices of a table of these rows only."""
        rows, positions = np.unique(self._indices, return_inverse=True)
        shape = (len(rows), *self.dense_shape[1:])
        return rows, IndexedSlices(self._values, positions, shape)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__":
            return NotImplemented
        others = [x for x in inputs if type(x) is not IndexedSlices]
        if ufunc is np.add and not others:
            return _concatenated(*inputs)
        if ufunc in (np.multiply, np.divide) or not any(map(np.ndim, others)):
            return self.with_values(ufunc(*map(self._at_the_rows, inputs), **options))
        return ufunc(*[x._value if type(x) is IndexedSlices else x for x in inputs], **options)

    def _at_the_rows(self, x: Any) -> Any:
        if type(x) is IndexedSlices:
            return x._values
        return np.asarray(x)[self._indices] if np.ndim(x) else x

    def __repr__(self) -> str:
        return (
            f"<IndexedSlices: shape={self.shape}, dtype={self.dtype}, "
            f"indices={self._indices}, values={np.array2string(self._values, separator=', ')}>"
        )


def _concatenated(a: IndexedSlices, b: IndexedSlices) -> IndexedSlices:
    values = np.concatenate([a._values, b._values])
    return IndexedSlices(values, np.concatenate([a._indices, b._indices]), a.dense_shape)
