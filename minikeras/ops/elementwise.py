"""Exponentials, logarithms, rounding and the error function."""

import math

import numpy as np

from minikeras import dtypes
from minikeras.autograd import elementwise, operation
from minikeras.dtypes import floating, promote
from minikeras.ops.core import as_kind, cast, is_floating, tensor
from minikeras.ops.kinds import in_float32, measuring, quiet
from minikeras.types import Array, TensorLike


@elementwise(dtype=floating)
@quiet
def exp(x: Array) -> Array:
    """y = eˣ               dx = dy y"""
    return np.exp(x)


@exp.vjp
def exp_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * y


exp.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@elementwise(dtype=floating)
@quiet
def expm1(x: Array) -> Array:
    """y = eˣ − 1           dx = dy eˣ"""
    return np.expm1(x)


@expm1.vjp
def expm1_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.exp(x)


expm1.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@operation
def exp2(x: TensorLike) -> TensorLike:
    """y = 2ˣ"""
    from minikeras.ops.arithmetic import power

    x = as_kind(floating, x)
    return power(np.asarray(2, x.dtype), x)


@elementwise(dtype=floating)
@quiet
def log(x: Array) -> Array:
    """y = ln x             dx = dy / x"""
    return np.log(x)


@log.vjp
def log_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / x)


log.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise(dtype=floating)
@quiet
def log1p(x: Array) -> Array:
    """y = ln(1 + x)        dx = dy / (1 + x)"""
    return np.log1p(x)


@log1p.vjp
def log1p_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (1 / (1 + x))


log1p.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@operation
def log2(x: TensorLike) -> TensorLike:
    """y = ln x / ln 2"""
    x = as_kind(floating, x)
    return log(x) / np.log(np.asarray(2, x.dtype))


@operation
def log10(x: TensorLike) -> TensorLike:
    """y = ln x / ln 10"""
    x = as_kind(floating, x)
    return log(x) / np.log(np.asarray(10, x.dtype))


@operation
def logaddexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = ln(e^x₁ + e^x₂) = max(x₁, x₂) + ln(1 + e^−|x₁ − x₂|)

    Two equal infinities give themselves.
    """
    from minikeras.ops.arithmetic import absolute, add, maximum, subtract
    from minikeras.ops.comparison import isnan
    from minikeras.ops.indexing import where

    x1, x2 = as_kind(floating, x1, x2)
    d = subtract(x1, x2)
    return where(isnan(d), add(x1, x2), maximum(x1, x2) + log1p(exp(-absolute(d))))


@operation
def logaddexp2(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = log₂(2^x₁ + 2^x₂)"""
    from minikeras.ops.arithmetic import absolute, add, maximum, subtract
    from minikeras.ops.comparison import isnan
    from minikeras.ops.indexing import where

    x1, x2 = as_kind(floating, x1, x2)
    d = subtract(x1, x2)
    ln2 = np.asarray(np.log(np.float32(2)), d.dtype)
    return where(isnan(d), add(x1, x2), maximum(x1, x2) + log1p(exp(-absolute(d) * ln2)) / ln2)


@elementwise(dtype=floating, constant=True)
def floor(x: Array) -> Array:
    """The largest whole number not above x, as a float; constant almost everywhere."""
    return np.floor(x)


@elementwise(dtype=floating, constant=True)
def ceil(x: Array) -> Array:
    """The smallest whole number not below x, as a float; constant almost everywhere."""
    return np.ceil(x)


@elementwise(dtype=promote, constant=True)
def _round(x: Array) -> Array:
    """The nearest whole number; halves go to the even neighbour."""
    return np.rint(x) if x.dtype.kind == "f" else x.copy()


