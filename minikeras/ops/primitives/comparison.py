"""Questions about elements: the answers are booleans, and constant to differentiation."""

import numpy as np

from minikeras.dtypes import promote, separate
from minikeras.ops.declarations import elementwise
from minikeras.types import Array


@elementwise("ops.numpy numpy", dtype=promote, out="bool", constant=True, converts_first=True)
def equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ = x₂]"""
    return np.equal(x1, x2)


@elementwise("ops.numpy numpy", dtype=promote, out="bool", constant=True, converts_first=True)
def not_equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≠ x₂]"""
    return np.not_equal(x1, x2)


@elementwise("ops.numpy numpy", dtype=promote, out="bool", constant=True, converts_first=True)
def greater(x1: Array, x2: Array) -> Array:
    """y = [x₁ > x₂]"""
    return np.greater(x1, x2)


@elementwise("ops.numpy numpy", dtype=promote, out="bool", constant=True, converts_first=True)
def greater_equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≥ x₂]"""
    return np.greater_equal(x1, x2)


@elementwise("ops.numpy numpy", dtype=promote, out="bool", constant=True, converts_first=True)
def less(x1: Array, x2: Array) -> Array:
    """y = [x₁ < x₂]"""
    return np.less(x1, x2)


@elementwise("ops.numpy numpy", dtype=promote, out="bool", constant=True, converts_first=True)
def less_equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≤ x₂]"""
    return np.less_equal(x1, x2)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def logical_and(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≠ 0 and x₂ ≠ 0]"""
    return np.logical_and(x1, x2)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def logical_or(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≠ 0 or x₂ ≠ 0]"""
    return np.logical_or(x1, x2)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def logical_xor(x1: Array, x2: Array) -> Array:
    """y = [exactly one of x₁, x₂ is not 0]"""
    return np.logical_xor(x1, x2)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def logical_not(x: Array) -> Array:
    """y = [x = 0]"""
    return np.logical_not(x)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def isnan(x: Array) -> Array:
    """y = [x is not a number]"""
    return np.isnan(x)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def isinf(x: Array) -> Array:
    """y = [x = ±∞]"""
    return np.isinf(x)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def isfinite(x: Array) -> Array:
    """y = [x is neither infinite nor NaN]"""
    return np.isfinite(x)


@elementwise("ops.numpy", dtype=separate, out="bool", constant=True)
def isposinf(x: Array) -> Array:
    """y = [x = ∞]"""
    return np.equal(x, np.inf)


@elementwise("ops.numpy", dtype=separate, out="bool", constant=True)
def isneginf(x: Array) -> Array:
    """y = [x = −∞]"""
    return np.equal(x, -np.inf)


@elementwise("ops.numpy numpy", dtype=separate, out="bool", constant=True)
def signbit(x: Array) -> Array:
    """y = [the sign bit is set], which tells −0.0 from 0.0"""
    return np.signbit(x)


@elementwise(dtype=separate, out="bool", constant=True)
def _isreal(x: Array) -> Array:
    """y = [Im x = 0]"""
    return np.isreal(x)
