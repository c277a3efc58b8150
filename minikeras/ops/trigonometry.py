"""Circular and hyperbolic functions, and their inverses."""

import numpy as np

from minikeras.autograd import elementwise, operation
from minikeras.dtypes import floating
from minikeras.ops.core import as_kind
from minikeras.ops.kinds import in_float32, quiet
from minikeras.types import Array, TensorLike


@elementwise(dtype=floating)
@quiet
def sin(x: Array) -> Array:
    """y = sin x            dx = dy cos x"""
    return np.sin(x)


@sin.vjp
def sin_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.cos(x)


@elementwise(dtype=floating)
@quiet
def cos(x: Array) -> Array:
    """y = cos x            dx = −dy sin x"""
    return np.cos(x)


@cos.vjp
def cos_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -dy * np.sin(x)


@elementwise(dtype=floating)
@quiet
def tan(x: Array) -> Array:
    """y = tan x            dx = dy / cos² x"""
    return np.tan(x)


@tan.vjp
def tan_vjp(dy: Array, y: Array, x: Array) -> Array:
    secant = 1 / np.cos(x)
    return secant * secant * dy


@elementwise(dtype=floating)
@quiet
def arcsin(x: Array) -> Array:
    """y = arcsin x         dx = dy / √(1 − x²)"""
    return np.arcsin(x)


@arcsin.vjp
def arcsin_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / np.sqrt(1 - x * x))


@elementwise(dtype=floating)
@quiet
def arccos(x: Array) -> Array:
    """y = arccos x         dx = −dy / √(1 − x²)"""
    return np.arccos(x)


@arccos.vjp
def arccos_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -dy * (1 / np.sqrt(1 - x * x))


@elementwise(dtype=floating)
def arctan(x: Array) -> Array:
    """y = arctan x         dx = dy / (1 + x²)"""
    return np.arctan(x)


@arctan.vjp
def arctan_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / (1 + x * x))


@elementwise(dtype=floating)
def arctan2(x1: Array, x2: Array) -> Array:
    """y = the angle of the point (x₂, x₁)

    dx₁ = x₂ dy / (x₁² + x₂²)       dx₂ = −x₁ dy / (x₁² + x₂²)
    """
    return np.arctan2(x1, x2)


@arctan2.vjp
def arctan2_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    share = dy / (x2 * x2 + x1 * x1)
    return lambda: x2 * share, lambda: -x1 * share


@elementwise(dtype=floating)
@quiet
def sinh(x: Array) -> Array:
    """y = sinh x           dx = dy cosh x"""
    return np.sinh(x)


@sinh.vjp
def sinh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.cosh(x)


@elementwise(dtype=floating)
@quiet
def cosh(x: Array) -> Array:
    """y = cosh x           dx = dy sinh x"""
    return np.cosh(x)


@cosh.vjp
def cosh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.sinh(x)


@elementwise(dtype=floating)
def tanh(x: Array) -> Array:
    """y = tanh x           dx = dy (1 − y²)"""
    return np.tanh(x)


@tanh.vjp
def tanh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 - y * y)


tanh.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise(dtype=floating)
def arcsinh(x: Array) -> Array:
    """y = arsinh x         dx = dy / cosh y"""
    return np.arcsinh(x)


@arcsinh.vjp
def arcsinh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy / np.cosh(y)


@elementwise(dtype=floating)
@quiet
def arccosh(x: Array) -> Array:
    """y = arcosh x         dx = dy / sinh y"""
    return np.arccosh(x)


@arccosh.vjp
def arccosh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy / np.sinh(y)


@elementwise(dtype=floating)
@quiet
def arctanh(x: Array) -> Array:
    """y = artanh x         dx = dy / (1 − x²)"""
    return np.arctanh(x)


@arctanh.vjp
def arctanh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / (1 - x * x))


@operation
def sinc(x: TensorLike) -> TensorLike:
    """y = sin(πx) / (πx), and 1 at 0

    Parity: the gradient at 0 is NaN, from the branch that was not chosen.
    """
    from minikeras.ops.indexing import where

    x = as_kind(floating, x)
    pi_x = x * np.asarray(np.pi, x.dtype)
    return where(x == 0, np.ones((), x.dtype), sin(pi_x) / pi_x)
