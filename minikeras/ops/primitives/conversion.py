"""Changes of dtype, and copies."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes
from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import quiet
from minikeras.types import Array, Shape


@primitive(dtype=dtypes.separate, out=lambda x, *, dtype: dtype)
@quiet
def _cast(x: Array, *, dtype: Any) -> Array:
    """x in another dtype; floats are truncated towards 0 for an integer dtype.      dx = dy"""
    return x.astype(dtype)


@_cast.shape
def _cast_shape(x: Shape, *, dtype: Any) -> Shape:
    return x


@_cast.vjp
def _cast_vjp(dy: Array, y: Array, x: Array, *, dtype: Any) -> Array:
    return dy.astype(x.dtype)


@primitive("ops.numpy Tensor numpy", dtype=dtypes.separate)
def copy(x: Array) -> Array:
    """y = x                dx = dy"""
    return x.copy()


@copy.shape
def copy_shape(x: Shape) -> Shape:
    return x


@copy.vjp
def copy_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy


@primitive("ops", dtype=dtypes.separate, constant=True)
def stop_gradient(variable: Array) -> Array:
    """y = x, and no derivative flows back: dx is None."""
    return variable


@stop_gradient.shape
def stop_gradient_shape(variable: Shape) -> Shape:
    return variable
