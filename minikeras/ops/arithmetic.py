"""Sums, products, powers and extremes of corresponding elements."""

import math

import numpy as np

from minikeras import shapes
from minikeras.autograd import elementwise, operation, primitive
from minikeras.dtypes import floating, promote
from minikeras.ops.core import as_kind, tensor
from minikeras.ops.kinds import counting, in_float32, measuring, quiet
from minikeras.types import Array, Shape, TensorLike


@elementwise(dtype=promote)
@quiet
def _add(x1: Array, x2: Array) -> Array:
    """y = x₁ + x₂          dx₁ = dy,  dx₂ = dy"""
    return np.add(x1, x2)


@_add.vjp
def _add_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> tuple[Array, Array]:
    return dy, dy


@primitive(dtype=promote)
@quiet
def bias_add(x: Array, b: Array) -> Array:
    """A vector added to every line along the last axis.

    y = x + b               dx = dy,  db = Σ dy over all axes but the last, line after line
    """
    return np.add(x, b)


@bias_add.shape
def bias_add_shape(x: Shape, b: Shape) -> Shape:
    return shapes.broadcast(x, b)


@bias_add.vjp
def bias_add_vjp(dy: Array, y: Array, x: Array, b: Array) -> TensorLike:
    return dy, lambda: _sum_of_lines(dy)


bias_add.fast("minikeras.ops.tensorflow_float32", rules="vjp", when=in_float32)


@primitive(dtype=promote)
def _sum_of_lines(x: Array) -> Array:
    """y = Σ x over all axes but the last       dx = dy, the same for every line"""
    return np.add.reduce(x.reshape(-1, x.shape[-1]), 0)


@_sum_of_lines.shape
def _sum_of_lines_shape(x: Shape) -> Shape:
    return x[-1:]


@_sum_of_lines.vjp
def _sum_of_lines_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.broadcast_to(dy, x.shape)


