"""Questions about elements: the answers are booleans, and constant to differentiation."""

from minikeras.dtypes import promote
from minikeras.ops.core import converted, is_floating, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.arithmetic import absolute
from minikeras.ops.primitives.comparison import (
    _isreal,
    equal,
    isnan,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
)
from minikeras.ops.reduction import all, any
from minikeras.ops.reshaping import expand_dims, ravel
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
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
    x1, x2 = converted(promote, x1, x2)
    if not is_floating(x1):
        return equal(x1, x2)
    close = less_equal(absolute(x1 - x2), atol + rtol * absolute(x2))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


@operation("ops.numpy numpy")
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


@operation("ops.numpy numpy")
def isin(
    x1: TensorLike, x2: TensorLike, assume_unique: bool = False, invert: bool = False
) -> TensorLike:
    """Which elements of x1 occur in x2 (`invert`: do not)."""
    x1, x2 = converted(promote, x1, x2)
    found = any(equal(expand_dims(x1, -1), ravel(x2)), axis=-1)
    return logical_not(found) if invert else found


@operation("ops.numpy")
def isreal(x: TensorLike) -> TensorLike:
    """Which elements have no imaginary part."""
    x = tensor(x)
    return _isreal(x)
