"""Logarithm, sine and cosine, bit-equal to those of the C library that TensorFlow calls.

NumPy's float32 versions are vectorised approximations of their own, and rounding a float64
result is not the same either (1.2 % of the normal variates would differ).  So the float32
functions below use the published algorithm: reduce the argument, evaluate a short polynomial in
float64, round once.  Checked against the C library for all 2²³ values of a uniform float32.

Source: ARM Optimized Routines, logf and sincosf (the ones of glibc since 2.28).
"""

from __future__ import annotations

import math

import numpy as np

from minikeras.types import Array

_hex = float.fromhex

# One row for each sixteenth of [0.7, 1.4): c near its middle, given as (1/c, ln c)
_INVERSE, _LOG = np.array(
    [
        (_hex("0x1.661ec79f8f3bep+0"), _hex("-0x1.57bf7808caadep-2")),
        (_hex("0x1.571ed4aaf883dp+0"), _hex("-0x1.2bef0a7c06ddbp-2")),
        (_hex("0x1.49539f0f010bp+0"), _hex("-0x1.01eae7f513a67p-2")),
        (_hex("0x1.3c995b0b80385p+0"), _hex("-0x1.b31d8a68224e9p-3")),
        (_hex("0x1.30d190c8864a5p+0"), _hex("-0x1.6574f0ac07758p-3")),
        (_hex("0x1.25e227b0b8eap+0"), _hex("-0x1.1aa2bc79c81p-3")),
        (_hex("0x1.1bb4a4a1a343fp+0"), _hex("-0x1.a4e76ce8c0e5ep-4")),
        (_hex("0x1.12358f08ae5bap+0"), _hex("-0x1.1973c5a611cccp-4")),
        (_hex("0x1.0953f419900a7p+0"), _hex("-0x1.252f438e10c1ep-5")),
        (1.0, 0.0),
        (_hex("0x1.e608cfd9a47acp-1"), _hex("0x1.aa5aa5df25984p-5")),
        (_hex("0x1.ca4b31f026aap-1"), _hex("0x1.c5e53aa362eb4p-4")),
        (_hex("0x1.b2036576afce6p-1"), _hex("0x1.526e57720db08p-3")),
        (_hex("0x1.9c2d163a1aa2dp-1"), _hex("0x1.bc2860d22477p-3")),
        (_hex("0x1.886e6037841edp-1"), _hex("0x1.1058bc8a07ee1p-2")),
        (_hex("0x1.767dcf5534862p-1"), _hex("0x1.4043057b6ee09p-2")),
    ]
).T
_LOG_LOWEST = np.int32(0x3F330000)  # the bits of 0.7
_L2, _L3, _L4 = map(
    _hex, ("-0x1.ffffef20a4123p-2", "0x1.5575b0be00b6ap-2", "-0x1.00ea348b88334p-2")
)
_S3, _S5, _S7 = map(
    _hex, ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")
)
_C2, _C4, _C6, _C8 = map(
    _hex,
    (
        "-0x1.ffffffd0c621cp-2",
        "0x1.55553e1068f19p-5",
        "-0x1.6c087e89a359dp-10",
        "0x1.99343027bf8c3p-16",
    ),
)


def log32(x: Array) -> Array:
    """ln x of positive normal float32 numbers.

    x = 2ᵏ z with z in [0.7, 1.4),  r = z/c − 1,  ln x = k ln 2 + ln c + ln(1 + r)
    """
    bits = x.view(np.int32)
    above = bits - _LOG_LOWEST
    k = above >> 23
    row = (above >> 19) & 15
    z = (bits - (k << 23)).view(np.float32)
    r = z * _INVERSE[row] - 1
    r2 = r * r
    return ((_L4 * r2 + (_L3 * r + _L2)) * r2 + ((_LOG[row] + k * math.log(2)) + r)).astype(
        np.float32
    )


def sincos32(x: Array) -> tuple[Array, Array]:
    """(sin x, cos x) of float32 numbers in [0, 2π].

    x = q π/2 + r with |r| ≤ π/4.  If q is odd, sine and cosine are swapped;
    the signs depend on q.
    """
    r = x.astype(np.float64)
    q = np.floor(r * (2 / math.pi) + 0.5)
    r -= q * (math.pi / 2)
    r2 = r * r
    r3 = r * r2
    r4 = r2 * r2
    sine = (r + r3 * _S3) + (r3 * r2) * (_S5 + r2 * _S7)
    cosine = ((1 + r2 * _C2) + r4 * _C4) + (r4 * r2) * (_C6 + r2 * _C8)
    quadrant = q.astype(np.int8)
    odd = (quadrant & 1).view(np.bool_)
    sin = np.where(odd, cosine, sine).astype(np.float32)
    cos = np.where(odd, sine, cosine).astype(np.float32)
    np.negative(sin, out=sin, where=(quadrant & 2) != 0)
    np.negative(cos, out=cos, where=((quadrant + 1) & 2) != 0)
    return sin, cos


def log64(x: Array) -> Array:
    """ln x of the C library, through Python's ``math``; 0.2 % of NumPy's results differ."""
    return np.fromiter(map(math.log, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def log1p64(x: Array) -> Array:
    """ln(1 + x) of the C library."""
    return np.fromiter(map(math.log1p, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def pow64(x: Array, y: Array) -> Array:
    """xʸ of the C library."""
    pairs = zip(x.ravel().tolist(), y.ravel().tolist())
    return np.fromiter((a**b for a, b in pairs), np.float64, x.size).reshape(x.shape)