@operation
def round(x: TensorLike, decimals: int = 0) -> TensorLike:
    """x to `decimals` places; halves go to the even neighbour."""
    if decimals == 0:
        return _round(x)
    x = tensor(x)
    dtype = x.dtype
    if not is_floating(x):
        if decimals > 0:
            return x
        x = cast(x, None)
    factor = np.asarray(math.pow(10, decimals), x.dtype)
    return cast(_round(x * factor) / factor, dtype)


@operation
def trunc(x: TensorLike) -> TensorLike:
    """x without its fraction; whole numbers keep their dtype."""
    from minikeras.ops.indexing import where

    x = tensor(x)
    return where(x < 0, ceil(x), floor(x)) if is_floating(x) else x


@elementwise(dtype=floating)
def erf(x: Array) -> Array:
    """Error function: y = 2/√π ∫₀ˣ e^−t² dt          dx = dy 2/√π e^−x²"""
    from minikeras.ops.special import erf as error_function

    return error_function(x)


@erf.vjp
def erf_vjp(dy: Array, y: Array, x: Array) -> Array:
    two_over_root_pi = 2 / math.sqrt(math.pi)
    return two_over_root_pi * dy * np.exp(-(x * x))


@elementwise(dtype=floating)
def erfc(x: Array) -> Array:
    """y = 1 − erf x        dx = −dy 2/√π e^−x²"""
    from minikeras.ops.special import erfc as complement

    return complement(x)


@erfc.vjp
def erfc_vjp(dy: Array, y: Array, x: Array) -> Array:
    minus_two_over_root_pi = -2 / math.sqrt(math.pi)
    return minus_two_over_root_pi * dy * np.exp(-(x * x))


@elementwise(dtype=floating)
def erfinv(x: Array) -> Array:
    """Inverse of erf on (−1, 1)        dx = dy √π/2 e^y²"""
    from minikeras.ops.special import erfinv as inverse

    return inverse(x)


@erfinv.vjp
def erfinv_vjp(dy: Array, y: Array, x: Array) -> Array:
    root_pi_over_two = math.sqrt(math.pi) / 2
    return dy * root_pi_over_two * np.exp(y * y)


@operation
def nan_to_num(
    x: TensorLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> TensorLike:
    """x with NaN and the infinities replaced; by default by 0 and the extremes of the dtype."""
    from minikeras.ops.comparison import isnan
    from minikeras.ops.indexing import where

    x = tensor(x)
    if not is_floating(x):
        return x
    limits = np.finfo(x.dtype)
    x = where(isnan(x), np.asarray(nan, x.dtype), x)
    x = where(x == np.inf, np.asarray(limits.max if posinf is None else posinf, x.dtype), x)
    return where(x == -np.inf, np.asarray(limits.min if neginf is None else neginf, x.dtype), x)


@operation
def heaviside(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = 0 where x₁ < 0, 1 where x₁ > 0, x₂ where x₁ = 0"""
    from minikeras.ops.indexing import where

    x1, x2 = as_kind(measuring, x1, x2)
    zero, one = np.zeros((), x1.dtype), np.ones((), x1.dtype)
    return where(x1 < 0, zero, where(x1 > 0, one, x2))


@operation
def ldexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = x₁ 2^x₂ for whole x₂; TypeError for others."""
    from minikeras.ops.arithmetic import power
    from minikeras.ops.comparison import isinf, logical_or
    from minikeras.ops.indexing import where

    x2 = tensor(x2)
    if not dtypes.is_int(x2.dtype):
        raise TypeError(f"ldexp needs whole exponents, received x2 of dtype {x2.dtype}")
    x1, x2 = as_kind(floating, x1, x2)
    y = x1 * power(np.asarray(2, x1.dtype), x2)
    return where(logical_or(isinf(x1), x1 == 0), x1, y)


@elementwise(dtype=floating, constant=True)
def nextafter(x1: Array, x2: Array) -> Array:
    """The float64 next to x₁ in the direction of x₂, rounded to the common dtype."""
    return np.nextafter(x1.astype("float64"), x2.astype("float64")).astype(x1.dtype)
