"""Elementwise float32 functions with the bits that TensorFlow (Eigen) gives on a CPU.

Each takes a float32 array and returns a new one. Whole packets of eight go through Eigen's
approximations (the coefficients are Eigen's: they are what has to be matched), the last
`size mod 8` elements through the C library, as there. Results below the smallest normal number
become 0, as in TensorFlow's threads.

Source: Eigen, `GenericPacketMathFunctions.h`, `UnaryFunctors.h`; TensorFlow, `softplus_op.h`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import int32, njit, types
from numba.extending import overload

from minikeras.kernels.rounding.packets import (
    HAS_RCP,
    PACKET,
    TINY,
    floor,
    from_bits,
    libm_exp,
    libm_expm1,
    libm_log,
    libm_log1p,
    rcp_packet,
    rsqrt_packet,
    to_bits,
)
from minikeras.kernels.runtime.compile import flat, internal_kernel, kernel
from minikeras.types import Array

_f = np.float32
_0, _HALF, _1 = _f(0), _f(0.5), _f(1)
_INF, _NAN = _f(np.inf), _f(np.nan)

_LOG2E, _LN2 = _f(1.44269504088896341), _f(0.6931471805599453)
_LN2_HIGH, _LN2_LOW = _f(-0.693359375), _f(2.12194440e-4)  # their sum is −ln 2
_EXP_MAX, _EXP_MIN = _f(88.723), _f(-104)
_E2, _E3, _E4 = (
    _f(0.49999988079071044921875),
    _f(0.16666518151760101318359375),
    _f(4.166965186595916748046875e-2),
)
_E5, _E6 = _f(8.36894474923610687255859375e-3), _f(1.37449637986719608306884765625e-3)

_SQRT_HALF = _f(0.707106781186547524)
_LP = (_f(0.18256296349849254), _f(1.0000000190281063), _f(1.0000000190281136))
_LQ = (_f(0.049616247954120038), _f(0.59923249590823520), _f(1.4999999999999927), _1)

_TANH_MAX = _f(7.90738964080810547)
_TP = (_f(1.394553628e-8), _f(2.102733560e-5), _f(3.520756727e-3), _f(1.340216100e-1))
_TQ = (_f(8.015776984e-7), _f(3.326951409e-4), _f(2.597254514e-2), _f(4.673548340e-1), _1)

_SIGMOID_MAX = _f(16.6355324)
_S2, _S3 = _f(0.49999141693115234375), _f(0.16666877269744873046875)
_S4, _S5 = _f(4.1898667812347412109375e-2), _f(8.33471305668354034423828125e-3)

_SOFTPLUS_EDGE = _f(math.log(_f(np.finfo(_f).eps))) + _f(2)


@njit(inline="always")
def power_of_two(n):
    """2ⁿ for the exponents of normal numbers."""
    return from_bits((n + int32(127)) << int32(23))


@njit(inline="always")
def exp_packet(x):
    """2ᵐ eʳ with m = ⌊x log₂e + ½⌋, r = x − m ln 2, eʳ a polynomial in even and odd parts."""
    a = x if x < _EXP_MAX else _EXP_MAX
    a = a if a > _EXP_MIN else _EXP_MIN
    m = floor(a * _LOG2E + _HALF)
    r = m * _LN2_LOW + (m * _LN2_HIGH + a)
    r2 = r * r
    even = r2 * (r2 * _E6 + _E4) + _E2
    odd = r2 * _E5 + _E3
    y = r2 * (r * odd + even) + (r + _1)
    n = int32(m)
    half = n >> int32(1)  # 2ᵐ in two factors: either would overflow alone
    y = y * power_of_two(half) * power_of_two(n - half)
    y = y if y >= TINY else _0
    return y if x < _INF else x  # inf and nan


@njit(inline="always")
def log_packet(x):
    """ln x = e ln 2 + ln(1 + f), 1 + f in [√½, √2), ln(1 + f) ≈ f P(f) / Q(f)."""
    bits = to_bits(x)
    e = _f((bits >> int32(23)) - int32(126))
    f = from_bits((bits & int32(0x007FFFFF)) | int32(0x3F000000))  # in [½, 1)
    low = f < _SQRT_HALF
    e = e - _1 if low else e
    f = (f - _1) + (f if low else _0)
    p = f * ((f * _LP[0] + _LP[1]) * f + _LP[2])
    q = ((f * _LQ[0] + _LQ[1]) * f + _LQ[2]) * f + _LQ[3]
    y = e * _LN2 + p / q
    y = y if x < _INF else x  # inf and nan
    y = y if x >= _0 or x != x else _NAN
    return -_INF if abs(x) < TINY else y


@njit(inline="always")
def log1p_packet(x):
    """x ln(1 + x) / ((1 + x) − 1): the rounding of 1 + x cancels (Kahan)."""
    u = x + _1
    y = log_packet(u)
    large = x * (y / (u - _1))
    return x if u == _1 or u == y else large  # noqa: SIM109  # packets know no `in`


@njit(inline="always")
def expm1_packet(x):
    """(eˣ − 1) x / ln eˣ: the rounding of eˣ cancels (Kahan)."""
    u = exp_packet(x)
    v = u - _1
    w = log_packet(u)
    y = v * (x / w)
    y = u if w == u else y
    y = -_1 if v == -_1 else y
    return x if u == _1 else y


@njit(inline="always")
def tanh_packet(x):
    """x (1 + x² P(x²)) / Q(x²) on [−7.907, 7.907], where it reaches ±1."""
    a = x if x < _TANH_MAX or x != x else _TANH_MAX
    a = a if a > -_TANH_MAX or x != x else -_TANH_MAX
    s = a * a
    p = ((_TP[0] * s + _TP[1]) * s + _TP[2]) * s + _TP[3]
    q = (((_TQ[0] * s + _TQ[1]) * s + _TQ[2]) * s + _TQ[3]) * s + _TQ[4]
    return ((s * a) * p + a) / q


@njit(inline="always")
def sigmoid_packet(x):
    """e / (1 + e) with e = (exp(x/2))²."""
    a = (x if x < _SIGMOID_MAX or x != x else _SIGMOID_MAX) * _HALF
    a = a if a > -_f(52) or x != x else -_f(52)
    m = floor(a * _LOG2E + _HALF)
    r = m * _LN2_LOW + (m * _LN2_HIGH + a)
    r2 = r * r
    p = r * (r2 * _S5 + _S3) + (r2 * _S4 + _S2)
    p = r2 * p + (r + _1)
    e = p * power_of_two(int32(m)) if x == x else x
    e = e * e
    e = e if e >= TINY or x != x else _0
    return _0 if x < _EXP_MIN else e / (_1 + e)


@njit(inline="always")
def softplus_packet(x):
    """log1p(eˣ), or x, or eˣ, where these are the same to rounding."""
    e = exp_packet(x)
    y = e if x < _SOFTPLUS_EDGE else log1p_packet(e)
    return x if x > -_SOFTPLUS_EDGE else y


@njit(inline="always")
def flush(y):
    """y, or 0 if it is smaller than normal numbers are."""
    return _0 if abs(y) < TINY else y


@njit(inline="always")
def exp_rest(x):
    return flush(_f(libm_exp(x)))


@njit(inline="always")
def log_rest(x):
    return -_INF if abs(x) < TINY else (_NAN if x < _0 else _f(libm_log(x)))


@njit(inline="always")
def log1p_rest(x):
    return _f(libm_log1p(x)) if x > -_1 else (-_INF if x == -_1 else _NAN)


@njit(inline="always")
def expm1_rest(x):
    return _f(libm_expm1(x))


@njit(inline="always")
def sigmoid_rest(x):
    e = exp_rest(x if x < _SIGMOID_MAX or x != x else _SIGMOID_MAX)
    return e / (_1 + e)


@njit(inline="always")
def softplus_rest(x):
    e = exp_rest(x)
    y = e if x < _SOFTPLUS_EDGE else log1p_rest(e)
    return x if x > -_SOFTPLUS_EDGE else y


def over_packets(name: str, packet: Any, rest: Any) -> Any:
    """A kernel that writes ``packet`` of whole packets, which LLVM vectorises, and ``rest``."""

    def write(x, y):
        whole = x.size - x.size % PACKET
        for i in range(whole):
            y[i] = packet(x[i])
        for i in range(whole, x.size):
            y[i] = rest(x[i])

    write.__qualname__ = write.__name__ = name  # each has files of its own in the cache
    return kernel(write)


exp_into = over_packets("exp_into", exp_packet, exp_rest)
exp_rest_into = over_packets("exp_rest_into", exp_rest, exp_rest)
log_into = over_packets("log_into", log_packet, log_rest)
log1p_into = over_packets("log1p_into", log1p_packet, log1p_rest)
expm1_into = over_packets("expm1_into", expm1_packet, expm1_rest)
tanh_into = over_packets("tanh_into", tanh_packet, tanh_packet)
sigmoid_into = over_packets("sigmoid_into", sigmoid_packet, sigmoid_rest)
softplus_into = over_packets("softplus_into", softplus_packet, softplus_rest)


@njit(inline="always")
def refined_reciprocal(x, estimate):
    """One Newton step from the estimate y of 1 / x."""
    error = _1 - x * estimate
    usable = error == error and abs(estimate) < _INF  # not for 0, inf and what is flushed
    return estimate + estimate * error if usable else estimate


@kernel
def _reciprocal(x, y):
    """y = 1 / x by one Newton step from the processor's estimate.

    The estimate differs between makers of processors, and TensorFlow's result with it.
    """
    whole = x.size - x.size % PACKET
    for i in range(0, whole, PACKET):
        rcp_packet(x, y, i)
        for j in range(i, i + PACKET):
            y[j] = refined_reciprocal(x[j], y[j])
    for i in range(whole, x.size):
        y[i] = _1 / x[i]


@kernel
def rsqrt_into(x, y):
    """y = 1 / √x by one Newton step from the processor's estimate."""
    whole = x.size - x.size % PACKET
    for i in range(0, whole, PACKET):
        rsqrt_packet(x, y, i)
        for j in range(i, i + PACKET):
            error = (x[j] * y[j]) * y[j] - _1
            refined = (y[j] * -_HALF) * error + y[j]
            y[j] = refined if refined == refined else y[j]
    for i in range(whole, x.size):
        y[i] = _1 / np.sqrt(x[i])


