"""Optimizer steps over all variables in one call, written into the variables and their slots.

The references are the ``step``s in ``minikeras/optimizers``; every result has the same bits,
because the operations come in the same order and no product is contracted with a sum.

A kernel gets its arrays as a list (see ``runtime/array_table.py``), the gradients last, and its
numbers as an array ``s`` of the common dtype (whose ``id`` goes along).  It first looks whether all
arrays are contiguous, of that dtype and of equal sizes: if not, nothing is done and the result is
False.  Then it cuts them into parts, which the threads share.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from minikeras.kernels.clipping import clipped, scaled, squares
from minikeras.kernels.rounding.elementwise import rsqrt_into
from minikeras.kernels.rounding.packets import HAS_RCP
from minikeras.kernels.runtime.array_table import cells, cut
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import share

__all__ = ["clipped", "scaled", "squares"]  # beside the rules below

_BLOCK = 1024  # numbers of a part whose intermediates wait in the first cache


@kernel
def _block_of(x, first):
    return x[first : first + _BLOCK]


@kernel
def _maximum(x, y):
    return x if x >= y or x != x else y  # nan wins, as in np.maximum


# Gradient descent


@kernel
def _sgd(start, stop, table, s):
    lr = s[0]
    for part in range(start, stop):
        w, g = cells(table, part, 0, s), cells(table, part, 1, s)
        for i in range(w.size):
            w[i] -= g[i] * lr


@kernel
def sgd(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 1)
    share(team, _sgd, len(table), (table, s))
    return len(table) > 0


@kernel
def _sgd_momentum(start, stop, table, s):
    lr, momentum, nesterov = s[0], s[1], s[2] != 0
    for part in range(start, stop):
        w, v, g = cells(table, part, 0, s), cells(table, part, 1, s), cells(table, part, 2, s)
        for i in range(w.size):
            v[i] = v[i] * momentum - g[i] * lr
            if nesterov:
                w[i] += v[i] * momentum - g[i] * lr
            else:
                w[i] += v[i]


@kernel
def sgd_momentum(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 2)
    share(team, _sgd_momentum, len(table), (table, s))
    return len(table) > 0


@kernel
def _lion(start, stop, table, s):
    lr, beta_1, part_1, beta_2, part_2 = s[0], s[1], s[2], s[3], s[4]
    zero = beta_1 - beta_1
    for part in range(start, stop):
        w, m, g = cells(table, part, 0, s), cells(table, part, 1, s), cells(table, part, 2, s)
        for i in range(w.size):
            c = m[i] * beta_1 + g[i] * part_1
            w[i] -= lr if c > 0 else (-lr if c < 0 else lr * (zero if c == 0 else c))
            m[i] = m[i] * beta_2 + g[i] * part_2


@kernel
def lion(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 2)
    share(team, _lion, len(table), (table, s))
    return len(table) > 0


# Adam and its kin


@kernel
def _adam(start, stop, table, s):
    rate, part_1, part_2, epsilon = s[0], s[1], s[2], s[3]
    for part in range(start, stop):
        w, m = cells(table, part, 0, s), cells(table, part, 1, s)
        v, g = cells(table, part, 2, s), cells(table, part, 3, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            v[i] += (g[i] * g[i] - v[i]) * part_2
            w[i] -= m[i] * rate / (np.sqrt(v[i]) + epsilon)


@kernel
def adam(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _adam, len(table), (table, s))
    return len(table) > 0


@kernel
def _amsgrad(start, stop, table, s):
    rate, part_1, part_2, epsilon = s[0], s[1], s[2], s[3]
    for part in range(start, stop):
        w, m, v = cells(table, part, 0, s), cells(table, part, 1, s), cells(table, part, 2, s)
        v_hat, g = cells(table, part, 3, s), cells(table, part, 4, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            v[i] += (g[i] * g[i] - v[i]) * part_2
            v_hat[i] = _maximum(v_hat[i], v[i])
            w[i] -= m[i] * rate / (np.sqrt(v_hat[i]) + epsilon)


@kernel
def amsgrad(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 4)
    share(team, _amsgrad, len(table), (table, s))
    return len(table) > 0


@kernel
def _nadam(start, stop, table, s):
    u_next, ahead, part_now, now, correction = s[0], s[1], s[2], s[3], s[4]
    lr, part_1, part_2, epsilon = s[5], s[6], s[7], s[8]
    for part in range(start, stop):
        w, m = cells(table, part, 0, s), cells(table, part, 1, s)
        v, g = cells(table, part, 2, s), cells(table, part, 3, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            v[i] += (g[i] * g[i] - v[i]) * part_2
            m_hat = u_next * m[i] / ahead + part_now * g[i] / now
            w[i] -= m_hat * lr / (np.sqrt(v[i] / correction) + epsilon)


@kernel
def nadam(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _nadam, len(table), (table, s))
    return len(table) > 0


@kernel
def _adamax(start, stop, table, s):
    lr, correction, part_1, beta_2, epsilon = s[0], s[1], s[2], s[3], s[4]
    for part in range(start, stop):
        w, m = cells(table, part, 0, s), cells(table, part, 1, s)
        u, g = cells(table, part, 2, s), cells(table, part, 3, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            u[i] = _maximum(beta_2 * u[i], abs(g[i]))
            w[i] -= lr * m[i] / (correction * (u[i] + epsilon))


@kernel
def adamax(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _adamax, len(table), (table, s))
    return len(table) > 0


# Rules that divide by a root, which TensorFlow's compiled functions do in another way


def _inverse_roots(x: Any, y: Any) -> None:
    """y = 1 / √x as in ``rounding.elementwise.rsqrt``."""


@overload(_inverse_roots)
def _inverse_roots_of(x, y):
    if x.dtype == types.float32 and HAS_RCP:
        return lambda x, y: rsqrt_into(x, y)

    def plain(x, y):
        for i in range(x.size):
            y[i] = 1 / np.sqrt(x[i])

    return plain


@kernel
def _over_roots(x, y, compiled):
    """x ← x / √y; compiled: x · rsqrt(y)"""
    if compiled:
        inverse = np.empty_like(y)
        _inverse_roots(y, inverse)
        for i in range(x.size):
            x[i] *= inverse[i]
    else:
        for i in range(x.size):
            x[i] /= np.sqrt(y[i])


@kernel
def _adagrad(start, stop, table, s):
    lr, epsilon, compiled = s[0], s[1], s[2] != 0
    x, y = np.empty(_BLOCK, s.dtype), np.empty(_BLOCK, s.dtype)
    for part in range(start, stop):
        w, a, g = cells(table, part, 0, s), cells(table, part, 1, s), cells(table, part, 2, s)
        for first in range(0, w.size, _BLOCK):
            wb, ab, gb = _block_of(w, first), _block_of(a, first), _block_of(g, first)
            for i in range(wb.size):
                ab[i] += gb[i] * gb[i]
                x[i], y[i] = lr * gb[i], ab[i] + epsilon
            _over_roots(x[: wb.size], y[: wb.size], compiled)
            for i in range(wb.size):
                wb[i] -= x[i]


@kernel
def adagrad(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 2)
    share(team, _adagrad, len(table), (table, s))
    return len(table) > 0


@kernel
def _adadelta(start, stop, table, s):
    lr, rho, rest, epsilon, compiled = s[0], s[1], s[2], s[3], s[4] != 0
    x, y = np.empty(_BLOCK, s.dtype), np.empty(_BLOCK, s.dtype)
    for part in range(start, stop):
        w, a = cells(table, part, 0, s), cells(table, part, 1, s)
        d, g = cells(table, part, 2, s), cells(table, part, 3, s)
        for first in range(0, w.size, _BLOCK):
            wb, ab = _block_of(w, first), _block_of(a, first)
            db, gb = _block_of(d, first), _block_of(g, first)
            for i in range(wb.size):
                ab[i] = rho * ab[i] + rest * (gb[i] * gb[i])
                x[i], y[i] = np.sqrt(db[i] + epsilon) * gb[i], ab[i] + epsilon
            _over_roots(x[: wb.size], y[: wb.size], compiled)
            for i in range(wb.size):
                db[i] = rho * db[i] + rest * (x[i] * x[i])
                wb[i] += lr * -x[i]


@kernel
def adadelta(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _adadelta, len(table), (table, s))
    return len(table) > 0


@kernel
def _rmsprop(start, stop, table, s):
    lr, rho, rest, epsilon, compiled = s[0], s[1], s[2], s[3], s[4] != 0
    momentum, centered = s[5], s[6] != 0
    x, y = np.empty(_BLOCK, s.dtype), np.empty(_BLOCK, s.dtype)
    last = table.shape[1] - 3  # w, v, then M if there is momentum, ḡ if centered, g
    for part in range(start, stop):
        w, v, g = cells(table, part, 0, s), cells(table, part, 1, s), cells(table, part, last, s)
        delta, mean = cells(table, part, 2, s), cells(table, part, last - 1, s)
        for first in range(0, w.size, _BLOCK):
            wb, vb, gb = _block_of(w, first), _block_of(v, first), _block_of(g, first)
            for i in range(wb.size):
                vb[i] = rho * vb[i] + rest * (gb[i] * gb[i])
                x[i], y[i] = lr * gb[i], vb[i] + epsilon
            if centered:
                mb = _block_of(mean, first)
                for i in range(wb.size):
                    mb[i] = rho * mb[i] + rest * gb[i]
                    y[i] = vb[i] - mb[i] * mb[i] + epsilon
            _over_roots(x[: wb.size], y[: wb.size], compiled)
            if momentum > 0:
                db = _block_of(delta, first)
                for i in range(wb.size):
                    db[i] = x[i] = momentum * db[i] + x[i]
            for i in range(wb.size):
                wb[i] -= x[i]


@kernel
def rmsprop(team, objects, roles, dtype, s):
    table = cut(objects, roles, dtype, s.itemsize, roles - 1)
    share(team, _rmsprop, len(table), (table, s))
    return len(table) > 0


# What happens around the rules


@kernel
def _decay(start, stop, table, s):
    for part in range(start, stop):
        w = cells(table, part, 0, s)
        if s[2 + table[part, 1]] != 0:
            for i in range(w.size):
                w[i] -= w[i] * s[0] * s[1]


@kernel
def decay(team, objects, roles, dtype, s):
    """w ← w − w s₀ s₁ for variable k if s₂₊ₖ; what else the step changes must fit as well"""
    table = cut(objects, roles, dtype, s.itemsize, roles - 1)
    share(team, _decay, len(table), (table, s))
    return len(table) > 0


@kernel
def _average(start, stop, table, s):
    for part in range(start, stop):
        a, w = cells(table, part, 0, s), cells(table, part, 1, s)
        for i in range(w.size):
            a[i] = s[0] * a[i] + s[1] * w[i]


@kernel
def average(team, objects, roles, dtype, s):
    """a ← s₀ a + s₁ w"""
    table = cut(objects, roles, dtype, s.itemsize, 1)
    share(team, _average, len(table), (table, s))
    return len(table) > 0
