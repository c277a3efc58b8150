"""Reductions over segments: the rows that have the same id are reduced to one row."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.ops.core import tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.indexing import _add_at
from minikeras.ops.primitives.segment import _segment
from minikeras.types import TensorLike


def _count(ids: TensorLike, num_segments: int | None, sorted: bool) -> int:
    if num_segments is not None:
        if sorted:
            raise ValueError(
                f"`num_segments` cannot be set when sorted=True, received {num_segments}"
            )
        return int(num_segments)
    return int(np.asarray(ids).max(initial=-1)) + 1


@operation("ops")
def segment_sum(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Sum of the rows of each segment; of none, 0."""
    n = _count(segment_ids, num_segments, sorted)
    return _add_at(tensor(data), tensor(segment_ids), axis=0, size=n)


def _reduce(name: str, data: Any, ids: Any, num_segments: int | None, sorted: bool) -> TensorLike:
    n = _count(ids, num_segments, sorted)
    return _segment(tensor(data), tensor(ids), size=n, how=name)


@operation("ops")
def segment_max(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Largest element of each segment; of none, the lowest number there is."""
    return _reduce("max", data, segment_ids, num_segments, sorted)


@operation("ops")
def segment_min(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Smallest element of each segment; of none, the highest number there is."""
    return _reduce("min", data, segment_ids, num_segments, sorted)


@operation("ops")
def segment_prod(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> TensorLike:
    """Product of the rows of each segment; of none, 1."""
    return _reduce("prod", data, segment_ids, num_segments, sorted)