@internal_kernel
def _inverse_roots_rounded(x, y):
    for i in range(x.size):
        y[i] = 1 / np.sqrt(x[i])


def inverse_roots(x: Any, y: Any) -> None:
    """y = 1 / √x, in float32 as ``rsqrt`` rounds it; called by kernels."""
    (rsqrt_into if x.dtype == np.float32 and HAS_RCP else _inverse_roots_rounded)(x, y)


@overload(inverse_roots)
def _inverse_roots_of(x, y):
    if x.dtype == types.float32 and HAS_RCP:
        return lambda x, y: rsqrt_into(x, y)
    return lambda x, y: _inverse_roots_rounded(x, y)


def elementwise(kernel: Any) -> Any:
    """A kernel that writes the results of flat arrays as a function of arrays of any shape."""

    def apply(x: Array) -> Array:
        numbers = flat(x)
        y = np.empty_like(numbers)
        kernel(numbers, y)
        return y.reshape(x.shape)

    return apply


exp = elementwise(exp_into)
exp_one_by_one = elementwise(exp_rest_into)
log = elementwise(log_into)
log1p = elementwise(log1p_into)
expm1 = elementwise(expm1_into)
tanh = elementwise(tanh_into)
sigmoid = elementwise(sigmoid_into)
softplus = elementwise(softplus_into)
reciprocal = elementwise(_reciprocal) if HAS_RCP else np.reciprocal
rsqrt = elementwise(rsqrt_into) if HAS_RCP else lambda x: 1 / np.sqrt(x)
