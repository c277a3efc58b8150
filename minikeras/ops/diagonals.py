"""Triangles and diagonals of matrices."""

from __future__ import annotations

from minikeras.ops.core import tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.diagonals import _diagonal, _on_diagonal, _tril, _triu
from minikeras.ops.reshaping import moveaxis, ravel
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
def tril(x: TensorLike, k: int = 0) -> TensorLike:
    """x with zeros above the k-th diagonal."""
    return _tril(tensor(x), k=int(k))


@operation("ops.numpy numpy")
def triu(x: TensorLike, k: int = 0) -> TensorLike:
    """x with zeros below the k-th diagonal."""
    return _triu(tensor(x), k=int(k))


@operation("ops.numpy numpy")
def diagonal(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> TensorLike:
    """The diagonal of two axes, as the last axis of the result."""
    return _diagonal(moveaxis(x, (axis1, axis2), (-2, -1)), k=offset)


@operation("ops.numpy numpy")
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


@operation("ops.numpy")
def diagflat(x: TensorLike, k: int = 0) -> TensorLike:
    """The matrix with all elements of x on its k-th diagonal."""
    return diag(ravel(x), k)


@operation("ops.numpy numpy")
def trace(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> TensorLike:
    """Sum of a diagonal of two axes."""
    return diagonal(x, offset, axis1, axis2).sum(axis=-1)
