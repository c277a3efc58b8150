"""Changes of dtype, and copies."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes
from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import quiet
from minikeras.shapes import unchanged
from minikeras.types import Array


@primitive(dtype=dtypes.separate, out=lambda x, *, dtype: dtype, shape=unchanged)
@quiet
def _cast(x: Array, *, dtype: Any) -> Array:
    """x in another dtype; floats are truncated towards 0 for an integer dtype.      dx = dy"""
    return x.astype(dtype)


@_cast.vjp
def _cast_vjp(dy: Array, y: Array, x: Array, *, dtype: Any) -> Array:
    return dy.astype(x.dtype)


@primitive("ops.numpy Tensor numpy", dtype=dtypes.separate, shape=unchanged)
def copy(x: Array) -> Array:
    """y = x                dx = dy"""
    return x.copy()


@copy.vjp
def copy_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy


@primitive("ops", dtype=dtypes.separate, constant=True, shape=unchanged)
def stop_gradient(variable: Array) -> Array:
    """y = x, and no derivative flows back: dx is None."""
    return variable
