"""Elements in order: sorting, searching, counting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.autograd import Symbol
from minikeras.ops.core import cast, tensor
from minikeras.ops.declarations import operation, public
from minikeras.ops.indexing import take_along_axis
from minikeras.ops.primitives.indexing import _add_at
from minikeras.ops.primitives.sorting import _argsort, _falling, _in_top_k, _searchsorted
from minikeras.ops.reshaping import reshape
from minikeras.types import Array, TensorLike


@operation("ops.numpy numpy")
def argsort(x: TensorLike, axis: int | None = -1) -> TensorLike:
    """Indices (int32) that sort x along `axis`; without axis, the flat x.

    A scalar counts as a vector of one element.
    """
    x = tensor(x)
    if axis is None or not x.shape:
        x, axis = reshape(x, (-1,)), 0
    return _argsort(x, axis=shapes.normalize_axis(axis, len(x.shape)))


@operation("ops.numpy numpy")
def sort(x: TensorLike, axis: int | None = -1) -> TensorLike:
    """x in rising order along `axis`; without axis, the flat x."""
    x = tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return take_along_axis(x, argsort(x, axis), axis)


@operation("ops")
def top_k(x: TensorLike, k: int, sorted: bool = True) -> tuple[TensorLike, TensorLike]:
    """The k largest elements of the last axis, falling, and their indices (int32).

    Of equal elements the one with the lower index comes first.
    """
    x = tensor(x)
    n = x.shape[-1] if len(x.shape) else None
    if n is not None and k > n:
        raise ValueError(f"`k` must not exceed the last axis, received k={k}, x.shape={x.shape}")
    order = _falling(x)[..., :k]
    return take_along_axis(x, order, -1), order


@operation("ops")
def in_top_k(targets: TensorLike, predictions: TensorLike, k: int) -> TensorLike:
    """Whether fewer than k classes are predicted to be likelier than the target."""
    return _in_top_k(tensor(targets), tensor(predictions), k=int(k))


@operation("ops.numpy numpy")
def searchsorted(sorted_sequence: TensorLike, values: TensorLike, side: str = "left") -> TensorLike:
    """Where the values would have to be inserted to keep the sequence sorted (int32)."""
    sequence = tensor(sorted_sequence)
    if len(sequence.shape) != 1:
        raise ValueError(
            "`sorted_sequence` must have one axis, "
            f"received sorted_sequence.shape={tuple(sequence.shape)}"
        )
    return _searchsorted(sequence, tensor(values), side=side)


@operation("ops.numpy")
def digitize(x: TensorLike, bins: TensorLike) -> TensorLike:
    """The bin of each element: how many edges do not exceed it (int32)."""
    edges = np.asarray(bins, "float32")
    return _searchsorted(edges, cast(x, "float32"), side="right")


@public("ops.numpy")
def bincount(
    x: TensorLike, weights: TensorLike = None, minlength: int = 0, sparse: bool = False
) -> TensorLike:
    """How often each whole number occurs along the last axis, or the sum of its weights."""
    if sparse:
        raise ValueError("sparse tensors do not exist on the NumPy backend: sparse=True")
    if isinstance(x, Symbol):
        raise ValueError("bincount has no shape before its values are known")
    values = np.asarray(x)
    length = max(int(values.max(initial=-1)) + 1, minlength)
    rows = values.reshape(-1, values.shape[-1])
    if weights is None:
        loads: TensorLike = np.ones(rows.size, "int32")
    else:
        loads = cast(
            reshape(weights, (-1,)), dtypes.result_type(values.dtype, tensor(weights).dtype)
        )
    places = (np.arange(len(rows))[:, None] * length + rows).ravel()
    y = _add_at(loads, places, axis=0, size=len(rows) * length)
    return reshape(y, (*values.shape[:-1], length))


@public("ops.numpy")
def unique(
    x: TensorLike,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements (or slices along `axis`), with first indices, inverse and counts.

    `size` cuts or fills up the result to a fixed length.  Always sorted here.
    """
    array = np.asarray(x)
    y, index, inverse, counts = np.unique(array, True, True, True, axis=axis)
    along = 0 if axis is None else shapes.normalize_axis(axis, array.ndim)
    parts: list[Any] = [(y, along, 0 if fill_value is None else fill_value)]
    parts += [(index.astype("int32"), 0, 1)] * return_index
    parts += [(counts.astype("int32"), 0, 0)] * return_counts
    if size is not None:
        parts = [(_fitted(part, size, where, fill), where, fill) for part, where, fill in parts]
    results = [tensor(part) for part, _, _ in parts]
    if return_inverse:
        shape = array.shape if axis is None else (-1,)
        results.insert(1 + return_index, tensor(inverse.astype("int32").reshape(shape)))
    return tuple(results) if len(results) > 1 else results[0]


def _fitted(array: Array, size: int, axis: int, fill: Any) -> Array:
    first = np.take(array, np.arange(min(size, array.shape[axis])), axis)
    margin = [(0, size - first.shape[i] if i == axis else 0) for i in range(array.ndim)]
    return np.pad(first, margin, constant_values=fill)


@operation("ops.numpy")
def unravel_index(indices: TensorLike, shape: Sequence[int]) -> tuple[TensorLike, ...]:
    """The coordinates, in an array of the given shape, of indices into the flat array."""
    if None in shape:
        raise ValueError(f"`shape` must not contain None, received {shape}")
    flat, found = tensor(indices), []
    for n in reversed(shape):
        found.append(flat % n)
        flat = flat // n
    return tuple(cast(i, tensor(indices).dtype) for i in reversed(found))
