"""Picking elements out, and putting them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.autograd import operation, primitive
from minikeras.dtypes import separate
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.manipulation import reshape
from minikeras.types import Array, DType, Shape, TensorLike

Key = Any  # whatever stands between brackets
_slice = slice  # this module has an operation of that name


@primitive(dtype=separate)
def _getitem(x: Array, *, key: Key) -> Array:
    """y = x[key]           dx[key] += dy"""
    return np.asarray(x[key])


@_getitem.shape
def _getitem_shape(x: Shape, *, key: Key) -> Shape:
    if None not in x:
        return np.broadcast_to(np.False_, x)[key].shape  # type: ignore[arg-type]
    # A size that follows the unknown ones is itself unknown: try two stand-ins and compare.
    one, two = (
        np.broadcast_to(np.False_, tuple(m if n is None else n for n in x))[key].shape
        for m in (10007, 20011)
    )
    return tuple(a if a == b else None for a, b in zip(one, two, strict=True))


@_getitem.vjp
def _getitem_vjp(dy: Array, y: Array, x: Array, *, key: Key) -> TensorLike:
    return _put(dy, key=key, shape=tuple(x.shape))


@primitive(dtype=separate)
def _put(x: Array, *, key: Key, shape: tuple[int, ...]) -> Array:
    """y = 0 but y[key] += x        dx = dy[key]"""
    y = np.zeros(shape, x.dtype)
    if _is_basic(key):
        y[key] = x
    else:
        np.add.at(y, key, x)
    return y


@_put.shape
def _put_shape(x: Shape, *, key: Key, shape: tuple[int, ...]) -> Shape:
    return shape


@_put.vjp
def _put_vjp(dy: Array, y: Array, x: Array, *, key: Key, shape: tuple[int, ...]) -> TensorLike:
    return _getitem(dy, key=key)


def _is_basic(key: Key) -> bool:
    """No array among the indices, so that no element is picked twice."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(p is None or p is Ellipsis or isinstance(p, (int, _slice)) for p in parts)


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


@operation
def get_item(x: TensorLike, key: Key) -> TensorLike:
    """x[key]: integers, slices, None, an ellipsis, arrays of integers or of booleans."""
    return _getitem(tensor(x), key=_plain(key))


def _is_large_lookup(x: Array, indices: Array, *, axis: int) -> bool:
    """Whether rows are looked up that are worth sharing between threads."""
    return (
        axis == 0
        and indices.dtype.kind == "i"
        and x.dtype.char in "fd"
        and x.size * indices.size > 50_000 * len(x)
    )


@primitive(dtype=separate)
def _take(x: Array, indices: Array, *, axis: int) -> Array:
    """y = the slices of x at the indices       dx = dy added up at the indices

    Negative indices count from the end; an index out of range is an error.
    """
    return np.take(x, indices, axis)


_take.fast("minikeras.kernels.lookup", rules="forward", when=_is_large_lookup)


@_take.shape
def _take_shape(x: Shape, indices: Shape, *, axis: int) -> Shape:
    return (*x[:axis], *indices, *x[axis + 1 :])


@_take.vjp
def _take_vjp(dy: Array, y: Array, x: Array, indices: Array, *, axis: int) -> TensorLike:
    return lambda: _add_at(dy, indices, axis=axis, size=x.shape[axis]), None


_MANY = 4096  # numbers: below, NumPy takes less than a tenth of a millisecond


@primitive(dtype=separate)
def _add_at(x: Array, indices: Array, *, axis: int, size: int) -> Array:
    """y = 0 but y[index] += its slice of x         dx = the slices of dy at the indices

    Equal indices add up in the order in which they stand.
    """
    y = np.zeros((*x.shape[:axis], size, *x.shape[axis + np.ndim(indices) :]), x.dtype)
    key: Key = (*(_slice(None),) * axis, indices)
    np.add.at(y, key, x)
    return y


_add_at.fast(
    "minikeras.kernels.lookup",
    rules="forward",
    when=lambda x, indices, axis, size: (
        axis == 0 and indices.dtype.kind == "i" and x.dtype.char in "fd" and x.size >= _MANY
    ),
)


