"""Elements in order: sorting, searching, counting."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.shapes import unchanged
from minikeras.types import Array, Shape


@primitive(dtype=separate, out="int32", constant=True, shape=unchanged)
def _argsort(x: Array, *, axis: int) -> Array:
    """The order in which the elements rise; equal ones stay in theirs."""
    return np.argsort(x, axis, kind="stable").astype("int32")


@primitive(dtype=separate, out="int32", constant=True, shape=unchanged)
def _falling(x: Array) -> Array:
    """The order in which the last axis falls; equal elements stay in theirs."""
    backwards = np.argsort(x[..., ::-1], -1, kind="stable")[..., ::-1]
    return (x.shape[-1] - 1 - backwards).astype("int32")


@primitive(dtype=separate, out="bool", constant=True, shape=unchanged)
def _in_top_k(targets: Array, predictions: Array, *, k: int) -> Array:
    """y = [fewer than k predictions exceed the target's, which is finite]"""
    exists = (targets >= 0) & (targets < predictions.shape[-1])
    safe = np.where(exists, targets, 0)[:, None]
    own = np.take_along_axis(predictions, safe, -1)
    better = (predictions > own).sum(-1)
    return exists & np.isfinite(predictions).all(-1) & (better < k)


@primitive(dtype=separate, out="int32", constant=True)
def _searchsorted(sequence: Array, values: Array, *, side: str) -> Array:
    """The first place at which a value fits in ("right": the last)."""
    return np.searchsorted(sequence, values, side=side).astype("int32")  # type: ignore[call-overload]  # NumPy checks side


@_searchsorted.shape
def _searchsorted_shape(sequence: Shape, values: Shape, *, side: str) -> Shape:
    return values


@primitive(dtype=separate, out=lambda x, *_: x, constant=True)
def _histogram(x: Array, low: Array, high: Array, edges: Array) -> Array:
    """How many elements from low to high fall between each edge and the next, as numbers like x.

    The last interval includes both of its edges.
    """
    inside = x[(x >= low) & (x <= high)]
    places = np.searchsorted(edges[1:-1], inside, side="right")
    return np.bincount(places, minlength=len(edges) - 1).astype(x.dtype)


@_histogram.shape
def _histogram_shape(x: Shape, low: Shape, high: Shape, edges: Shape) -> Shape:
    return (edges[0] - 1,)  # type: ignore[operator]  # their number is given