_sum_of_lines.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@operation
def add(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₁ + x₂, elements of the common dtype; shapes broadcast.

    Parity: a vector along the last axis of x₁ is a bias, whose gradient is summed line after
    line; every other sum, `x1 + x2` included, in the order of `sum`.
    """
    bias: Shape = getattr(x2, "shape", ())
    if bias and bias[-1] not in (1, None):
        shape: Shape = getattr(x1, "shape", ())
        if shape[-1:] == bias[-1:] and 1 < len(shape) >= len(bias):
            if len(bias) == 1:
                return bias_add(x1, x2)
            if bias[:-1] == (1,) * (len(bias) - 1):
                return bias_add(x1, x2.reshape((-1,)))
    return _add(x1, x2)


@elementwise(dtype=promote)
@quiet
def subtract(x1: Array, x2: Array) -> Array:
    """y = x₁ − x₂          dx₁ = dy,  dx₂ = −dy"""
    return np.subtract(x1, x2)


@subtract.vjp
def subtract_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return dy, lambda: -dy


@elementwise(dtype=promote)
@quiet
def multiply(x1: Array, x2: Array) -> Array:
    """y = x₁ x₂            dx₁ = dy x₂,  dx₂ = x₁ dy"""
    return np.multiply(x1, x2)


@multiply.vjp
def multiply_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return lambda: dy * x2, lambda: x1 * dy


@elementwise(dtype=floating)
@quiet
def divide(x1: Array, x2: Array) -> Array:
    """y = x₁ / x₂          dx₁ = dy / x₂,  dx₂ = dy ((−x₁ / x₂) / x₂)

    Integers are divided as floats.
    """
    return np.divide(x1, x2)


@divide.vjp
def divide_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return lambda: dy / x2, lambda: dy * (-x1 / x2 / x2)


@operation
def true_divide(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₁ / x₂: ``divide`` by the name that the node of ``x1 / x2`` has in a graph."""
    return divide(x1, x2)


@elementwise(dtype=floating)
def divide_no_nan(x1: Array, x2: Array) -> Array:
    """y = x₁ / x₂, and 0 where x₂ = 0          dx₁, dx₂ as in divide, 0 where x₂ = 0"""
    return np.divide(x1, x2, out=np.zeros(np.broadcast_shapes(x1.shape, x2.shape), x1.dtype),
                     where=x2 != 0)  # fmt: skip


@divide_no_nan.vjp
def divide_no_nan_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return (
        lambda: divide_no_nan(dy, x2),
        lambda: dy * divide_no_nan(divide_no_nan(-x1, x2), x2),
    )


@elementwise(dtype=promote, constant=True)
@quiet
def floor_divide(x1: Array, x2: Array) -> Array:
    """y = ⌊x₁ / x₂⌋, constant almost everywhere."""
    return np.floor_divide(x1, x2)


@elementwise(dtype=counting)
@quiet
def mod(x1: Array, x2: Array) -> Array:
    """y = x₁ − x₂ ⌊x₁ / x₂⌋        dx₁ = dy,  dx₂ = −dy ⌊x₁ / x₂⌋

    The result has the sign of x₂.
    """
    return np.mod(x1, x2)


@mod.vjp
def mod_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return dy, lambda: dy * -floor_divide(x1, x2)


@elementwise(dtype=promote)
@quiet
def power(x1: Array, x2: Array) -> Array:
    """y = x₁ ^ x₂          dx₁ = dy x₂ x₁^(x₂ − 1),  dx₂ = dy y ln x₁

    Parity: where x₁ ≤ 0, dx₂ is 0.  A negative integer power of integers is an error.
    """
    if x1.dtype.kind in "iu" and np.any(x2 < 0):
        raise ValueError(f"power: integers cannot be raised to negative integers; received {x2}")
    return np.power(x1, x2)


@power.vjp
def power_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    def dx2() -> TensorLike:
        positive = x1 > 0
        logarithm = np.where(positive, np.log(np.where(positive, x1, 1)), 0)
        return dy * y * logarithm

    return lambda: dy * x2 * np.power(x1, x2 - 1), dx2


@elementwise(dtype=promote)
def negative(x: Array) -> Array:
    """y = −x               dx = −dy"""
    return np.negative(x)


@negative.vjp
def negative_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -dy


@elementwise(dtype=promote)
def absolute(x: Array) -> Array:
    """y = |x|              dx = dy sign x, which is 0 at x = 0"""
    return np.absolute(x)


@absolute.vjp
def absolute_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.sign(x)


abs = absolute


@elementwise(dtype=promote)
def sign(x: Array) -> Array:
    """y = −1, 0 or 1       dx = 0

    Parity: the gradient is zero, not disconnected.
    """
    return np.sign(x)


@sign.vjp
def sign_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.zeros_like(dy)


@elementwise(dtype=counting)
@quiet
def square(x: Array) -> Array:
    """y = x²               dx = dy (2 x)"""
    return np.multiply(x, x)


@square.vjp
def square_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (x * 2)


@elementwise(dtype=promote)
@quiet
def squared_difference(x1: Array, x2: Array) -> Array:
    """y = (x₁ − x₂)²       dx₁ = 2 dy (x₁ − x₂),  dx₂ = −dx₁"""
    d = x1 - x2
    return np.multiply(d, d)


@squared_difference.vjp
def squared_difference_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    dx1 = 2 * dy * (x1 - x2)
    return dx1, lambda: -dx1


@elementwise(dtype=floating)
@quiet
def sqrt(x: Array) -> Array:
    """y = √x               dx = ½ dy / y, which is infinite at x = 0

    Parity: where dy = 0, dx = 0 even there; so in rsqrt and reciprocal.
    """
    return np.sqrt(x)


@sqrt.vjp
def sqrt_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(dy == 0, dy, dy * (0.5 / y))


sqrt.fast("minikeras.ops.tensorflow_float32", rules="vjp", when=in_float32)


@elementwise(dtype=floating)
@quiet
def rsqrt(x: Array) -> Array:
    """y = 1 / √x           dx = −½ dy y³"""
    return np.divide(x.dtype.type(1), np.sqrt(x))


@rsqrt.vjp
def rsqrt_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(dy == 0, dy, -0.5 * (dy * y) * (y * y))


rsqrt.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise(dtype=floating)
@quiet
def reciprocal(x: Array) -> Array:
    """y = 1 / x            dx = −dy y²"""
    return np.divide(x.dtype.type(1), x)


@reciprocal.vjp
def reciprocal_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(dy == 0, dy, dy * (-y * y))


reciprocal.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise(dtype=promote)
def maximum(x1: Array, x2: Array) -> Array:
    """y = the larger       dx₁ = dy [x₁ ≥ x₂],  dx₂ = dy [x₁ < x₂]

    Parity: in a tie the first argument takes the whole gradient.
    """
    return np.maximum(x1, x2)


@maximum.vjp
def maximum_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    first = x1 >= x2
    return lambda: np.where(first, dy, 0), lambda: np.where(first, 0, dy)


@elementwise(dtype=promote)
def minimum(x1: Array, x2: Array) -> Array:
    """y = the smaller      dx₁ = dy [x₁ ≤ x₂],  dx₂ = dy [x₁ > x₂]

    Parity: in a tie the first argument takes the whole gradient.
    """
    return np.minimum(x1, x2)


@minimum.vjp
def minimum_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    first = x1 <= x2
    return lambda: np.where(first, dy, 0), lambda: np.where(first, 0, dy)


@operation
def fmax(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The larger element; where one of the two is NaN, the other."""
    from minikeras.ops.comparison import isnan
    from minikeras.ops.indexing import where

    y = where(isnan(x1), x2, maximum(x1, x2))
    return where(isnan(x2), x1, y)


@operation
def fmin(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The smaller element; where one of the two is NaN, the other."""
    from minikeras.ops.comparison import isnan
    from minikeras.ops.indexing import where

    y = where(isnan(x1), x2, minimum(x1, x2))
    return where(isnan(x2), x1, y)


@operation
def clip(x: TensorLike, x_min: TensorLike, x_max: TensorLike) -> TensorLike:
    """y = max(min(x, x_max), x_min)

    Parity: the gradient is 1 on the edges, because ties go to the first argument.
    """
    x = as_kind(counting, x)
    high, low = tensor(x_max, x.dtype), tensor(x_min, x.dtype)
    return maximum(minimum(x, high), low)


@operation
def hypot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = √(x₁² + x₂²), without overflow: the larger times √(1 + ratio²)."""
    x1, x2 = as_kind(measuring, x1, x2)
    a, b = absolute(x1), absolute(x2)
    large = maximum(a, b)
    return large * sqrt(1 + square(divide_no_nan(minimum(a, b), large)))


@operation
def cbrt(x: TensorLike) -> TensorLike:
    """y = sign(x) |x|^⅓"""
    x = as_kind(measuring, x)
    return sign(x) * power(absolute(x), 1 / 3)


@operation
def fabs(x: TensorLike) -> TensorLike:
    """|x| as a float."""
    return absolute(as_kind(floating, x))


@operation
def fmod(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Remainder of |x₁| / |x₂|, with the sign of x₁."""
    x1, x2 = as_kind(counting, x1, x2)
    return sign(x1) * mod(absolute(x1), absolute(x2))


@operation
def deg2rad(x: TensorLike) -> TensorLike:
    """y = x π / 180"""
    x = as_kind(measuring, x)
    return x * (np.asarray(math.pi, x.dtype) / np.asarray(180.0, x.dtype))


@operation
def rad2deg(x: TensorLike) -> TensorLike:
    """y = x 180 / π"""
    x = as_kind(measuring, x)
    return x * (np.asarray(180.0, x.dtype) / np.asarray(math.pi, x.dtype))
