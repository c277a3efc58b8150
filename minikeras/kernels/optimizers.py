"""Optimizer steps over all variables in one native call, written into the variables and slots.

The references are the ``step``s in ``minikeras/optimizers``.  Every result has the same bits: the
operations come in the same order, and no product is contracted with a sum.

A rule is a function of named scalars ``p`` and of flat arrays: the variable, its slots, the
gradient.  ``over_variables`` makes a kernel of it.  The kernel gets its arrays as a list (see
``runtime/array_table.py``), all variables first and all gradients last, and its scalars as an
array ``s`` of the common dtype.  It first checks that all arrays are contiguous, of that dtype and
of equal sizes; if not, it changes nothing and returns False.  Then it cuts them into parts, and
each thread takes the next part until none is left.
"""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.kernels.clipping import squares as squares  # optimizers find it here
from minikeras.kernels.rounding.elementwise import inverse_roots
from minikeras.kernels.runtime.array_table import arrays, cells, table_of_parts, unpacked
from minikeras.kernels.runtime.compile import inlined, internal_kernel, kernel
from minikeras.kernels.runtime.threads import run_parts

_BLOCK = 1024  # numbers whose intermediate results stay in the first-level cache


def over_parts(part: Callable[..., Any]) -> Any:
    """A kernel that runs ``part(start, stop, table, s)`` on ranges of the rows of a table."""
    run = internal_kernel(part)

    def update(workers, objects, roles, dtype, s):
        table = table_of_parts(objects, roles, dtype, s.itemsize, roles - 1)
        run_parts(workers, run, len(table), (table, s))
        return len(table) > 0

    update.__qualname__ = update.__name__ = part.__name__.removesuffix("_part")
    return kernel(update)


def over_variables(scalars: Any) -> Callable[[Callable[..., Any]], Any]:
    """A kernel that runs ``rule(p, *arrays)``, where ``p`` is a ``scalars``, a named tuple."""

    def decorate(rule: Callable[..., Any]) -> Any:
        run, count = inlined(rule), len(scalars._fields)
        roles = len(inspect.signature(rule).parameters) - 1

        def part(start, stop, table, s):
            p = scalars(*unpacked(s, count))
            for i in range(start, stop):
                run(p, *arrays(table, i, s, roles))

        part.__qualname__ = part.__name__ = f"{rule.__name__}_part"
        update = over_parts(part)
        update.scalars, update.roles = scalars, roles
        return update

    return decorate


@inlined
def _maximum(x, y):
    return x if x >= y or x != x else y  # nan wins, as in np.maximum


# Gradient descent


SGD = namedtuple("SGD", "lr factor")


@inlined
def _factors(p, g):
    """lr and ``factor`` if g is one number, else their product and 1: what g is multiplied by."""
    if g.size == 1:
        return p.lr, p.factor
    return p.lr * p.factor, g.dtype.type(1)


@over_variables(SGD)
def sgd(p, w, g):
    lr, factor = _factors(p, g)
    for i in range(w.size):
        w[i] -= g[i] * lr * factor


Momentum = namedtuple("Momentum", "lr factor momentum nesterov")


@over_variables(Momentum)
def sgd_momentum(p, w, v, g):
    lr, factor = _factors(p, g)
    for i in range(w.size):
        v[i] = v[i] * p.momentum - g[i] * lr * factor
        if p.nesterov != 0:
            w[i] += v[i] * p.momentum - g[i] * lr * factor
        else:
            w[i] += v[i]


Lion = namedtuple("Lion", "lr beta_1 one_minus_beta_1 beta_2 one_minus_beta_2")


@over_variables(Lion)
def lion(p, w, m, g):
    zero = p.beta_1 - p.beta_1
    for i in range(w.size):
        c = m[i] * p.beta_1 + g[i] * p.one_minus_beta_1
        w[i] -= p.lr if c > 0 else (-p.lr if c < 0 else p.lr * (zero if c == 0 else c))
        m[i] = m[i] * p.beta_2 + g[i] * p.one_minus_beta_2


# Adam and its variants


Adam = namedtuple("Adam", "alpha one_minus_beta_1 one_minus_beta_2 epsilon")


@over_variables(Adam)
def adam(p, w, m, v, g):
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * p.one_minus_beta_1
        v[i] += (g[i] * g[i] - v[i]) * p.one_minus_beta_2
        w[i] -= m[i] * p.alpha / (np.sqrt(v[i]) + p.epsilon)


@over_variables(Adam)
def amsgrad(p, w, m, v, v_hat, g):
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * p.one_minus_beta_1
        v[i] += (g[i] * g[i] - v[i]) * p.one_minus_beta_2
        v_hat[i] = _maximum(v_hat[i], v[i])
        w[i] -= m[i] * p.alpha / (np.sqrt(v_hat[i]) + p.epsilon)


Nadam = namedtuple(
    "Nadam",
    "lr u_next one_minus_u one_minus_product one_minus_next_product "
    "one_minus_beta_1 one_minus_beta_2 one_minus_beta_2_power epsilon",
)


@over_variables(Nadam)
def nadam(p, w, m, v, g):
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * p.one_minus_beta_1
        v[i] += (g[i] * g[i] - v[i]) * p.one_minus_beta_2
        momentum = p.u_next * m[i] / p.one_minus_next_product
        m_hat = momentum + p.one_minus_u * g[i] / p.one_minus_product
        w[i] -= m_hat * p.lr / (np.sqrt(v[i] / p.one_minus_beta_2_power) + p.epsilon)


