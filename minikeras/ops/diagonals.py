"""Triangles and diagonals of matrices."""

from __future__ import annotations

import numpy as np

from minikeras.autograd import operation, primitive
from minikeras.dtypes import separate
from minikeras.ops.core import tensor
from minikeras.ops.manipulation import moveaxis, ravel
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=separate)
def _tril(x: Array, *, k: int) -> Array:
    """y = x on and below the k-th diagonal, 0 above        dx = the same of dy"""
    return np.tril(x, k)


@primitive(dtype=separate)
def _triu(x: Array, *, k: int) -> Array:
    """y = x on and above the k-th diagonal, 0 below        dx = the same of dy"""
    return np.triu(x, k)


@_tril.shape
def _tril_shape(x: Shape, *, k: int) -> Shape:
    return x


@_triu.shape
def _triu_shape(x: Shape, *, k: int) -> Shape:
    return x


@_tril.vjp
def _tril_vjp(dy: Array, y: Array, x: Array, *, k: int) -> TensorLike:
    return _tril(dy, k=k)


@_triu.vjp
def _triu_vjp(dy: Array, y: Array, x: Array, *, k: int) -> TensorLike:
    return _triu(dy, k=k)


@operation
def tril(x: TensorLike, k: int = 0) -> TensorLike:
    """x with zeros above the k-th diagonal."""
    return _tril(tensor(x), k=int(k))


@operation
def triu(x: TensorLike, k: int = 0) -> TensorLike:
    """x with zeros below the k-th diagonal."""
    return _triu(tensor(x), k=int(k))


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
    return _on_diagonal(dy, shape=tuple(x.shape[-2:]), k=k)


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
def _on_diagonal_vjp(
    dy: Array, y: Array, x: Array, *, shape: tuple[int, int], k: int
) -> TensorLike:
    return _diagonal(dy, k=k)


@operation
def diagonal(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> TensorLike:
    """The diagonal of two axes, as the last axis of the result."""
    return _diagonal(moveaxis(x, (axis1, axis2), (-2, -1)), k=offset)


@operation
def diag(x: TensorLike, k: int = 0) -> TensorLike:
    """The matrix with x on its k-th diagonal; of a matrix, its k-th diagonal.

    Raises ValueError unless x has one or two axes.
    """
    x = tensor(x)
    if len(x.shape) == 1:
        n = x.shape[0] + abs(k)
        return _on_diagonal(x, shape=(n, n), k=k)
    if len(x.shape) == 2:
        return _diagonal(x, k=k)
    raise ValueError(f"`x` must have 1 or 2 axes, received x.shape={tuple(x.shape)}")


@operation
def diagflat(x: TensorLike, k: int = 0) -> TensorLike:
    """The matrix with all elements of x on its k-th diagonal."""
    return diag(ravel(x), k)


@operation
def trace(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> TensorLike:
    """Sum of a diagonal of two axes."""
    return diagonal(x, offset, axis1, axis2).sum(axis=-1)
