"""Reductions over segments: the rows of x that have the same id are reduced to one row."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.indexing import _add_at
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=separate)
def _segment(x: Array, ids: Array, *, size: int, how: str) -> Array:
    """yᵢ = the maximum, minimum or product (``how``) of the rows of x whose id is i

    dx = dy / n at the n elements of a segment that are its maximum (or minimum), 0 elsewhere
    """
    start, ufunc = _EXTREMES[how]
    y = np.full((size, *x.shape[1:]), start(x.dtype), x.dtype)
    ufunc.at(y, ids, x)
    return y


@_segment.shape
def _segment_shape(x: Shape, ids: Shape, *, size: int, how: str) -> Shape:
    return (size, *x[1:])


@_segment.vjp
def _segment_vjp(dy: Array, y: Array, x: Array, ids: Array, *, size: int, how: str) -> TensorLike:
    if how == "prod":
        raise NotImplementedError("no gradient through segment_prod")
    winners = (x == np.take(y, ids, 0)).astype(x.dtype)
    part = dy / np.maximum(_add_at.compute(winners, ids, axis=0, size=size), 1)
    return winners * np.take(part, ids, 0), None


def _lowest(dtype: np.dtype[Any]) -> Any:
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype: np.dtype[Any]) -> Any:
    return np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max


_EXTREMES: dict[str, Any] = {
    "max": (_lowest, np.maximum),
    "min": (_highest, np.minimum),
    "prod": (lambda dtype: 1, np.multiply),
}
