"""An array with some of its elements replaced, or combined with others."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.indexing import Key, _getitem, _put
from minikeras.ops.primitives.segment import product_of_others
from minikeras.shapes import unchanged
from minikeras.types import Array, TensorLike

REDUCTIONS = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


@primitive(dtype=separate, shape=unchanged)
def _scatter_update(x: Array, updates: Array, *, key: Key, reduction: str | None) -> Array:
    """y = x but y[key] = updates, or the combination of both

    None        dx = dy without those places,  du = dy[key]
    add         dx = dy,  du = dy[key]
    mul         dx = dy · the updates of that place,  du = dy x[key] · its other updates
    max, min    dx = dy / n where x = y,  du = (dy / n)[key] where u = y[key];  n of them are equal
    """
    y = x.copy()
    if reduction is None:
        y[key] = updates
    else:
        REDUCTIONS[reduction].at(y, key, updates)
    return y


@_scatter_update.vjp
def _scatter_update_vjp(
    dy: Array, y: Array, x: Array, updates: Array, *, key: Key, reduction: str | None
) -> TensorLike:
    if reduction is None:
        untouched = np.ones(x.shape, "bool")
        untouched[key] = False
        return lambda: np.where(untouched, dy, 0), lambda: _getitem.compute(dy, key=key)
    if reduction == "add":
        return dy, lambda: _getitem.compute(dy, key=key)
    if reduction == "mul":
        factors = _scatter_update.compute(np.ones_like(x), updates, key=key, reduction="mul")
        return (
            dy * factors,
            lambda: _getitem.compute(dy * x, key=key) * _other_updates(x, updates, key),
        )
    retained = (x == y).astype(x.dtype)
    chosen = (updates == _getitem.compute(y, key=key)).astype(x.dtype)
    part = dy / (retained + _put.compute(chosen, key=key, shape=tuple(x.shape)))
    return part * retained, lambda: _getitem.compute(part, key=key) * chosen


def _other_updates(x: TensorLike, updates: TensorLike, key: Key) -> TensorLike:
    """For each update, the product of the others that meet the same place of x."""
    grid = tuple(x.shape[: len(key)])
    places = np.ravel_multi_index(tuple(np.where(k < 0, k + n, k) for k, n in zip(key, grid)), grid)
    rows = updates.reshape((places.size, *updates.shape[places.ndim :]))
    others = product_of_others(rows, places.ravel(), int(np.prod(grid)))
    return others.reshape(tuple(updates.shape))
