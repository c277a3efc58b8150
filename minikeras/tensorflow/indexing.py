"""``tf.*`` that choose, replace and order elements."""

from __future__ import annotations

import builtins
from typing import Any, NamedTuple

import numpy as np

from minikeras import frames, ops
from minikeras.messages import describe
from minikeras.tensorflow.arrays import _is_text, _tensor, _text, stack
from minikeras.tensorflow.convert import array, dtype_of, refuse, sizes, tensor
from minikeras.types import Array, DType


@frames.filter_traceback
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: int | None = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """The slices of an axis at indices, which may have any shape."""
    x, where_ = tensor(params), tensor(indices)
    if not batch_dims:
        return ops.take(x, where_, 0 if axis is None else int(axis))
    refuse("tf.gather", batch_dims=(batch_dims, 1), axis=(axis, batch_dims))
    rows = [gather(x[i], where_[i]) for i in builtins.range(x.shape[0])]
    return stack(rows)


@frames.filter_traceback
def gather_nd(
    params: Any,
    indices: Any,
    batch_dims: int = 0,
    name: str | None = None,
    bad_indices_policy: str = "",
) -> Any:
    """What stands at each row of indices, of which the last axis holds the coordinates."""
    refuse("tf.gather_nd", batch_dims=(batch_dims, 0))
    return tensor(params)[tuple(np.moveaxis(array(indices), -1, 0))]


@frames.filter_traceback
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """x where the condition is true, else y; without both, the coordinates of what is true."""
    if x is None and y is None:
        return tensor(np.argwhere(array(condition)))
    flags, x, y = tensor(condition), tensor(x), tensor(y)
    if _is_text(x):
        return _text(np.where(array(flags), array(x), array(y)))
    return ops.where(flags, x, y)


@frames.filter_traceback
def boolean_mask(
    tensor: Any, mask: Any, axis: int | None = None, name: str = "boolean_mask"
) -> Any:
    """The elements or slices where a mask is true."""
    chosen = array(mask)
    first = 0 if axis is None else int(axis)
    x = _tensor(tensor)
    flat = ops.reshape(x, (*x.shape[:first], chosen.size, *x.shape[first + chosen.ndim :]))
    return ops.take(flat, np.flatnonzero(chosen), first)


@frames.filter_traceback
def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """A block from ``begin`` on; a size of −1 reaches to the end."""
    pairs = zip(sizes(begin), sizes(size), strict=True)
    return tensor(input_)[tuple(builtins.slice(b, None if n == -1 else b + n) for b, n in pairs)]


@frames.filter_traceback
def tensor_scatter_nd_update(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Any:
    """The tensor with other values at the rows of indices."""
    return ops.scatter_update(_tensor(tensor), _tensor(indices), _tensor(updates))


def scatter_nd(
    indices: Any, updates: Any, shape: Any, bad_indices_policy: str = "", name: str | None = None
) -> Any:
    """Zeros of a shape with the updates added at the rows of indices."""
    return ops.scatter(tensor(indices), tensor(updates), sizes(shape))


@frames.filter_traceback
def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """The elements of an axis in order.

    direction: "ASCENDING" or "DESCENDING".
    """
    x = tensor(values)
    if _is_falling(direction):
        return ops.flip(ops.sort(x, axis), axis)
    return ops.sort(x, axis)


@frames.filter_traceback
def argsort(
    values: Any,
    axis: int = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> Any:
    """The indices that put an axis in order; equal elements stay in theirs."""
    x = array(values)
    if _is_falling(direction):
        ranks = np.unique(x, return_inverse=True)[1].reshape(x.shape)
        x = -ranks  # so that equal elements stay in their order
    return tensor(np.argsort(x, axis, kind="stable").astype("int32"))


def _is_falling(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction={describe(direction)}; expected 'ASCENDING' or 'DESCENDING'")
    return direction == "DESCENDING"


class Unique(NamedTuple):
    """What ``unique`` finds: the elements, and for each given element which it is."""

    y: Any
    idx: Any


@frames.filter_traceback
def unique(x: Any, out_idx: DType = "int32", name: str | None = None) -> Any:
    """The different elements in the order of their first occurrence, and for each element which."""
    given = array(x)
    if given.ndim != 1:
        raise ValueError(f"x={describe(given)}; expected one axis")
    _, first, inverse = np.unique(given, return_index=True, return_inverse=True)
    order = np.argsort(first)
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    values: Array = given[np.sort(first)]
    found = _text(values) if _is_text(values) else tensor(values)
    return Unique(found, tensor(places[inverse].astype(dtype_of(out_idx))))


@frames.filter_traceback
def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: DType = "int32",
    name: str | None = None,
) -> Any:
    """Where values belong in a sorted sequence."""
    return ops.cast(ops.searchsorted(tensor(sorted_sequence), tensor(values), side), out_type)


__all__ = [
    *("gather", "gather_nd", "where", "boolean_mask", "slice", "tensor_scatter_nd_update"),
    *("scatter_nd", "sort", "argsort", "unique", "searchsorted"),
]
