"""Exponentials and logarithms to other bases."""

import numpy as np

from minikeras import dtypes
from minikeras.dtypes import floating
from minikeras.ops.arithmetic import add
from minikeras.ops.core import as_kind, converted, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.primitives.arithmetic import absolute, maximum, power, subtract
from minikeras.ops.primitives.comparison import isinf, isnan, logical_or
from minikeras.ops.primitives.exponential import exp, log, log1p
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
def exp2(x: TensorLike) -> TensorLike:
    """y = 2ˣ"""
    x = as_kind(floating, x)
    return power(np.asarray(2, x.dtype), x)


@operation("ops.numpy numpy")
def log2(x: TensorLike) -> TensorLike:
    """y = ln x / ln 2"""
    x = as_kind(floating, x)
    return log(x) / np.log(np.asarray(2, x.dtype))


@operation("ops.numpy numpy")
def log10(x: TensorLike) -> TensorLike:
    """y = ln x / ln 10"""
    x = as_kind(floating, x)
    return log(x) / np.log(np.asarray(10, x.dtype))


@operation("ops.numpy numpy")
def logaddexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = ln(e^x₁ + e^x₂) = max(x₁, x₂) + ln(1 + e^−|x₁ − x₂|)

    Two equal infinities give that infinity.
    """
    x1, x2 = converted(floating, x1, x2)
    d = subtract(x1, x2)
    return where(isnan(d), add(x1, x2), maximum(x1, x2) + log1p(exp(-absolute(d))))


@operation("ops.numpy numpy")
def logaddexp2(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = log₂(2^x₁ + 2^x₂)"""
    x1, x2 = converted(floating, x1, x2)
    d = subtract(x1, x2)
    ln2 = np.asarray(np.log(np.float32(2)), d.dtype)
    return where(isnan(d), add(x1, x2), maximum(x1, x2) + log1p(exp(-absolute(d) * ln2)) / ln2)


@operation("ops.numpy")
def ldexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ 2^x₂ for whole x₂; TypeError for others."""
    x2 = tensor(x2)
    if not dtypes.is_int(x2.dtype):
        raise TypeError(f"ldexp needs whole exponents, received x2 of dtype {x2.dtype}")
    x1, x2 = as_kind(floating, x1, x2)
    y = x1 * power(np.asarray(2, x1.dtype), x2)
    return where(logical_or(isinf(x1), x1 == 0), x1, y)
