"""y = x scale + shift with a scale and a shift for each channel, relu and relu6 of it; relu6.

A replayed program calls these in place of two or three operations (``autograd/replay/fusing.py``):
large activations then pass through memory once.  Each step is rounded as in the operations.
"""

from __future__ import annotations

import math

import numpy as np

from minikeras.kernels.runtime.compile import flat, internal_kernel, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array


@internal_kernel
def _between(v, low, high):
    v = low if v <= low else v
    return high if v >= high else v


@kernel
def _scale_and_shift_part(start, stop, x, scale, shift, limits, y):
    """A part is a number of places, with all their channels."""
    low, high, limited = limits
    channels = len(scale)
    part = ceil_div(CHUNK, channels) * channels
    for first in range(start * part, min(stop * part, len(x)), channels):
        source, target = x[first : first + channels], y[first : first + channels]
        if limited:
            for c in range(channels):
                target[c] = _between(source[c] * scale[c] + shift[c], low, high)
        else:
            for c in range(channels):
                target[c] = source[c] * scale[c] + shift[c]


@kernel
def _scale_and_shift(workers, x, scale, shift, limits, y):
    parts = ceil_div(len(x) // len(scale), ceil_div(CHUNK, len(scale)))
    run_parts(workers, _scale_and_shift_part, parts, (x, scale, shift, limits, y))


def _scaled(x: Array, scale: Array, shift: Array, high: float, limited: bool) -> Array:
    y, kind = np.empty(x.shape, x.dtype), x.dtype.type
    limits = kind(0), kind(high), limited
    _scale_and_shift(workers_for(x.size), flat(x), flat(scale), flat(shift), limits, y.reshape(-1))
    return y


def scale_and_shift(x: Array, scale: Array, shift: Array) -> Array:
    return _scaled(x, scale, shift, 0, False)


def scale_and_shift_relu(x: Array, scale: Array, shift: Array) -> Array:
    return _scaled(x, scale, shift, math.inf, True)


def scale_and_shift_relu6(x: Array, scale: Array, shift: Array) -> Array:
    return _scaled(x, scale, shift, 6, True)


@kernel
def _relu_of_sum_part(start, stop, x1, x2, y):
    zero = x1.dtype.type(0)
    cells = slice(start * CHUNK, stop * CHUNK)
    a, b, target = x1[cells], x2[cells], y[cells]
    for i in range(len(a)):
        total = a[i] + b[i]
        target[i] = zero if total <= zero else total


@kernel
def _relu_of_sum(workers, x1, x2, y):
    run_parts(workers, _relu_of_sum_part, ceil_div(len(x1), CHUNK), (x1, x2, y))


def relu_of_sum(x1: Array, x2: Array) -> Array:
    """max(x₁ + x₂, 0) for arrays of one shape."""
    y = np.empty(x1.shape, x1.dtype)
    _relu_of_sum(workers_for(x1.size), flat(x1), flat(x2), y.reshape(-1))
    return y


@kernel
def _relu6_part(start, stop, x, y):
    zero, six = x.dtype.type(0), x.dtype.type(6)
    cells = slice(start * CHUNK, stop * CHUNK)
    source, target = x[cells], y[cells]
    for i in range(len(source)):
        target[i] = _between(source[i], zero, six)


@kernel
def _relu6(workers, x, y):
    run_parts(workers, _relu6_part, ceil_div(len(x), CHUNK), (x, y))


def relu6(x: Array) -> Array:
    y = np.empty(x.shape, x.dtype)
    _relu6(workers_for(x.size), flat(x), y.reshape(-1))
    return y


@kernel
def _relu6_gradient_part(start, stop, dy, y, dx):
    zero, one, six = y.dtype.type(0), y.dtype.type(1), y.dtype.type(6)
    cells = slice(start * CHUNK, stop * CHUNK)
    dy, y, dx = dy[cells], y[cells], dx[cells]
    for i in range(len(y)):
        dx[i] = dy[i] * (one if y[i] > zero and y[i] < six else zero)


@kernel
def _relu6_gradient(workers, dy, y, dx):
    run_parts(workers, _relu6_gradient_part, ceil_div(len(y), CHUNK), (dy, y, dx))


def relu6_vjp(dy: Array, y: Array, x: Array) -> Array:
    dx = np.empty(y.shape, y.dtype)
    _relu6_gradient(workers_for(y.size), flat(dy), flat(y), dx.reshape(-1))
    return dx
