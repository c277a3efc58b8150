"""Hyperbolic sine, cosine, tangent, and their inverses."""

import numpy as np

from minikeras.dtypes import floating
from minikeras.ops.declarations import elementwise
from minikeras.ops.kinds import in_float32, quiet
from minikeras.types import Array


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def sinh(x: Array) -> Array:
    """y = sinh x           dx = dy cosh x"""
    return np.sinh(x)


@sinh.vjp
def sinh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.cosh(x)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def cosh(x: Array) -> Array:
    """y = cosh x           dx = dy sinh x"""
    return np.cosh(x)


@cosh.vjp
def cosh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.sinh(x)


@elementwise("ops.numpy numpy", dtype=floating)
def tanh(x: Array) -> Array:
    """y = tanh x           dx = dy (1 − y²)"""
    return np.tanh(x)


@tanh.vjp
def tanh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 - y * y)


tanh.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
def arcsinh(x: Array) -> Array:
    """y = arsinh x         dx = dy / cosh y"""
    return np.arcsinh(x)


@arcsinh.vjp
def arcsinh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy / np.cosh(y)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def arccosh(x: Array) -> Array:
    """y = arcosh x         dx = dy / sinh y"""
    return np.arccosh(x)


@arccosh.vjp
def arccosh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy / np.sinh(y)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def arctanh(x: Array) -> Array:
    """y = artanh x         dx = dy / (1 − x²)"""
    return np.arctanh(x)


@arctanh.vjp
def arctanh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / (1 - x * x))
