"""The error functions and powers in float32, with the bits that TensorFlow gives on a CPU.

As in ``elementwise.py``: whole packets of eight go through Eigen's approximations, the last
`size mod 8` elements through what Eigen takes for single numbers.  Where a product or sum is wanted
with more digits it is a pair (high, low), whose sum is the value.

Source: Eigen, `SpecialFunctionsImpl.h` (erf, erfc), `GenericPacketMathFunctions.h` (pow).
"""

from __future__ import annotations

import math

import numpy as np
from numba import int32, njit

from minikeras.kernels.rounding.elementwise import (
    elementwise,
    exp_packet,
    exp_rest,
    flush,
    over_packets,
    power_of_two,
    refined_reciprocal,
)
from minikeras.kernels.rounding.packets import (
    PACKET,
    TINY,
    floor,
    from_bits,
    libm_pow,
    rcp_packet,
    to_bits,
)
from minikeras.kernels.runtime.compile import flat, inlined, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array

_f = np.float32
_0, _HALF, _1, _2, _16 = _f(0), _f(0.5), _f(1), _f(2), _f(16)
_INF, _NAN = _f(np.inf), _f(np.nan)

_ERF_P = (2.1237322e-06, 0.00028619796, 0.0036580483, 0.05243302, 0.18741608, 1.1283791)
_ERF_Q = (3.8918573e-05, 0.001143296, 0.014752088, 0.112945676, 0.4994258, 1.0)
_ERFC_S = (0.0005618023, -0.0049138167, 0.026707515, -0.11280011, 0.37612295, -1.1283791)
_ERFC_P = (0.102081165, 0.42920667, 0.3237908, 0.053971976)
_ERFC_Q = (0.017251678, 0.39137164, 1.0, 0.6217324, 0.09566286)
_ERFC_MAX = _f(11)
_SPLIT = _f(2**12 + 1)  # cuts a float32 into two halves of 12 bits

_BLOCK = 1024  # numbers whose intermediate results stay in the first-level cache


@njit(inline="always")
def _polynomial(x, c):
    """Horner's scheme, from the highest coefficient to the lowest."""
    y = _f(c[0])
    for i in range(1, len(c)):
        y = y * x + _f(c[i])
    return y


@njit(inline="always")
def _halves(x):
    """x as a sum of two numbers of 12 bits each (Veltkamp)."""
    c = _SPLIT * x
    high = (x - c) + c
    return high, x - high


@njit(inline="always")
def _product_error(x, y, xy):
    """x y − xy, where xy is the rounded product (Dekker)."""
    x_high, x_low = _halves(x)
    y_high, y_low = _halves(y)
    return x_low * y_low + (x_low * y_high + (x_high * y_low + (x_high * y_high - xy)))


@njit(inline="always")
def erf_packet(x):
    """x P(x²) / Q(x²), x² at most 16."""
    square = x * x
    square = square if square < _16 or square != square else _16
    y = (x * _polynomial(square, _ERF_P)) / _polynomial(square, _ERF_Q)
    y = y if y < _1 or y != y else _1
    return y if y > -_1 or y != y else -_1


@njit(inline="always")
def _clamped(x):
    x = x if x > -_ERFC_MAX or x != x else -_ERFC_MAX
    return x if x < _ERFC_MAX or x != x else _ERFC_MAX


@njit(inline="always")
def _erfc(x, square, inverse, e):
    """1 + x S(x²) for |x| ≤ 1, else e^−x² P(1/x²) / (x Q(1/x²)), from x² and what depends on it.

    e^−x² is e^−s (1 − low), where s is the rounded square and low its error.
    """
    near = x * _polynomial(square, _ERFC_S) + _1
    z = e - flush(e * _product_error(x, x, square))
    ratio = _polynomial(inverse, _ERFC_P) / (x * _polynomial(inverse, _ERFC_Q))
    far = flush(z * ratio) + (_2 if x < _0 else _0)
    return far if square > _1 else near


@inlined
def erfc_packets(x, y, squares, inverses):
    """y = erfc x for arrays of whole packets; the other two hold intermediate results."""
    for i in range(len(x)):
        a = _clamped(x[i])
        squares[i] = a * a
    for i in range(0, len(x), PACKET):
        rcp_packet(squares, inverses, i)
    for i in range(len(x)):
        square = squares[i]
        inverse = refined_reciprocal(square, inverses[i])
        y[i] = _erfc(_clamped(x[i]), square, inverse, exp_packet(-square))


@njit(inline="always")
def erfc_rest(x):
    a = _clamped(x)
    square = a * a
    return _erfc(a, square, _1 / square, exp_rest(-square))


@kernel
def _erfc_into(x, y):
    whole = x.size - x.size % PACKET
    squares, inverses = np.empty(_BLOCK, x.dtype), np.empty(_BLOCK, x.dtype)
    for i in range(0, whole, _BLOCK):
        stop = min(i + _BLOCK, whole)
        erfc_packets(x[i:stop], y[i:stop], squares, inverses)
    for i in range(whole, x.size):
        y[i] = erfc_rest(x[i])


erf = elementwise(over_packets("_erf_into", erf_packet, erf_packet))
erfc = elementwise(_erfc_into)

_LOG2_C = (
    *(0.09701083, -0.16896486, 0.17200837, -0.17892273, 0.20505345),
    *(-0.24046677, 0.28857553, -0.36067414, 0.4808979),
)
_C0, _C0_LOW, _C1, _C1_LOW = _f(1.442695), _f(2.0112777e-08), _f(-0.7213475), _f(-5.06802e-09)
_SQRT_HALF, _LN2 = _f(0.70710678118654752440), _f(0.6931471805599453)
_ALMOST_HALF = np.nextafter(_HALF, _0)
_COST = 20  # multiply-adds that take as long as one power
_HUGE = _f(128 * math.log(2) / np.finfo(_f).eps)  # any |x| but 1 to this power is 0 or infinite


