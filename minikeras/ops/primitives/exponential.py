"""Exponentials and logarithms."""

import numpy as np

from minikeras.dtypes import floating
from minikeras.ops.declarations import elementwise
from minikeras.ops.kinds import in_float32, quiet
from minikeras.types import Array


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def exp(x: Array) -> Array:
    """y = eˣ               dx = dy y"""
    return np.exp(x)


@exp.vjp
def exp_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * y


exp.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def expm1(x: Array) -> Array:
    """y = eˣ − 1           dx = dy eˣ"""
    return np.expm1(x)


@expm1.vjp
def expm1_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.exp(x)


expm1.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def log(x: Array) -> Array:
    """y = ln x             dx = dy / x"""
    return np.log(x)


@log.vjp
def log_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / x)


log.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def log1p(x: Array) -> Array:
    """y = ln(1 + x)        dx = dy / (1 + x)"""
    return np.log1p(x)


@log1p.vjp
def log1p_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / (1 + x))


log1p.fast("minikeras.ops.tensorflow_float32", when=in_float32)
