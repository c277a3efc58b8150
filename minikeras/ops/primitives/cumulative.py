"""Running sums and products along an axis."""

import numpy as np

from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import counting, quiet
from minikeras.ops.primitives.arithmetic import divide_no_nan
from minikeras.shapes import unchanged
from minikeras.types import Array, TensorLike


@primitive(dtype=counting, shape=unchanged)
@quiet
def _cumsum(x: Array, *, axis: int, reverse: bool) -> Array:
    """yᵢ = Σ_{j≤i} xⱼ       dxᵢ = Σ_{j≥i} dyⱼ"""
    if reverse:
        return np.flip(np.cumsum(np.flip(x, axis), axis=axis, dtype=x.dtype), axis)
    return np.cumsum(x, axis=axis, dtype=x.dtype)


@_cumsum.vjp
def _cumsum_vjp(dy: Array, y: Array, x: Array, *, axis: int, reverse: bool) -> TensorLike:
    return _cumsum.compute(dy, axis=axis, reverse=not reverse)


@primitive(dtype=counting, shape=unchanged)
@quiet
def _cumprod(x: Array, *, axis: int) -> Array:
    """yᵢ = Π_{j≤i} xⱼ       dxᵢ = Σ_{j≥i} yⱼ dyⱼ / xᵢ

    Parity: where xᵢ = 0 the gradient is taken to be 0.
    """
    return np.cumprod(x, axis=axis, dtype=x.dtype)


@_cumprod.vjp
def _cumprod_vjp(dy: Array, y: Array, x: Array, *, axis: int) -> TensorLike:
    return divide_no_nan.compute(_cumsum.compute(y * dy, axis=axis, reverse=True), x)
