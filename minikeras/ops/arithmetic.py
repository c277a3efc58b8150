"""Sums, products, powers and extremes of corresponding elements."""

import numpy as np

from minikeras.autograd import Tensor
from minikeras.dtypes import floating
from minikeras.ops.core import as_kind
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.kinds import counting, measuring
from minikeras.ops.primitives.arithmetic import (
    _add,
    absolute,
    bias_add,
    divide,
    divide_no_nan,
    maximum,
    minimum,
    mod,
    power,
    sign,
    sqrt,
    square,
)
from minikeras.ops.primitives.comparison import isnan
from minikeras.types import Shape, TensorLike


@operation("ops.numpy")
def add(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₁ + x₂, elements of the common dtype; shapes broadcast.

    Parity: x₂ may be a bias, see `_bias_of`, and its gradient is then summed as a bias's; every
    other sum, `x1 + x2` included, has its gradient in the order of `sum`.
    """
    bias = _bias_of(x1, x2)
    if bias is None:
        return _add(x1, x2)
    return mark_biased(bias_add(x1, bias), rank=2)


def mark_biased(y: TensorLike, rank: int) -> TensorLike:
    """Remember that y, if it is of this rank, is a product plus a bias."""
    if type(y) is Tensor and y.ndim == rank:
        y._is_biased = True
    return y


def _bias_of(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₂ as a vector if its shape makes it a bias of x₁, else None.

    Parity: as Keras decides on TensorFlow: more than one number, as many as the last axis of x₁
    has, all along the last axis of x₂.
    """
    shape: Shape = getattr(x1, "shape", ())
    bias: Shape = getattr(x2, "shape", ())
    if not 1 <= len(bias) <= len(shape) > 1 or bias[-1] != shape[-1] or bias[-1] in (1, None):
        return None
    if len(bias) == 1:
        return x2
    return x2.reshape((-1,)) if bias[:-1] == (1,) * (len(bias) - 1) else None


@operation("ops.numpy")
def true_divide(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """``divide``; the node of ``x1 / x2`` in a graph has this name."""
    return divide(x1, x2)


@operation("ops.numpy numpy")
def fmax(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The larger element; where one of the two is NaN, the other."""
    y = where(isnan(x1), x2, maximum(x1, x2))
    return where(isnan(x2), x1, y)


@operation("ops.numpy numpy")
def fmin(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The smaller element; where one of the two is NaN, the other."""
    y = where(isnan(x1), x2, minimum(x1, x2))
    return where(isnan(x2), x1, y)


@operation("ops.numpy numpy")
def hypot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = √(x₁² + x₂²), without overflow: the larger times √(1 + ratio²)."""
    x1, x2 = as_kind(measuring, x1, x2)
    a, b = absolute(x1), absolute(x2)
    large = maximum(a, b)
    return large * sqrt(1 + square(divide_no_nan(minimum(a, b), large)))


@operation("ops.numpy numpy")
def cbrt(x: TensorLike) -> TensorLike:
    """y = sign(x) |x|^⅓"""
    x = as_kind(measuring, x)
    return sign(x) * power(absolute(x), 1 / 3)


@operation("ops.numpy numpy")
def fabs(x: TensorLike) -> TensorLike:
    """|x| as a float."""
    return absolute(as_kind(floating, x))


@operation("ops.numpy numpy")
def fmod(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Remainder of |x₁| / |x₂|, with the sign of x₁."""
    x1, x2 = as_kind(counting, x1, x2)
    return sign(x1) * mod(absolute(x1), absolute(x2))


@operation("ops.numpy")
def heaviside(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = 0 where x₁ < 0, 1 where x₁ > 0, x₂ where x₁ = 0"""
    x1, x2 = as_kind(measuring, x1, x2)
    zero, one = np.zeros((), x1.dtype), np.ones((), x1.dtype)
    return where(x1 < 0, zero, where(x1 > 0, one, x2))