@_add_at.shape
def _add_at_shape(x: Shape, indices: Shape, *, axis: int, size: int) -> Shape:
    return (*x[:axis], size, *x[axis + len(indices) :])


@_add_at.vjp
def _add_at_vjp(
    dy: Array, y: Array, x: Array, indices: Array, *, axis: int, size: int
) -> TensorLike:
    return lambda: _take(dy, indices, axis=axis), None


def add_at(x: TensorLike, indices: TensorLike, axis: int, size: int) -> TensorLike:
    """Zeros of `size` along an axis, with the slices of x added up at the indices."""
    return _add_at(x, indices, axis=axis, size=size)


@operation
def take(x: TensorLike, indices: TensorLike, axis: int | None = None) -> TensorLike:
    """The slices of x at `indices` along `axis`; without axis, elements of the flat x."""
    x, indices = tensor(x), tensor(indices)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    if dtypes.of(indices.dtype).kind not in "iu":
        raise ValueError(f"`indices` must be whole numbers, received dtype {indices.dtype}")
    return _take(x, indices, axis=shapes.normalize_axis(axis, len(x.shape)))


@primitive(dtype=separate)
def _take_along_axis(x: Array, indices: Array, *, axis: int) -> Array:
    """yᵢ = x[indicesᵢ] in each line along the axis         dx[indicesᵢ] += dyᵢ"""
    return np.take_along_axis(x, indices, axis)


@_take_along_axis.shape
def _take_along_axis_shape(x: Shape, indices: Shape, *, axis: int) -> Shape:
    others = shapes.broadcast(_without(x, axis), _without(indices, axis))
    return (*others[:axis], indices[axis], *others[axis + 1 :])


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis + 1 :])


@_take_along_axis.vjp
def _take_along_axis_vjp(dy: Array, y: Array, x: Array, indices: Array, *, axis: int) -> TensorLike:
    return lambda: _add_along_axis(dy, indices, axis=axis, shape=tuple(x.shape)), None


@primitive(dtype=separate)
def _add_along_axis(x: Array, indices: Array, *, axis: int, shape: tuple[int, ...]) -> Array:
    """y = 0 but y[indicesᵢ] += xᵢ in each line along the axis      dxᵢ = dy[indicesᵢ]"""
    y = np.zeros(shape, x.dtype)
    grid = list(np.ogrid[tuple(_slice(n) for n in x.shape)])
    grid = [np.minimum(g, n - 1) for g, n in zip(grid, shape, strict=True)]  # stretched axes
    grid[axis] = indices
    np.add.at(y, tuple(grid), x)
    return y


@_add_along_axis.shape
def _add_along_axis_shape(x: Shape, indices: Shape, *, axis: int, shape: tuple[int, ...]) -> Shape:
    return shape


@_add_along_axis.vjp
def _add_along_axis_vjp(
    dy: Array, y: Array, x: Array, indices: Array, *, axis: int, shape: tuple[int, ...]
) -> TensorLike:
    return lambda: _take_along_axis(dy, indices, axis=axis), None


@operation
def take_along_axis(x: TensorLike, indices: TensorLike, axis: int | None = None) -> TensorLike:
    """From each line of x along `axis`, the elements at that line of `indices`."""
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


@primitive(dtype=separate, broadcasts=True, out=lambda condition, x1, x2: x1)
def _where(condition: Array, x1: Array, x2: Array) -> Array:
    """y = x₁ where condition, else x₂      dx₁ = dy there, else 0;  dx₂ the other way round"""
    return np.where(condition, x1, x2)


@_where.shape
def _where_shape(condition: Shape, x1: Shape, x2: Shape) -> Shape:
    return shapes.broadcast(condition, x1, x2)


@_where.vjp
def _where_vjp(dy: Array, y: Array, condition: Array, x1: Array, x2: Array) -> TensorLike:
    zero = np.zeros((), dy.dtype)
    return (
        None,
        lambda: _where(condition, dy, zero),
        lambda: _where(condition, zero, dy),
    )


@operation
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


def nonzero(x: TensorLike) -> list[TensorLike]:
    """For each axis, the int32 indices of the elements that are not zero."""
    return [tensor(i.astype("int32")) for i in np.nonzero(np.asarray(x))]


