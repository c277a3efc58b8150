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

    dx = dy / n at the n elements of a segment that are its maximum (or minimum), 0 elsewhere;
    for products dxᵢ = dy Π_{j≠i} xⱼ, over the segment
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
        return np.take(dy, ids, 0) * product_of_others(x, ids, size), None
    winners = (x == np.take(y, ids, 0)).astype(x.dtype)
    part = dy / np.maximum(_add_at.compute(winners, ids, axis=0, size=size), 1)
    return winners * np.take(part, ids, 0), None


def product_of_others(x: TensorLike, ids: Array, size: int) -> TensorLike:
    """Π_{j≠i} xⱼ for each row, over the rows of the same id, so that zeros do no harm."""
    zero = x == 0
    others = np.where(zero, np.ones((), x.dtype), x)
    product = _segment.compute(others, ids, size=size, how="prod")
    zeros = _add_at.compute(zero.astype(x.dtype), ids, axis=0, size=size)
    is_zero = np.take(zeros, ids, 0) - zero.astype(x.dtype) > 0
    return np.where(is_zero, np.zeros((), x.dtype), np.take(product, ids, 0) / others)


def _lowest(dtype: np.dtype[Any]) -> Any:
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype: np.dtype[Any]) -> Any:
    return np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max


_EXTREMES: dict[str, Any] = {
    "max": (_lowest, np.maximum),
    "min": (_highest, np.minimum),
    "prod": (lambda dtype: 1, np.multiply),
}
