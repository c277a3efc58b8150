"""gelu and its gradient in float32, in one pass and on all threads, with TensorFlow's bits."""

from __future__ import annotations

import numpy as np
from numba import njit

from minikeras.kernels.rounding.elementwise import exp_packet, exp_rest
from minikeras.kernels.rounding.packets import PACKET
from minikeras.kernels.rounding.special import erfc_packets, erfc_rest
from minikeras.kernels.runtime.compile import flat, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array

_f = np.float32
_HALF, _1 = _f(0.5), _f(1)
_ROOT_HALF, _ERFC_SLOPE = _f(0.7071067690849304), _f(-1.1283792)  # 1/√2, −2/√π
_SLOPE = _ERFC_SLOPE * _ROOT_HALF
_BLOCK = 1024  # numbers whose intermediate results stay in the first-level cache
_COST = 20  # multiply-adds that take as long as one number


@kernel
def _gelu_part(start, stop, x, y):
    x, y = x[start * CHUNK : stop * CHUNK], y[start * CHUNK : stop * CHUNK]
    whole = x.size - x.size % PACKET
    squares, inverses = np.empty(_BLOCK, x.dtype), np.empty(_BLOCK, x.dtype)
    u = np.empty(_BLOCK, x.dtype)
    for first in range(0, whole, _BLOCK):
        size = min(_BLOCK, whole - first)
        for i in range(size):
            u[i] = -x[first + i] * _ROOT_HALF
        erfc_packets(u[:size], y[first : first + size], squares, inverses)
    for i in range(whole, x.size):
        y[i] = erfc_rest(-x[i] * _ROOT_HALF)
    for i in range(x.size):
        y[i] = (_HALF * x[i]) * y[i]


@kernel
def _gelu(workers, x, y):
    run_parts(workers, _gelu_part, ceil_div(x.size, CHUNK), (x, y))


@njit(inline="always")
def _slope(dy, x, erfc, e, rewritten):
    """dx from erfc u and e^−u², u = −x / √2, as it is written or as TensorFlow rewrites it."""
    g = dy * (_HALF * x)
    du = (e * _SLOPE) * g if rewritten else ((g * _ERFC_SLOPE) * e) * _ROOT_HALF
    return _HALF * (dy * erfc) - du


@kernel
def _gelu_gradient_part(start, stop, dy, x, dx, rewritten):
    dy, x = dy[start * CHUNK : stop * CHUNK], x[start * CHUNK : stop * CHUNK]
    dx = dx[start * CHUNK : stop * CHUNK]
    whole = x.size - x.size % PACKET
    squares, inverses = np.empty(_BLOCK, x.dtype), np.empty(_BLOCK, x.dtype)
    u = np.empty(_BLOCK, x.dtype)
    for first in range(0, whole, _BLOCK):
        size = min(_BLOCK, whole - first)
        for i in range(size):
            u[i] = -x[first + i] * _ROOT_HALF
        erfc_packets(u[:size], dx[first : first + size], squares, inverses)
        for i in range(size):
            j = first + i
            e = exp_packet(-(u[i] * u[i]))
            dx[j] = _slope(dy[j], x[j], dx[j], e, rewritten)
    for i in range(whole, x.size):
        a = -x[i] * _ROOT_HALF
        dx[i] = _slope(dy[i], x[i], erfc_rest(a), exp_rest(-(a * a)), rewritten)


@kernel
def _gelu_gradient(workers, dy, x, dx, rewritten):
    run_parts(workers, _gelu_gradient_part, ceil_div(x.size, CHUNK), (dy, x, dx, rewritten))


def gelu(x: Array) -> Array:
    y = np.empty(x.shape, x.dtype)
    _gelu(workers_for(_COST * x.size), flat(x), y.reshape(-1))
    return y


def gelu_gradient(dy: Array, x: Array, rewritten: bool) -> Array:
    """rewritten: whether TensorFlow's graph optimizer has multiplied the constants."""
    dx = np.empty(x.shape, x.dtype)
    workers = workers_for(_COST * x.size)
    _gelu_gradient(workers, flat(dy), flat(x), dx.reshape(-1), rewritten)
    return dx
