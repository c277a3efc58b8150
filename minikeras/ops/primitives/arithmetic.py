"""Sums, products, powers and extremes of corresponding elements."""

import math

import numpy as np

from minikeras import shapes, tf_function
from minikeras.dtypes import floating, promote
from minikeras.ops.declarations import elementwise, primitive
from minikeras.ops.kinds import counting, in_float32, quiet
from minikeras.types import Array, Shape, TensorLike


@elementwise(dtype=promote, passes=True)
@quiet
def _add(x1: Array, x2: Array) -> Array:
    """y = x₁ + x₂          dx₁ = dy,  dx₂ = dy"""
    return np.add(x1, x2)


@_add.vjp
def _add_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> tuple[Array, Array]:
    return dy, dy


def _shape_of_first(x1: Shape, x2: Shape) -> Shape:
    return x1


@primitive(dtype=promote, shape=_shape_of_first, passes=True)
def _rounded_as(x1: Array, x2: Array) -> Array:
    """y = x₂, which is x₁ but for rounding         dx₁ = dy, dx₂ = None"""
    return x2


@_rounded_as.vjp
def _rounded_as_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> tuple[Array, None]:
    return dy, None


@primitive(dtype=promote, shape=shapes.broadcast)
@quiet
def bias_add(x: Array, b: Array) -> Array:
    """A vector added along the last axis.

    y = x + b               dx = dy,  db = Σ dy over all axes but the last
    """
    return np.add(x, b)


@bias_add.vjp
def bias_add_vjp(dy: Array, y: Array, x: Array, b: Array) -> TensorLike:
    return dy, lambda: _sum_over_leading_axes.compute(dy)


bias_add.fast("minikeras.ops.tensorflow_float32", rules="vjp", when=in_float32)


@primitive(dtype=promote)
def _sum_over_leading_axes(x: Array) -> Array:
    """y = Σ x over all axes but the last       dx = dy, repeated over those axes"""
    return np.add.reduce(x.reshape(math.prod(x.shape[:-1]), x.shape[-1]), 0)


@_sum_over_leading_axes.shape
def _sum_over_leading_axes_shape(x: Shape) -> Shape:
    return x[-1:]


@_sum_over_leading_axes.vjp
def _sum_over_leading_axes_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.broadcast_to(dy, x.shape)


_sum_over_leading_axes.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise("ops.numpy numpy", dtype=promote)
@quiet
def subtract(x1: Array, x2: Array) -> Array:
    """y = x₁ − x₂          dx₁ = dy,  dx₂ = −dy"""
    return np.subtract(x1, x2)


@subtract.vjp
def subtract_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return dy, lambda: -dy


@elementwise("ops.numpy numpy", dtype=promote)
@quiet
def multiply(x1: Array, x2: Array) -> Array:
    """y = x₁ x₂            dx₁ = dy x₂,  dx₂ = x₁ dy"""
    return np.multiply(x1, x2)


@multiply.vjp
def multiply_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return lambda: dy * x2, lambda: x1 * dy


@elementwise(dtype=promote)
@quiet
def scaled_product(x1: Array, x2: Array, *, scale: float) -> Array:
    """y = (c x₁) x₂        dx₁ = c dy x₂,  dx₂ = (c x₁) dy

    Parity: in functions of known shapes TensorFlow multiplies c and x₂ first in dx₁; in dx₂ c and
    dy, if dy is a constant.
    """
    return np.multiply(x1.dtype.type(scale) * x1, x2)


@scaled_product.vjp
def scaled_product_vjp(dy: Array, y: Array, x1: Array, x2: Array, *, scale: float) -> TensorLike:
    c = dy.dtype.type(scale)
    c_first = tf_function.knows_sizes()
    return (
        lambda: dy * (c * x2) if c_first else c * (dy * x2),
        lambda: x1 * (c * dy) if tf_function.is_constant(dy) else (c * x1) * dy,
    )


@elementwise(dtype=floating)
@quiet
def divided_by_constant(x: Array, *, constant: float) -> Array:
    """y = x / c            dx = dy / c

    Parity: functions multiply with 1 / c, but divide a gradient that is constant.
    """
    return tf_function.over(x, constant)


@divided_by_constant.vjp
def divided_by_constant_vjp(dy: Array, y: Array, x: Array, *, constant: float) -> TensorLike:
    if tf_function.is_constant(dy):
        return dy / dy.dtype.type(constant)
    return tf_function.over(dy, constant)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def divide(x1: Array, x2: Array) -> Array:
    """y = x₁ / x₂          dx₁ = dy / x₂,  dx₂ = dy ((−x₁ / x₂) / x₂)

    Integers are divided as floats.
    """
    return np.divide(x1, x2)