@primitive(dtype=separate, constant=True, out=lambda x, *, num_classes, axis, dtype: dtype)
def _one_hot(x: Array, *, num_classes: int, axis: int, dtype: Any) -> Array:
    """y = [x = class], for each class along a new axis"""
    classes = np.arange(num_classes, dtype="int64")
    classes = classes.reshape((-1,) + (1,) * (x.ndim - axis))
    return (np.expand_dims(x, axis) == classes).astype(dtype)


@_one_hot.shape
def _one_hot_shape(x: Shape, *, num_classes: int, axis: int, dtype: Any) -> Shape:
    return (*x[:axis], num_classes, *x[axis:])


@operation
def one_hot(
    x: TensorLike, num_classes: int, axis: int = -1, dtype: DType = None, sparse: bool = False
) -> TensorLike:
    """A new axis of `num_classes`, with 1 at the class x and 0 elsewhere.

    A class that does not exist gives zeros only.
    """
    if sparse:
        raise ValueError("sparse tensors do not exist on the NumPy backend: sparse=True")
    x = cast(x, "int64")
    axis = shapes.normalize_axis(axis, len(x.shape) + 1)
    return _one_hot(x, num_classes=int(num_classes), axis=axis, dtype=dtypes.of(dtype))


@operation
def multi_hot(
    inputs: TensorLike,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: DType = None,
    sparse: bool = False,
    **kwargs: Any,
) -> TensorLike:
    """For each row, 1 at every class that occurs in it."""
    from minikeras.ops.reduction import max as maximum_along

    num_classes = kwargs.pop("num_tokens", None) if num_classes is None else num_classes
    if num_classes is None:
        raise ValueError("Argument `num_classes` must be specified.")
    x = tensor(inputs)
    hot = one_hot(x, num_classes, axis=axis, dtype=dtype, sparse=sparse)
    return maximum_along(hot, axis=1 if len(x.shape) > 1 else 0)


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


@operation
def scatter(indices: TensorLike, values: TensorLike, shape: Sequence[int]) -> TensorLike:
    """Zeros of the given shape, with the values added up at the indices (last axis: one place)."""
    where_to = np.asarray(indices)
    return _put(tensor(values), key=tuple(np.moveaxis(where_to, -1, 0)), shape=tuple(shape))


_AT = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


@operation
def scatter_update(
    inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction: str | None = None
) -> TensorLike:
    """`inputs` with the elements at the indices replaced by, or combined with, the updates.

    reduction: None (replace), "add", "max", "min" or "mul"; ValueError for anything else.
    """
    if reduction is not None and reduction not in _AT:
        raise ValueError(f"Unsupported reduction: {reduction!r}; expected None or one of {[*_AT]}")
    x = tensor(inputs)
    key = tuple(np.moveaxis(np.asarray(indices), -1, 0))
    updates = tensor(updates, x.dtype)
    if reduction == "add":
        return x + _put(updates, key=key, shape=tuple(x.shape))
    return _scatter_update(x, updates, key=key, reduction=reduction)


@primitive(dtype=separate)
def _scatter_update(x: Array, updates: Array, *, key: Key, reduction: str | None) -> Array:
    """y = x but y[key] = updates       dx = dy without those places,  dupdates = dy[key]"""
    y = x.copy()
    if reduction is None:
        y[key] = updates
    else:
        _AT[reduction].at(y, key, updates)
    return y


@_scatter_update.shape
def _scatter_update_shape(x: Shape, updates: Shape, *, key: Key, reduction: str | None) -> Shape:
    return x


@_scatter_update.vjp
def _scatter_update_vjp(
    dy: Array, y: Array, x: Array, updates: Array, *, key: Key, reduction: str | None
) -> TensorLike:
    if reduction is not None:
        raise NotImplementedError(f"no gradient through scatter_update with {reduction!r}")
    kept = np.ones(x.shape, "bool")
    kept[key] = False
    return lambda: np.where(kept, dy, 0), lambda: _getitem(dy, key=key)


@operation
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


@operation
def select(
    condlist: Sequence[TensorLike], choicelist: Sequence[TensorLike], default: TensorLike = 0
) -> TensorLike:
    """From the first choice whose condition holds; from `default` where none does."""
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = where(condition, choice, y)
    return y
