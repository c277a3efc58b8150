"""gelu and its gradient in float32, in one pass and on all threads, with TensorFlow's bits.

With erfc, and approximated with tanh.  rewritten: whether TensorFlow's graph optimizer has
multiplied the constants.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from minikeras.kernels.rounding.elementwise import exp_packet, exp_rest, tanh_packet
from minikeras.kernels.rounding.packets import PACKET
from minikeras.kernels.rounding.special import (
    erfc_packets,
    erfc_rest,
    logarithms,
    power_rest,
    powers,
)
from minikeras.kernels.runtime.compile import flat, inlined, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array

_f = np.float32
_HALF, _1, _2, _3 = _f(0.5), _f(1), _f(2), _f(3)
_ROOT_HALF, _ERFC_SLOPE = _f(0.7071067690849304), _f(-1.1283792)  # 1/√2, −2/√π
_SLOPE = _ERFC_SLOPE * _ROOT_HALF
_SCALE, _CUBIC, _3_CUBIC = _f(0.7978845608028654), _f(0.044715), _3 * _f(0.044715)
_BLOCK = 1024  # numbers whose intermediate results stay in the first-level cache
_COST = 20  # multiply-adds that take as long as one number


@inlined
def _erfc_into(x, y, scratch):
    """y = erfc(−x / √2) for a block of whole packets, from u = −x / √2, which stays in scratch."""
    u, squares, inverses = scratch
    for i in range(len(x)):
        u[i] = -x[i] * _ROOT_HALF
    erfc_packets(u[: len(x)], y, squares, inverses)


@kernel
def _gelu_part(start, stop, x, y):
    x, y = x[start * CHUNK : stop * CHUNK], y[start * CHUNK : stop * CHUNK]
    whole, scratch = x.size - x.size % PACKET, np.empty((3, _BLOCK), x.dtype)
    for first in range(0, whole, _BLOCK):
        last = min(first + _BLOCK, whole)
        _erfc_into(x[first:last], y[first:last], (scratch[0], scratch[1], scratch[2]))
    for i in range(whole, x.size):
        y[i] = erfc_rest(-x[i] * _ROOT_HALF)
    for i in range(x.size):
        y[i] = (_HALF * x[i]) * y[i]


@kernel
def _gelu(workers, x, y):
    run_parts(workers, _gelu_part, ceil_div(x.size, CHUNK), (x, y))


@njit(inline="always")
def _terms(dy, x, erfc, e, rewritten):
    """The terms of dx from erfc u and e^−u², u = −x / √2; that of u is the first."""
    g = dy * (_HALF * x)
    du = (e * _SLOPE) * g if rewritten else ((g * _ERFC_SLOPE) * e) * _ROOT_HALF
    return -du, _HALF * (dy * erfc)


@inlined
def _add_or_store(terms, dx, other):
    """Add the second terms to dx, unless there is room for them."""
    if len(other):
        other[:] = terms[: len(dx)]
    else:
        for i in range(len(dx)):
            dx[i] += terms[i]


@kernel
def _gelu_gradient_part(start, stop, dy, x, dx, other, rewritten):
    """dx becomes the sum of both terms, or the first one if ``other`` has room for the second."""
    part = slice(start * CHUNK, stop * CHUNK)
    dy, x, dx, other = dy[part], x[part], dx[part], other[part]
    whole, scratch = x.size - x.size % PACKET, np.empty((3, _BLOCK), x.dtype)
    u = scratch[0]
    for first in range(0, whole, _BLOCK):
        last = min(first + _BLOCK, whole)
        a, b, c = dy[first:last], x[first:last], dx[first:last]
        _erfc_into(b, c, (u, scratch[1], scratch[2]))
        for i in range(len(a)):
            u[i] = exp_packet(-(u[i] * u[i]))
        for i in range(len(a)):
            c[i], u[i] = _terms(a[i], b[i], c[i], u[i], rewritten)
        _add_or_store(u, c, other[first:last])
    for i in range(whole, x.size):
        v = -x[i] * _ROOT_HALF
        dx[i], u[0] = _terms(dy[i], x[i], erfc_rest(v), exp_rest(-(v * v)), rewritten)
        _add_or_store(u, dx[i : i + 1], other[i : i + 1])


@kernel
def _gelu_gradient(workers, dy, x, dx, other, rewritten):
    run_parts(workers, _gelu_gradient_part, ceil_div(x.size, CHUNK), (dy, x, dx, other, rewritten))


# Approximated, ½ x (1 + tanh u), u = √(2/π) (x + c x³).  x³ and x² are powers unless rewritten.


@inlined
def _powers(x, cubes, squares, scratch):
    """x³ and, unless there is no room for them, x², for a block."""
    exponents, whole = scratch[0], len(x) - len(x) % PACKET
    log2, pair = (scratch[1], scratch[2]), (scratch[3], scratch[4])
    logarithms(x[:whole], log2[0], log2[1])
    exponents[:] = _3
    powers(x[:whole], exponents, log2, pair, cubes)
    exponents[:] = _2
    if len(squares):
        powers(x[:whole], exponents, log2, pair, squares)
    for i in range(whole, len(x)):
        cubes[i] = power_rest(x[i], _3)
        if len(squares):
            squares[i] = power_rest(x[i], _2)


@njit(inline="always")
def _tanh_of(x, cubic):
    return tanh_packet(_SCALE * (x + cubic))


@njit(inline="always")
def _slope_by_tanh(dy, x, t, square, rewritten):
    a, du = (_HALF * dy) * (_1 + t), ((dy * (_HALF * x)) * (_1 - t * t)) * _SCALE
    if rewritten:
        return ((square * _3_CUBIC) * du + a) + du
    return (a + du) + ((du * _CUBIC) * _3) * square


@kernel
def _by_tanh_part(start, stop, x, y, rewritten):
    x, y = x[start * CHUNK : stop * CHUNK], y[start * CHUNK : stop * CHUNK]
    scratch = np.empty((5, _BLOCK), x.dtype)
    for first in range(0, x.size, _BLOCK):
        a, cubic = x[first : first + _BLOCK], y[first : first + _BLOCK]
        if rewritten:
            for i in range(len(a)):
                cubic[i] = (_CUBIC * (a[i] * a[i])) * a[i]
        else:
            _powers(a, cubic, a[:0], scratch)
            for i in range(len(a)):
                cubic[i] *= _CUBIC
        for i in range(len(a)):
            cubic[i] = (_HALF * a[i]) * (_1 + _tanh_of(a[i], cubic[i]))


@kernel
def _by_tanh_gradient_part(start, stop, dy, x, dx, rewritten):
    dy, x = dy[start * CHUNK : stop * CHUNK], x[start * CHUNK : stop * CHUNK]
    dx = dx[start * CHUNK : stop * CHUNK]
    scratch = np.empty((6, _BLOCK), x.dtype)
    for first in range(0, x.size, _BLOCK):
        z, a = dy[first : first + _BLOCK], x[first : first + _BLOCK]
        cubic, square = dx[first : first + _BLOCK], scratch[5]
        if rewritten:
            for i in range(len(a)):
                square[i] = a[i] * a[i]
                cubic[i] = (_CUBIC * square[i]) * a[i]
        else:
            _powers(a, cubic, square, scratch)
            for i in range(len(a)):
                cubic[i] *= _CUBIC
        for i in range(len(a)):
            t = _tanh_of(a[i], cubic[i])
            cubic[i] = _slope_by_tanh(z[i], a[i], t, square[i], rewritten)


@kernel
def _by_tanh(workers, x, y, rewritten):
    run_parts(workers, _by_tanh_part, ceil_div(x.size, CHUNK), (x, y, rewritten))


@kernel
def _by_tanh_gradient(workers, dy, x, dx, rewritten):
    run_parts(workers, _by_tanh_gradient_part, ceil_div(x.size, CHUNK), (dy, x, dx, rewritten))


def gelu(x: Array) -> Array:
    y = np.empty(x.shape, x.dtype)
    _gelu(workers_for(_COST * x.size), flat(x), y.reshape(-1))
    return y


def gelu_gradient(dy: Array, x: Array, rewritten: bool) -> Array:
    dx = np.empty(x.shape, x.dtype)
    _gelu_gradient(
        workers_for(_COST * x.size),
        flat(dy),
        flat(x),
        dx.reshape(-1),
        dx.reshape(-1)[:0],
        rewritten,
    )
    return dx


def gelu_terms(dy: Array, x: Array, rewritten: bool) -> tuple[Array, Array]:
    """The terms of the gradient, which a tape adds one by one."""
    terms = np.empty((2, *x.shape), x.dtype)
    by_exp, by_erfc = terms.reshape(2, -1)
    _gelu_gradient(workers_for(_COST * x.size), flat(dy), flat(x), by_exp, by_erfc, rewritten)
    return terms[0], terms[1]


def gelu_by_tanh(x: Array, rewritten: bool) -> Array:
    y = np.empty(x.shape, x.dtype)
    _by_tanh(workers_for(_COST * x.size), flat(x), y.reshape(-1), rewritten)
    return y


def gelu_by_tanh_gradient(dy: Array, x: Array, rewritten: bool) -> Array:
    dx = np.empty(x.shape, x.dtype)
    _by_tanh_gradient(workers_for(_COST * x.size), flat(dy), flat(x), dx.reshape(-1), rewritten)
    return dx
