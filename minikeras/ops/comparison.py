"""Questions about elements: the answers are booleans, and constant to differentiation."""

import numpy as np

from minikeras import shapes
from minikeras.autograd import elementwise, operation, primitive
from minikeras.dtypes import promote, separate
from minikeras.ops.core import as_kind, is_floating, tensor
from minikeras.types import Array, Shape, TensorLike

Axis = int | tuple[int, ...] | list[int] | None


@elementwise(dtype=promote, out="bool", constant=True)
def equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ = x₂]"""
    return np.equal(x1, x2)


@elementwise(dtype=promote, out="bool", constant=True)
def not_equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≠ x₂]"""
    return np.not_equal(x1, x2)


@elementwise(dtype=promote, out="bool", constant=True)
def greater(x1: Array, x2: Array) -> Array:
    """y = [x₁ > x₂]"""
    return np.greater(x1, x2)


@elementwise(dtype=promote, out="bool", constant=True)
def greater_equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≥ x₂]"""
    return np.greater_equal(x1, x2)


@elementwise(dtype=promote, out="bool", constant=True)
def less(x1: Array, x2: Array) -> Array:
    """y = [x₁ < x₂]"""
    return np.less(x1, x2)


@elementwise(dtype=promote, out="bool", constant=True)
def less_equal(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≤ x₂]"""
    return np.less_equal(x1, x2)


@elementwise(dtype=separate, out="bool", constant=True)
def logical_and(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≠ 0 and x₂ ≠ 0]"""
    return np.logical_and(x1, x2)


@elementwise(dtype=separate, out="bool", constant=True)
def logical_or(x1: Array, x2: Array) -> Array:
    """y = [x₁ ≠ 0 or x₂ ≠ 0]"""
    return np.logical_or(x1, x2)


@elementwise(dtype=separate, out="bool", constant=True)
def logical_xor(x1: Array, x2: Array) -> Array:
    """y = [exactly one of x₁, x₂ is not 0]"""
    return np.logical_xor(x1, x2)


@elementwise(dtype=separate, out="bool", constant=True)
def logical_not(x: Array) -> Array:
    """y = [x = 0]"""
    return np.logical_not(x)


@elementwise(dtype=separate, out="bool", constant=True)
def isnan(x: Array) -> Array:
    """y = [x is not a number]"""
    return np.isnan(x)


@elementwise(dtype=separate, out="bool", constant=True)
def isinf(x: Array) -> Array:
    """y = [x = ±∞]"""
    return np.isinf(x)


@elementwise(dtype=separate, out="bool", constant=True)
def isfinite(x: Array) -> Array:
    """y = [x is neither infinite nor NaN]"""
    return np.isfinite(x)


@elementwise(dtype=separate, out="bool", constant=True)
def isposinf(x: Array) -> Array:
    """y = [x = ∞]"""
    return np.equal(x, np.inf)


@elementwise(dtype=separate, out="bool", constant=True)
def isneginf(x: Array) -> Array:
    """y = [x = −∞]"""
    return np.equal(x, -np.inf)


@elementwise(dtype=separate, out="bool", constant=True)
def signbit(x: Array) -> Array:
    """y = [the sign bit is set], which tells −0.0 from 0.0"""
    return np.signbit(x)


@operation
def isclose(
    x1: TensorLike,
    x2: TensorLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> TensorLike:
    """y = [|x₁ − x₂| ≤ atol + rtol |x₂|]; whole numbers must be equal.

    Parity: equal infinities are not close, because their difference is NaN.
    """
    from minikeras.ops.arithmetic import absolute

    x1, x2 = as_kind(promote, x1, x2)
    if not is_floating(x1):
        return equal(x1, x2)
    close = less_equal(absolute(x1 - x2), atol + rtol * absolute(x2))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


@operation
def allclose(
    x1: TensorLike,
    x2: TensorLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> TensorLike:
    """Whether all elements are close or equal, infinities included."""
    close = logical_or(isclose(x1, x2, rtol=rtol, atol=atol), equal(x1, x2))
    return all(logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close)


def _folded(x: Shape, *, axis: Axis, keepdims: bool) -> Shape:
    return shapes.reduced(x, axis, keepdims)


@primitive(dtype=separate, out="bool", constant=True, shape=_folded)
def _all(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    """y = [every x along axis ≠ 0]"""
    return np.all(x, axis=axis, keepdims=keepdims)


@primitive(dtype=separate, out="bool", constant=True, shape=_folded)
def _any(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
    """y = [some x along axis ≠ 0]"""
    return np.any(x, axis=axis, keepdims=keepdims)


@operation
def all(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Whether every element along `axis` is true."""
    x = tensor(x)
    return _all(x, axis=shapes.normalize_axes(axis, len(x.shape)), keepdims=keepdims)


@operation
def any(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Whether some element along `axis` is true."""
    x = tensor(x)
    return _any(x, axis=shapes.normalize_axes(axis, len(x.shape)), keepdims=keepdims)


@operation
def isin(
    x1: TensorLike, x2: TensorLike, assume_unique: bool = False, invert: bool = False
) -> TensorLike:
    """Which elements of x1 occur in x2 (`invert`: do not)."""
    x1, x2 = as_kind(promote, x1, x2)
    from minikeras.ops.manipulation import expand_dims, ravel

    found = any(equal(expand_dims(x1, -1), ravel(x2)), axis=-1)
    return logical_not(found) if invert else found


@operation
def isreal(x: TensorLike) -> TensorLike:
    """Which elements have no imaginary part."""
    x = tensor(x)
    return _isreal(x)


@elementwise(dtype=separate, out="bool", constant=True)
def _isreal(x: Array) -> Array:
    """y = [Im x = 0]"""
    return np.isreal(x)
