"""Sine, cosine, tangent, and their inverses."""

import numpy as np

from minikeras.dtypes import floating
from minikeras.ops.declarations import elementwise
from minikeras.ops.kinds import in_float32, quiet
from minikeras.types import Array, TensorLike


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def sin(x: Array) -> Array:
    """y = sin x            dx = dy cos x"""
    return np.sin(x)


@sin.vjp
def sin_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.cos(x)


sin.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def cos(x: Array) -> Array:
    """y = cos x            dx = −dy sin x"""
    return np.cos(x)


@cos.vjp
def cos_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -dy * np.sin(x)


cos.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def tan(x: Array) -> Array:
    """y = tan x            dx = dy / cos² x"""
    return np.tan(x)


@tan.vjp
def tan_vjp(dy: Array, y: Array, x: Array) -> Array:
    secant = 1 / np.cos(x)
    return secant * secant * dy


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def arcsin(x: Array) -> Array:
    """y = arcsin x         dx = dy / √(1 − x²)"""
    return np.arcsin(x)


@arcsin.vjp
def arcsin_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / np.sqrt(1 - x * x))


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def arccos(x: Array) -> Array:
    """y = arccos x         dx = −dy / √(1 − x²)"""
    return np.arccos(x)


@arccos.vjp
def arccos_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -arcsin_vjp(dy, y, x)


@elementwise("ops.numpy numpy", dtype=floating)
def arctan(x: Array) -> Array:
    """y = arctan x         dx = dy / (1 + x²)"""
    return np.arctan(x)


@arctan.vjp
def arctan_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / (1 + x * x))


@elementwise("ops.numpy numpy", dtype=floating, converts_first=True)
def arctan2(x1: Array, x2: Array) -> Array:
    """y = the angle of the point (x₂, x₁)

    dx₁ = x₂ dy / (x₁² + x₂²)       dx₂ = −x₁ dy / (x₁² + x₂²)
    """
    return np.arctan2(x1, x2)


@arctan2.vjp
def arctan2_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    scaled = dy / (x2 * x2 + x1 * x1)
    return lambda: x2 * scaled, lambda: -x1 * scaled
