"""Optimizer steps in one pass over memory, written into the variable and its slots.

The references are the ``step``s in ``minikeras/optimizers``; every float32 result has the same
bits, because the operations come in the same order and no product is contracted with a sum.
Arrays are contiguous and of one dtype, scalars are of that dtype.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from minikeras.kernels.compiled import kernel
from minikeras.types import Array


def _compiled(rule: Callable[..., None]) -> Callable[..., None]:
    """Compile for flat arrays; division by zero gives inf or nan, as in NumPy."""
    flat = kernel(rule)

    def on_arrays(*arguments: Any) -> None:
        flat(*[a.reshape(-1) if isinstance(a, np.ndarray) else a for a in arguments])

    on_arrays.__doc__, on_arrays.__name__ = rule.__doc__, rule.__name__
    return on_arrays


@njit(inline="always")
def _maximum(x, y):  # type: ignore[no-untyped-def]
    return x if x >= y or x != x else y  # nan wins, as in np.maximum


@_compiled
def sgd(w: Array, g: Array, lr: Any) -> None:
    for i in range(w.size):
        w[i] -= g[i] * lr


@_compiled
def sgd_momentum(w: Array, g: Array, v: Array, lr: Any, momentum: Any, nesterov: bool) -> None:
    for i in range(w.size):
        v[i] = v[i] * momentum - g[i] * lr
        if nesterov:
            w[i] += v[i] * momentum - g[i] * lr
        else:
            w[i] += v[i]


@_compiled
def adam(
    w: Array, g: Array, m: Array, v: Array, rate: Any, part_1: Any, part_2: Any, epsilon: Any
) -> None:
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * part_1
        v[i] += (g[i] * g[i] - v[i]) * part_2
        w[i] -= m[i] * rate / (np.sqrt(v[i]) + epsilon)


@_compiled
def amsgrad(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    v_hat: Array,
    rate: Any,
    part_1: Any,
    part_2: Any,
    epsilon: Any,
) -> None:
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * part_1
        v[i] += (g[i] * g[i] - v[i]) * part_2
        v_hat[i] = _maximum(v_hat[i], v[i])
        w[i] -= m[i] * rate / (np.sqrt(v_hat[i]) + epsilon)


@_compiled
def nadam(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    u_next: Any,
    ahead: Any,
    part_now: Any,
    now: Any,
    correction: Any,
    lr: Any,
    part_1: Any,
    part_2: Any,
    epsilon: Any,
) -> None:
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * part_1
        v[i] += (g[i] * g[i] - v[i]) * part_2
        m_hat = u_next * m[i] / ahead + part_now * g[i] / now
        w[i] -= m_hat * lr / (np.sqrt(v[i] / correction) + epsilon)


@_compiled
def adamax(
    w: Array,
    g: Array,
    m: Array,
    u: Array,
    lr: Any,
    correction: Any,
    part_1: Any,
    beta_2: Any,
    epsilon: Any,
) -> None:
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * part_1
        u[i] = _maximum(beta_2 * u[i], abs(g[i]))
        w[i] -= lr * m[i] / (correction * (u[i] + epsilon))


@_compiled
def adagrad(w: Array, g: Array, a: Array, lr: Any, epsilon: Any) -> None:
    for i in range(w.size):
        a[i] += g[i] * g[i]
        w[i] -= lr * g[i] / np.sqrt(a[i] + epsilon)


@_compiled
def rmsprop(w: Array, g: Array, v: Array, lr: Any, rho: Any, part: Any, epsilon: Any) -> None:
    for i in range(w.size):
        v[i] = rho * v[i] + part * (g[i] * g[i])
        w[i] -= lr * g[i] / np.sqrt(v[i] + epsilon)
