"""Picking elements out, and putting them back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minikeras import dtypes, shapes
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.declarations import operation, public
from minikeras.ops.primitives.indexing import (
    Key,
    _getitem,
    _put,
    _take,
    _take_along_axis,
    _where,
)
from minikeras.ops.primitives.scatter import REDUCTIONS, _scatter_update
from minikeras.ops.reshaping import reshape
from minikeras.types import TensorLike

_slice = slice  # this module has an operation of that name


def _plain(key: Key) -> Key:
    """The key with tensors turned into arrays and integers."""
    if isinstance(key, list) and any(isinstance(k, _slice) or k in (None, ...) for k in key):
        key = tuple(key)  # what a config makes of a tuple
    if isinstance(key, tuple):
        return tuple(map(_plain, key))
    if key is None or key is Ellipsis or isinstance(key, int):
        return key
    if isinstance(key, _slice):
        return _slice(*(v if v is None else int(v) for v in (key.start, key.stop, key.step)))
    array = np.asarray(key)
    return int(array) if array.ndim == 0 and array.dtype.kind in "iu" else array


@operation("ops.numpy")
def get_item(x: TensorLike, key: Key) -> TensorLike:
    """x[key]: integers, slices, None, an ellipsis, arrays of integers or of booleans."""
    return _getitem(tensor(x), key=_plain(key))


@operation("ops.numpy Tensor numpy")
def take(x: TensorLike, indices: TensorLike, axis: int | None = None) -> TensorLike:
    """The slices of x at `indices` along `axis`; without axis, elements of the flat x."""
    x, indices = tensor(x), tensor(indices)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    if dtypes.of(indices.dtype).kind not in "iu":
        raise ValueError(f"`indices` must be whole numbers, received dtype {indices.dtype}")
    return _take(x, indices, axis=shapes.normalize_axis(axis, len(x.shape)))


@operation("ops.numpy numpy")
def take_along_axis(x: TensorLike, indices: TensorLike, axis: int | None = None) -> TensorLike:
    """From each row of x along `axis`, the elements at the indices in the same row of `indices`."""
    x, indices = tensor(x), tensor(indices)
    if axis is None:
        if len(indices.shape) != 1:
            raise ValueError(
                "`indices` must have one axis when axis=None, "
                f"received indices.shape={tuple(indices.shape)}"
            )
        x, axis = reshape(x, (-1,)), 0
    if len(x.shape) != len(indices.shape):
        raise ValueError(
            "`x` and `indices` must have the same rank, received "
            f"x.shape={tuple(x.shape)}, indices.shape={tuple(indices.shape)}"
        )
    return _take_along_axis(x, indices, axis=shapes.normalize_axis(axis, len(x.shape)))


@operation("ops.numpy numpy")
def where(condition: TensorLike, x1: TensorLike = None, x2: TensorLike = None) -> TensorLike:
    """Elements of x1 where the condition holds, of x2 elsewhere; alone, where it holds.

    Raises ValueError if only one of x1 and x2 is given.

    Parity: a NaN gradient of the branch that was not chosen stays NaN (0 · ∞).
    """
    if (x1 is None) != (x2 is None):
        raise ValueError("`x1` and `x2` must be given together, or neither")
    condition = cast(condition, "bool")
    if x1 is None:
        return nonzero(condition)
    return _where(condition, *as_kind(dtypes.promote, x1, x2))


@public("ops.numpy numpy")
def nonzero(x: TensorLike) -> list[TensorLike]:
    """For each axis, the int32 indices of the elements that are not zero."""
    return [tensor(i.astype("int32")) for i in np.nonzero(np.asarray(x))]


@public("ops")
def slice(inputs: TensorLike, start_indices: Sequence[int], shape: Sequence[int]) -> TensorLike:
    """The block of the given shape that begins at `start_indices`; −1 reaches to the end."""
    x = tensor(inputs)
    starts, sizes = [int(s) for s in np.asarray(start_indices)], list(shape)
    for start, size, n in zip(starts, sizes, x.shape, strict=True):
        if n is not None and (start < 0 or size < -1 or start + max(size, 0) > n):
            raise ValueError(f"a block of shape {sizes} at {starts} does not fit in {x.shape}")
    key = tuple(
        _slice(start, None if size == -1 else start + int(size))
        for start, size in zip(starts, sizes, strict=True)
    )
    return get_item(x, key)


@operation("ops")
def scatter(indices: TensorLike, values: TensorLike, shape: Sequence[int]) -> TensorLike:
    """Zeros of the given shape, with the values added up at the indices (last axis: one place)."""
    where_to = np.asarray(indices)
    return _put(tensor(values), key=tuple(np.moveaxis(where_to, -1, 0)), shape=tuple(shape))


@operation("ops")
def scatter_update(
    inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction: str | None = None
) -> TensorLike:
    """`inputs` with the elements at the indices replaced by, or combined with, the updates.

    reduction: None (replace), "add", "max", "min" or "mul"; ValueError for anything else.
    """
    if reduction is not None and reduction not in REDUCTIONS:
        raise ValueError(
            f"Unsupported reduction: {reduction!r}; expected None or one of {[*REDUCTIONS]}"
        )
    x = tensor(inputs)
    key = tuple(np.moveaxis(np.asarray(indices), -1, 0))
    updates = tensor(updates, x.dtype)
    if reduction == "add":
        return x + _put(updates, key=key, shape=tuple(x.shape))
    return _scatter_update(x, updates, key=key, reduction=reduction)


@operation("ops")
def slice_update(
    inputs: TensorLike, start_indices: Sequence[int], updates: TensorLike
) -> TensorLike:
    """`inputs` with the block that begins at `start_indices` replaced by `updates`."""
    x = tensor(inputs)
    updates = tensor(updates, x.dtype)
    key = tuple(
        _slice(int(s), int(s) + n)
        for s, n in zip(np.asarray(start_indices), updates.shape, strict=True)
    )
    return _scatter_update(x, updates, key=key, reduction=None)


@operation("ops.numpy")
def select(
    condlist: Sequence[TensorLike], choicelist: Sequence[TensorLike], default: TensorLike = 0
) -> TensorLike:
    """From the first choice whose condition holds; from `default` where none does."""
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = where(condition, choice, y)
    return y