Adamax = namedtuple("Adamax", "lr one_minus_beta_1 one_minus_beta_1_power beta_2 epsilon")


@over_variables(Adamax)
def adamax(p, w, m, u, g):
    for i in range(w.size):
        m[i] += (g[i] - m[i]) * p.one_minus_beta_1
        u[i] = _maximum(p.beta_2 * u[i], abs(g[i]))
        w[i] -= p.lr * m[i] / (p.one_minus_beta_1_power * (u[i] + p.epsilon))


# Rules that divide by a root; TensorFlow's compiled functions multiply by an approximate rsqrt


@internal_kernel
def _over_roots(x, y, compiled):
    """x ← x / √y; compiled: x · rsqrt(y)"""
    if compiled:
        inverse = np.empty_like(y)
        inverse_roots(y, inverse)
        for i in range(x.size):
            x[i] *= inverse[i]
    else:
        for i in range(x.size):
            x[i] /= np.sqrt(y[i])


@inlined
def _block(x, first):
    return x[first : first + _BLOCK]


Adagrad = namedtuple("Adagrad", "lr epsilon compiled")


@over_variables(Adagrad)
def adagrad(p, w, a, g):
    scratch = np.empty((2, _BLOCK), w.dtype)
    x, y = scratch[0], scratch[1]
    for first in range(0, w.size, _BLOCK):
        wb, ab, gb = _block(w, first), _block(a, first), _block(g, first)
        for i in range(wb.size):
            ab[i] += gb[i] * gb[i]
            x[i], y[i] = p.lr * gb[i], ab[i] + p.epsilon
        _over_roots(x[: wb.size], y[: wb.size], p.compiled != 0)
        for i in range(wb.size):
            wb[i] -= x[i]


Adadelta = namedtuple("Adadelta", "lr rho one_minus_rho epsilon compiled")


@over_variables(Adadelta)
def adadelta(p, w, a, d, g):
    scratch = np.empty((2, _BLOCK), w.dtype)
    x, y = scratch[0], scratch[1]
    for first in range(0, w.size, _BLOCK):
        wb, ab, db, gb = _block(w, first), _block(a, first), _block(d, first), _block(g, first)
        for i in range(wb.size):
            ab[i] = p.rho * ab[i] + p.one_minus_rho * (gb[i] * gb[i])
            x[i], y[i] = np.sqrt(db[i] + p.epsilon) * gb[i], ab[i] + p.epsilon
        _over_roots(x[: wb.size], y[: wb.size], p.compiled != 0)
        for i in range(wb.size):
            db[i] = p.rho * db[i] + p.one_minus_rho * (x[i] * x[i])
            wb[i] += p.lr * -x[i]


RMSprop = namedtuple("RMSprop", "lr rho one_minus_rho epsilon momentum centered compiled")


@over_variables(RMSprop)
def rmsprop(p, w, v, delta, mean, g):
    """``delta`` is used only with momentum, ``mean`` only if centered."""
    scratch = np.empty((2, _BLOCK), w.dtype)
    x, y = scratch[0], scratch[1]
    for first in range(0, w.size, _BLOCK):
        wb, vb, gb = _block(w, first), _block(v, first), _block(g, first)
        for i in range(wb.size):
            vb[i] = p.rho * vb[i] + p.one_minus_rho * (gb[i] * gb[i])
            x[i], y[i] = p.lr * gb[i], vb[i] + p.epsilon
        if p.centered != 0:
            mb = _block(mean, first)
            for i in range(wb.size):
                mb[i] = p.rho * mb[i] + p.one_minus_rho * gb[i]
                square = mb[i] * mb[i]
                # written as ``optimizers.rounding.centered``
                if p.compiled != 0:
                    y[i] = p.epsilon - square + vb[i]
                else:
                    y[i] = vb[i] - square + p.epsilon
        _over_roots(x[: wb.size], y[: wb.size], p.compiled != 0)
        if p.momentum > 0:
            db = _block(delta, first)
            for i in range(wb.size):
                db[i] = x[i] = p.momentum * db[i] + x[i]
        for i in range(wb.size):
            wb[i] -= x[i]


# What all rules have in common


Limits = namedtuple("Limits", "low high")


@over_variables(Limits)
def clipped(p, y, g):
    """y = min(max(g, low), high)"""
    for i in range(g.size):
        y[i] = p.low if g[i] < p.low else (p.high if g[i] > p.high else g[i])


Mean = namedtuple("Mean", "momentum one_minus_momentum")


@over_variables(Mean)
def average(p, a, w):
    """a ← momentum a + (1 − momentum) w"""
    for i in range(a.size):
        a[i] = p.momentum * a[i] + p.one_minus_momentum * w[i]


@over_parts
def scaled(start, stop, table, s):
    """y = g s₀ / s₁₊ₖ, where k is the number of the variable"""
    for part in range(start, stop):
        y, g = cells(table, part, 0, s), cells(table, part, 1, s)
        factor, divisor = s[0], s[1 + table[part, 1]]
        for i in range(g.size):
            y[i] = g[i] * factor / divisor


@over_parts
def decay(start, stop, table, s):
    """w ← w − w s₀ s₁ for each variable k with s₂₊ₖ ≠ 0.

    The other arrays of the step go along, so that they are checked before w changes.
    """
    weight_decay, lr = s[0], s[1]
    for part in range(start, stop):
        w = cells(table, part, 0, s)
        if s[2 + table[part, 1]] != 0:
            for i in range(w.size):
                w[i] -= w[i] * weight_decay * lr
