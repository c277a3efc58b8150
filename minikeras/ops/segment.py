"""Reductions over segments: rows that carry the same number are folded together."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.autograd import operation, primitive
from minikeras.dtypes import separate
from minikeras.ops.core import tensor
from minikeras.ops.indexing import _add_at
from minikeras.types import Array, Shape, TensorLike


def _count(ids: TensorLike, num_segments: int | None, sorted: bool) -> int:
    if num_segments is not None:
        if sorted:
            raise ValueError(
                f"`num_segments` cannot be set when sorted=True, received {num_segments}"
            )
        return int(num_segments)
    return int(np.asarray(ids).max(initial=-1)) + 1


@operation
def segment_sum(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Sum of the rows of each segment; of none, 0."""
    n = _count(segment_ids, num_segments, sorted)
    return _add_at(tensor(data), tensor(segment_ids), axis=0, size=n)


@primitive(dtype=separate)
def _segment(x: Array, ids: Array, *, size: int, how: str) -> Array:
    """The extreme of the rows of each segment       dx = dy / (number of winners), at each"""
    start, fold = _FOLD[how]
    y = np.full((size, *x.shape[1:]), start(x.dtype), x.dtype)
    fold.at(y, ids, x)
    return y


@_segment.shape
def _segment_shape(x: Shape, ids: Shape, *, size: int, how: str) -> Shape:
    return (size, *x[1:])


@_segment.vjp
def _segment_vjp(dy: Array, y: Array, x: Array, ids: Array, *, size: int, how: str) -> TensorLike:
    if how == "prod":
        raise NotImplementedError("no gradient through segment_prod")
    winners = (x == np.take(y, ids, 0)).astype(x.dtype)
    share = dy / np.maximum(_add_at(winners, ids, axis=0, size=size), 1)
    return winners * np.take(share, ids, 0), None


def _lowest(dtype: np.dtype[Any]) -> Any:
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype: np.dtype[Any]) -> Any:
    return np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max


_FOLD: dict[str, Any] = {
    "max": (_lowest, np.maximum),
    "min": (_highest, np.minimum),
    "prod": (lambda dtype: 1, np.multiply),
}


def _fold(name: str, data: Any, ids: Any, num_segments: int | None, sorted: bool) -> TensorLike:
    n = _count(ids, num_segments, sorted)
    return _segment(tensor(data), tensor(ids), size=n, how=name)


@operation
def segment_max(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Largest element of each segment; of none, the lowest number there is."""
    return _fold("max", data, segment_ids, num_segments, sorted)


@operation
def segment_min(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Smallest element of each segment; of none, the highest number there is."""
    return _fold("min", data, segment_ids, num_segments, sorted)


@operation
def segment_prod(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Product of the rows of each segment; of none, 1."""
    return _fold("prod", data, segment_ids, num_segments, sorted)
