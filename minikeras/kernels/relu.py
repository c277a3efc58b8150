"""relu and its gradient on large arrays, on all threads; the reference is in ``ops/primitives``."""

from __future__ import annotations

import numpy as np

from minikeras.kernels.runtime.compile import flat, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array


@kernel
def _relu_part(start: int, stop: int, x: Array, y: Array) -> None:
    zero = x.dtype.type(0)
    x, y = x[start * CHUNK : stop * CHUNK], y[start * CHUNK : stop * CHUNK]
    for i in range(len(x)):
        y[i] = zero if x[i] <= zero else x[i]


@kernel
def _relu(workers: int, x: Array, y: Array) -> None:
    run_parts(workers, _relu_part, ceil_div(len(x), CHUNK), (x, y))


def relu(x: Array) -> Array:
    y = np.empty(x.shape, x.dtype)
    _relu(workers_for(x.size), flat(x), y.reshape(-1))
    return y


@kernel
def _relu_gradient_part(start: int, stop: int, dy: Array, y: Array, dx: Array) -> None:
    zero, one = y.dtype.type(0), y.dtype.type(1)
    dy, y = dy[start * CHUNK : stop * CHUNK], y[start * CHUNK : stop * CHUNK]
    dx = dx[start * CHUNK :]
    for i in range(len(y)):
        dx[i] = dy[i] * (one if y[i] > zero else zero)


@kernel
def _relu_gradient(workers: int, dy: Array, y: Array, dx: Array) -> None:
    run_parts(workers, _relu_gradient_part, ceil_div(len(y), CHUNK), (dy, y, dx))


def relu_vjp(dy: Array, y: Array, x: Array) -> Array:
    dx = np.empty(y.shape, y.dtype)
    _relu_gradient(workers_for(y.size), flat(dy), flat(y), dx.reshape(-1))
    return dx