@njit(inline="always")
def _sum(x, y):
    """x + y as a pair, |x| ≥ |y|."""
    s = x + y
    return s, y - (s - x)


@njit(inline="always")
def _sum_of_pairs(x, x_low, y, y_low):
    r, r_low = _sum(x, y)
    return _sum(r, (y_low + r_low) + x_low)


@njit(inline="always")
def _product(x, y):
    p = x * y
    return p, _product_error(x, y, p)


@njit(inline="always")
def _product_of_pair(x, x_low, y):
    c, c_low = _product(x, y)
    t, t_low = _sum(c, x_low * y)
    return _sum(t, t_low + c_low)


@njit(inline="always")
def _round(x):
    """The nearest whole number, as Eigen's AVX packets round."""
    whole = floor(abs(x) + _ALMOST_HALF)
    return whole if x >= _0 else -whole


@njit(inline="always")
def _log2(m):
    """log₂ m as a pair, m in [√½, √2)."""
    x = m - _1
    p, p_low = _product(x, _polynomial(x, _LOG2_C))
    p, p_low = _sum_of_pairs(_C1, _C1_LOW, p, p_low)
    p, p_low = _product_of_pair(p, p_low, x)
    p, p_low = _sum_of_pairs(_C0, _C0_LOW, p, p_low)
    return _product_of_pair(p, p_low, x)


@njit(inline="always")
def _mantissa(x):
    """m in [√½, √2) and e, |x| = m 2ᵉ."""
    bits = to_bits(abs(x))
    e = _f((bits >> int32(23)) - int32(126))
    m = from_bits((bits & int32(0x007FFFFF)) | int32(0x3F000000))  # in [½, 1)
    low = m < _SQRT_HALF
    return m * _2 if low else m, e - _1 if low else e


@njit(inline="always")
def _exponent(e, log2, log2_low, y):
    """y log₂ |x| as a pair, log₂ |x| = e + log₂ m."""
    a, a_low = _product(e, y)
    b, b_low = _product_of_pair(log2, log2_low, y)
    return _sum_of_pairs(a, a_low, b, b_low)


@njit(inline="always")
def _power_of_two(f, f_low):
    """2^(f + f_low)"""
    n = _round(f)
    r = (f - n) + f_low
    more = _round(r)
    n, r = n + more, r - more
    p, p_low = _product(_LN2, r)
    y = exp_packet(p) * (_1 + p_low)
    n = n if n < _f(254) else _f(254)
    n = int32(n if n > _f(-252) else _f(-252))
    half = n >> int32(1)
    return flush(y * power_of_two(half) * power_of_two(n - half))


@njit(inline="always")
def _power(x, y, z):
    """From z = |x|^y, what IEEE 754 says about signs, zeros, infinities and NaN."""
    size = abs(x)
    whole = floor(y) == y
    odd = whole and floor(y * _HALF) != y * _HALF
    z = _NAN if x < _0 and not whole else z
    z = (_INF if y < _0 else _0) if size < TINY else z
    z = (_0 if y < _0 else _INF) if size == _INF else z
    z = -z if odd and to_bits(x) < int32(0) else z  # also for −0
    if abs(y) >= _HUGE:
        z = _1 if x == -_1 else (_INF if (y > _0) == (size > _1) else _0)
    z = _NAN if x != x or y != y else z
    return x if y == _1 else (_1 if x == _1 or y == _0 else z)


# Short loops: the processor computes several packets of one at once, but not of a long one.


@inlined
def logarithms(x, high, low):
    """log₂ of the mantissas, as pairs."""
    for i in range(len(x)):
        high[i], low[i] = _log2(_mantissa(x[i])[0])


@inlined
def powers(x, y, logarithm, exponent, z):
    """z = x^y for arrays of whole packets; ``exponent`` holds intermediate results."""
    (log2, log2_low), (high, low) = logarithm, exponent
    for i in range(len(x)):
        high[i], low[i] = _exponent(_mantissa(x[i])[1], log2[i], log2_low[i], y[i])
    for i in range(len(x)):
        z[i] = _power_of_two(high[i], low[i])
    for i in range(len(x)):
        z[i] = _power(x[i], y[i], z[i])


@njit(inline="always")
def power_rest(x, y):
    return flush(libm_pow(x, y))


@kernel
def _power_part(start, stop, x, y, z):
    x, y = x[start * CHUNK : stop * CHUNK], y[start * CHUNK : stop * CHUNK]
    z, whole = z[start * CHUNK : stop * CHUNK], len(x) - len(x) % PACKET
    pair = np.empty(_BLOCK, x.dtype), np.empty(_BLOCK, x.dtype)
    for first in range(0, whole, _BLOCK):
        last = min(first + _BLOCK, whole)
        logarithms(x[first:last], pair[0], pair[1])
        powers(x[first:last], y[first:last], pair, pair, z[first:last])
    for i in range(whole, len(x)):
        z[i] = power_rest(x[i], y[i])


@kernel
def _power_into(workers, x, y, z):
    run_parts(workers, _power_part, ceil_div(len(x), CHUNK), (x, y, z))


def power(x: Array, y: Array) -> Array:
    """x^y, broadcast."""
    z = np.empty(np.broadcast_shapes(x.shape, y.shape), np.float32)
    x, y = np.broadcast_to(x, z.shape), np.broadcast_to(y, z.shape)
    _power_into(workers_for(_COST * z.size), flat(x), flat(y), z.reshape(-1))
    return z
