"""Category numbers as rows of zeros and ones, or of counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minikeras import dtypes, ops
from minikeras.autograd import Tensor
from minikeras.types import Array, Shape, TensorLike


class Rows(NamedTuple):
    """Rows of different lengths, one behind the other: what TensorFlow calls a ragged tensor.

    flat: all elements.
    lengths: how many of them each row has.
    """

    flat: Array
    lengths: Array

    def padded(self, width: int | None, filler: Any) -> Array:
        """As (rows, width): longer rows are cut, shorter ones filled up.

        width: None for the length of the longest row.
        """
        if width is None:
            width = int(self.lengths.max(initial=0))
        result = np.full((len(self.lengths), width), filler, dtype=self.flat.dtype)
        row = np.repeat(np.arange(len(self.lengths)), self.lengths)
        column = np.arange(len(self.flat)) - np.repeat(
            np.cumsum(self.lengths) - self.lengths, self.lengths
        )
        fits = column < width
        result[row[fits], column[fits]] = self.flat[fits]
        return result


def encode(
    categories: Array, mode: str, depth: int, dtype: str, weights: Array | None = None
) -> TensorLike:
    """Category numbers, encoded.

    categories: whole numbers, any shape; a number that is ``depth`` or more counts for nothing.
    mode: "int" for the numbers themselves; "one_hot" for a row of ``depth`` for each number, with 1
        at the number; "multi_hot" for one row for all numbers of a sample, "count" for how often
        each occurs.
    weights: of the shape of the numbers: what each counts, in "count".

    Raises ValueError for negative numbers in the modes multi_hot and count.
    """
    if mode == "int":
        return Tensor(categories.astype(dtypes.of(dtype)))
    if categories.ndim == 0:
        categories = categories[None]
    if mode == "one_hot":
        if categories.ndim > 1 and categories.shape[-1] == 1:
            categories = categories[..., 0]
        return ops.one_hot(Tensor(categories), depth, dtype=dtype)
    if categories.ndim > 2:  # Parity: Keras sums along axis 1, whatever the rank
        hot = ops.one_hot(Tensor(categories), depth, dtype=dtype)
        if mode == "multi_hot":
            return ops.max(hot, axis=1)
        hot = hot if weights is None else hot * Tensor(weights[..., None])
        return ops.sum(hot, axis=1)
    lengths = np.full(len(categories) if categories.ndim > 1 else 1, categories.shape[-1])
    rows = Rows(categories.astype("int64", copy=False).ravel(), lengths)
    y = encode_rows(rows, mode, depth, dtype, weights)
    return y if categories.ndim > 1 else Tensor(y._value[0])


def encode_rows(
    rows: Rows, mode: str, depth: int, dtype: str, weights: Array | None = None
) -> Tensor:
    """``encode`` in the modes multi_hot and count, for rows of any lengths; (rows, depth)."""
    flat, lengths = rows
    if flat.size and flat.min() < 0:
        raise ValueError(
            "expected category numbers that are not negative, received the smallest number "
            f"{flat.min()}"
        )
    row = np.repeat(np.arange(len(lengths)), lengths)
    known = flat < depth
    row, flat = row[known], flat[known]
    result = np.zeros((len(lengths), depth), dtypes.of(dtype))
    if mode == "multi_hot":
        result[row, flat] = 1
    elif weights is None:
        np.add.at(result, (row, flat), 1)
    else:  # one after the other, as TensorFlow adds
        np.add.at(result, (row, flat), weights.ravel()[known].astype(result.dtype))
    return Tensor(result)


def encode_symbols(categories: Any, mode: str, depth: int, dtype: str) -> TensorLike:
    """``encode`` by operations on symbols, without weights; (batch, ...).

    Negative numbers count for nothing.  Raises ValueError without a second axis, over which
    multi_hot and count go.
    """
    if mode == "int":
        return ops.cast(categories, dtype)
    rank = len(categories.shape)
    if mode == "one_hot":
        if rank > 1 and categories.shape[-1] == 1:
            categories = ops.squeeze(categories, -1)
        return ops.one_hot(ops.cast(categories, "int64"), depth, dtype=dtype)
    if rank < 2:
        raise ValueError(
            f"output_mode={mode!r} of inputs of shape {categories.shape} cannot be exported; "
            "expected (batch, categories)"
        )
    hot = ops.one_hot(ops.cast(categories, "int64"), depth, dtype=dtype)
    return ops.max(hot, axis=1) if mode == "multi_hot" else ops.sum(hot, axis=1)


def encoded_shape(input_shape: Shape, mode: str, depth: int | None) -> Shape:
    """The shape of what ``encode`` gives for category numbers of this shape."""
    shape = tuple(input_shape)
    if mode == "int":
        return shape
    if mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
        return (*shape, depth)
    return (*shape[:-1], depth)
