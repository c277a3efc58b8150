"""Triangles and diagonals of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.shapes import unchanged
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=separate, shape=unchanged)
def _tril(x: Array, *, k: int) -> Array:
    """y = x on and below the k-th diagonal, 0 above        dx = the same of dy"""
    return np.tril(x, k)


@primitive(dtype=separate, shape=unchanged)
def _triu(x: Array, *, k: int) -> Array:
    """y = x on and above the k-th diagonal, 0 below        dx = the same of dy"""
    return np.triu(x, k)


@_tril.vjp
def _tril_vjp(dy: Array, y: Array, x: Array, *, k: int) -> TensorLike:
    return _tril.compute(dy, k=k)


@_triu.vjp
def _triu_vjp(dy: Array, y: Array, x: Array, *, k: int) -> TensorLike:
    return _triu.compute(dy, k=k)


@primitive(dtype=separate)
def _diagonal(x: Array, *, k: int) -> Array:
    """The k-th diagonal of the last two axes         dx = dy on it, 0 elsewhere"""
    return np.diagonal(x, k, -2, -1).copy()


@_diagonal.shape
def _diagonal_shape(x: Shape, *, k: int) -> Shape:
    *stack, rows, columns = x
    if rows is None or columns is None:
        return (*stack, None)
    return (*stack, max(0, min(rows + min(k, 0), columns - max(k, 0))))


@_diagonal.vjp
def _diagonal_vjp(dy: Array, y: Array, x: Array, *, k: int) -> TensorLike:
    return _on_diagonal.compute(dy, shape=tuple(x.shape[-2:]), k=k)


@primitive(dtype=separate)
def _on_diagonal(x: Array, *, shape: tuple[int, int], k: int) -> Array:
    """Matrices with x on the k-th diagonal         dx = that diagonal of dy"""
    y = np.zeros((*x.shape[:-1], *shape), x.dtype)
    i = np.arange(x.shape[-1])
    y[..., i + max(-k, 0), i + max(k, 0)] = x
    return y


@_on_diagonal.shape
def _on_diagonal_shape(x: Shape, *, shape: tuple[int, int], k: int) -> Shape:
    return (*x[:-1], *shape)


@_on_diagonal.vjp
def _on_diagonal_vjp(dy: Array, y: Array, x: Array, *, k: int, **static: Any) -> TensorLike:
    return _diagonal.compute(dy, k=k)