@divide.vjp
def divide_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return lambda: dy / x2, lambda: dy * (-x1 / x2 / x2)


@elementwise("ops.numpy", dtype=floating)
def divide_no_nan(x1: Array, x2: Array) -> Array:
    """y = x₁ / x₂, and 0 where x₂ = 0          dx₁, dx₂ as in divide, 0 where x₂ = 0"""
    zeros = np.zeros(np.broadcast_shapes(x1.shape, x2.shape), x1.dtype)
    return np.divide(x1, x2, out=zeros, where=x2 != 0)


@divide_no_nan.vjp
def divide_no_nan_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return (
        lambda: divide_no_nan.compute(dy, x2),
        lambda: dy * divide_no_nan.compute(divide_no_nan.compute(-x1, x2), x2),
    )


@elementwise("ops.numpy numpy", dtype=promote, constant=True)
@quiet
def floor_divide(x1: Array, x2: Array) -> Array:
    """y = ⌊x₁ / x₂⌋, constant almost everywhere.

    Parity: the quotient of floats is rounded before ⌊⌋, so that ⌊2.3 / 0.1⌋ is 23 in float32.
    """
    if x1.dtype.kind == "f":
        return np.floor(np.divide(x1, x2))
    return np.floor_divide(x1, x2)


@elementwise("ops.numpy numpy", dtype=counting, converts_first=True)
@quiet
def mod(x1: Array, x2: Array) -> Array:
    """y = x₁ − x₂ ⌊x₁ / x₂⌋        dx₁ = dy,  dx₂ = −dy ⌊x₁ / x₂⌋

    The result has the sign of x₂.
    """
    return np.mod(x1, x2)


@mod.vjp
def mod_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    return dy, lambda: dy * -floor_divide.compute(x1, x2)


@elementwise("ops.numpy numpy", dtype=promote)
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


power.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops.numpy numpy", dtype=promote)
def negative(x: Array) -> Array:
    """y = −x               dx = −dy"""
    return np.negative(x)


@negative.vjp
def negative_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -dy


@elementwise("ops.numpy numpy", also="abs", dtype=promote)
def absolute(x: Array) -> Array:
    """y = |x|              dx = dy sign x, which is 0 at x = 0"""
    return np.absolute(x)


@absolute.vjp
def absolute_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.sign(x)


@elementwise("ops.numpy numpy", dtype=promote)
def sign(x: Array) -> Array:
    """y = −1, 0 or 1       dx = 0

    Parity: the gradient is zero, not disconnected.
    """
    return np.sign(x)


@sign.vjp
def sign_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.zeros_like(dy)


@elementwise("ops.numpy numpy", dtype=counting)
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


@elementwise("ops.numpy numpy", dtype=floating)
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


@elementwise("ops", dtype=floating)
@quiet
def rsqrt(x: Array) -> Array:
    """y = 1 / √x           dx = −½ dy y³"""
    return np.divide(x.dtype.type(1), np.sqrt(x))


@rsqrt.vjp
def rsqrt_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(dy == 0, dy, -0.5 * (dy * y) * (y * y))


rsqrt.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise("ops.numpy numpy", dtype=floating)
@quiet
def reciprocal(x: Array) -> Array:
    """y = 1 / x            dx = −dy y²"""
    return np.divide(x.dtype.type(1), x)


@reciprocal.vjp
def reciprocal_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(dy == 0, dy, dy * (-y * y))


reciprocal.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise("ops.numpy numpy", dtype=promote)
def maximum(x1: Array, x2: Array) -> Array:
    """y = the larger       dx₁ = dy [x₁ ≥ x₂],  dx₂ = dy [x₁ < x₂]

    Parity: in a tie the first argument takes the whole gradient.
    """
    return np.maximum(x1, x2)


@maximum.vjp
def maximum_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    first = x1 >= x2
    return lambda: np.where(first, dy, 0), lambda: np.where(first, 0, dy)


@elementwise("ops.numpy numpy", dtype=promote)
def minimum(x1: Array, x2: Array) -> Array:
    """y = the smaller      dx₁ = dy [x₁ ≤ x₂],  dx₂ = dy [x₁ > x₂]

    Parity: in a tie the first argument takes the whole gradient.
    """
    return np.minimum(x1, x2)


@minimum.vjp
def minimum_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> TensorLike:
    first = x1 <= x2
    return lambda: np.where(first, dy, 0), lambda: np.where(first, 0, dy)
