"""Sine and cosine in float32, with the bits that TensorFlow gives on a CPU.

As in ``elementwise.py``: whole packets of eight go through Eigen's approximations, the last
`size mod 8` elements through the C library.  |x| = q π/2 + r with r in [−π/4, π/4]; then

    sin |x| = sin r, cos r, −sin r, −cos r    for q mod 4 = 0, 1, 2, 3

and a cosine is a sine one quarter further.

Source: Eigen, `GenericPacketMathFunctions.h`; for large x, M. Payne and R. Hanek, "Radian reduction
for trigonometric functions", SIGNUM Newsletter 18 (1983).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import int32, njit

from minikeras.kernels.rounding.elementwise import flush
from minikeras.kernels.rounding.packets import PACKET, from_bits, libm_cos, libm_sin, to_bits
from minikeras.kernels.runtime.compile import flat, kernel
from minikeras.types import Array

_f = np.float32
_HALF, _1 = _f(0.5), _f(1)
_SIGN = int32(np.int32(-(2**31)))

_TWO_OVER_PI = _f(0.636619746685028076171875)
_TO_WHOLE = _f(3 * 2**22)  # added and subtracted, it rounds to whole numbers
# Their sum is −π/2; a whole number times one of the first three is exact.
_H1, _H2 = _f(-1.5703125), _f(-0.000483989715576171875)
_H3, _H4 = _f(1.62865035235881805419921875e-07), _f(5.5644315544167710640977e-11)

_C4, _C6 = _f(0.041666619479656219482421875), _f(-0.00138865201734006404876708984375)
_C8 = _f(2.4372266125283204019069671630859375e-05)
_S3, _S5 = _f(-0.16666662), _f(0.0083326873655616851693794799871284340042620897293090820312500)
_S7 = _f(-0.0001959234114083702898469196984621021329076029360294342041015625)

_SINE_MAX, _COSINE_MAX = _f(25966), _f(18838)  # above, the reduction needs more digits of π
_INVERSE_2_PI = 0x28BE60DB9391054A7F09D5F47D4D377036D8A5664F10E41000FCFE  # 1 / (2π) 2²¹⁶
# 32 bits of 1 / (2π), from each eighth bit on
_WORDS = np.array([_INVERSE_2_PI >> 208 - 8 * i & 2**32 - 1 for i in range(25)], np.uint64)


@njit(inline="always")
def _reduced(x):
    """r, and q in the lowest bits of an integer."""
    a = abs(x)
    shifted = a * _TWO_OVER_PI + _TO_WHOLE
    q = shifted - _TO_WHOLE
    r = q * _H2 + (q * _H1 + a)
    return q * _H4 + (q * _H3 + r), to_bits(shifted)


@njit(inline="always")
def _sine(r, q):
    s = r * r
    cosine = (((_C8 * s + _C6) * s + _C4) * s - _HALF) * s + _1
    sine = (((_S7 * s + _S5) * s + _S3) * s) * r + r
    y = cosine if q & int32(1) else sine
    return from_bits(to_bits(y) ^ ((q << int32(30)) & _SIGN))


@njit(inline="always")
def sine_packet(x):
    r, q = _reduced(x)
    y = flush(_sine(r, q))
    return from_bits(to_bits(y) ^ (to_bits(x) & _SIGN))


@njit(inline="always")
def cosine_packet(x):
    r, q = _reduced(x)
    return _sine(r, q + int32(1))


@kernel
def sine_into(x, y):
    whole = x.size - x.size % PACKET
    for i in range(whole):
        y[i] = sine_packet(x[i])
    for i in range(whole, x.size):
        y[i] = _f(libm_sin(x[i]))


@kernel
def cosine_into(x, y):
    whole = x.size - x.size % PACKET
    for i in range(whole):
        y[i] = cosine_packet(x[i])
    for i in range(whole, x.size):
        y[i] = _f(libm_cos(x[i]))


@kernel
def _sines_of_reduced(r, q, y):
    for i in range(r.size):
        y[i] = _sine(r[i], q[i])


def _reduced_large(x: Array) -> tuple[Array, Array]:
    """r and q of large numbers: |x| / (2π) as an integer that counts turns in units of 2⁻⁶⁴."""
    number = np.abs(x).view(np.uint32)
    exponent = (number >> 23) - 118
    mantissa = (number & 0x7FFFFF | 0x800000) << (exponent & 7)
    first = (exponent >> 3).astype(np.intp) - 1
    high, middle, low = (_WORDS[first + 4 * i] for i in range(3))
    m = mantissa.astype(np.uint64)
    turns = m * middle + (m * low >> np.uint64(32)) + (m * high << np.uint64(32))
    q = (turns + np.uint64(1 << 61)) >> np.uint64(62)
    rest = (turns - (q << np.uint64(62))).view(np.int64)
    return (rest * (np.pi / 2 * 2.0**-62)).astype(_f), q.astype(np.int32)


def _function(into: Any, largest: Any, large: Callable[[Array], Array]) -> Any:
    def apply(x: Array) -> Array:
        numbers = flat(x)
        y = np.empty_like(numbers)
        into(numbers, y)
        packets = numbers[: numbers.size - numbers.size % PACKET]
        if packets.size and not max(packets.max(), -packets.min()) < largest:
            is_large = (np.abs(packets) >= largest) & np.isfinite(packets)
            y[: packets.size][is_large] = large(packets[is_large])
        return y.reshape(x.shape)

    return apply


def _sines(r: Array, q: Array) -> Array:
    y = np.empty_like(r)
    _sines_of_reduced(r, q, y)
    return y


def _large_sine(x: Array) -> Array:
    return np.copysign(_1, x) * _sines(*_reduced_large(x))


def _large_cosine(x: Array) -> Array:
    r, q = _reduced_large(x)
    return _sines(r, q + np.int32(1))


sin = _function(sine_into, _SINE_MAX, _large_sine)
cos = _function(cosine_into, _COSINE_MAX, _large_cosine)
