"""Normalization by moments, in TensorFlow's order.

The reference is in ``ops/primitives/normalization.py``.  With r = 1 / √(v + ε) TensorFlow computes

    inv = r γ,  y = x inv + (β − m inv)
    dβ = Σ dy,  dinv = Σ dy x − m Σ dy,  dγ = Σ dinv r
    dv = −½ ((Σ dinv γ) r) (r r),  dm = −Σ (Σ dy) inv
    dx = dy inv + 2 (dv / n) (x − m) + dm / n

where each Σ is over the axes along which a factor was repeated.  In a compiled function the order
of some additions is another one, and a known n is a factor 1 / n (``tf_function``).

``moments`` has kernels for moments over all axes but the last and over the last axes.  For other
axes the formulas are evaluated here, one array after the other.

Source: TensorFlow, ``nn.batch_normalization``; Grappler, ``arithmetic_optimizer.cc``.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from minikeras import tf_function
from minikeras.kernels.rounding import sums
from minikeras.kernels.rounding.elementwise import rsqrt
from minikeras.kernels.rounding.moments import (
    AB_C,
    AC_B,
    BC_A,
    add_three,
    divide,
    normalize_columns,
    normalize_columns_vjp,
    normalize_rows,
    normalize_rows_vjp,
)
from minikeras.kernels.rounding.packets import PACKET
from minikeras.kernels.runtime.compile import flat
from minikeras.kernels.runtime.threads import workers_for
from minikeras.summation import LEAF_PACKETS
from minikeras.types import Array
from minikeras.windows import Sizes


@functools.lru_cache(maxsize=256)
def _kernels(x: Sizes, gamma: Sizes, beta: Sizes, axes: tuple[int, ...]) -> Any:
    """The kernels, forward and vjp, for arrays of these shapes; None if there are none."""
    rank, n = len(x), math.prod(x[a] for a in axes)
    if len(axes) == axes[-1] + 1 == rank - 1 and x[-1] > 1:
        fits = all(math.prod(shape) in (1, x[-1]) for shape in (gamma, beta))
        return (normalize_columns, normalize_columns_vjp) if fits else None
    while gamma and gamma[0] == 1:
        gamma = gamma[1:]
    whole = gamma == x[rank - len(gamma) :] and math.prod(gamma) == math.prod(beta)
    if whole and len(axes) == rank - axes[0] < rank and 1 < n <= LEAF_PACKETS * PACKET:
        return (normalize_rows, normalize_rows_vjp) if math.prod(gamma) >= n else None
    return None


def _factors(x: Array, kernel: Any, *factors: Array) -> tuple[Array, ...]:
    """γ and β as a kernel takes them."""
    if kernel in (normalize_columns, normalize_columns_vjp):
        factors = tuple(np.broadcast_to(f.reshape(-1), x.shape[-1:]) for f in factors)
    return tuple(map(flat, factors))


def _reciprocal_of(n: Any) -> Any:
    """1 / n if n is a constant of a compiled function, else 0: how ``divide`` divides by it."""
    is_constant = tf_function.knows_sizes()
    return type(n)(1) / n if is_constant else type(n)(0)


def _fitted(total: Array, shape: Sizes) -> Array:
    """The gradient of one number for each place, as that of an array that repeats along them."""
    return (total if total.size == math.prod(shape) else total.sum()).reshape(shape)


def _unbroadcast(dx: Array, shape: Sizes) -> Array:
    """The sum over the axes along which an array of ``shape`` was repeated."""
    padded = (1,) * (dx.ndim - len(shape)) + shape
    axes = [i for i, n in enumerate(padded) if n == 1 != dx.shape[i]]
    return (sums.sum(dx, axes, True) if axes else dx).reshape(shape)


def _are_of_batch(axes: tuple[int, ...]) -> bool:
    """Whether the moments are over the batch, as those of BatchNormalization alone are."""
    return 0 in axes


def _order(axes: tuple[int, ...]) -> int:
    """In which order the three terms of dx are added."""
    if tf_function.is_inside():  # in the alphabetical order of their names
        return AB_C if _are_of_batch(axes) else BC_A
    return AC_B


def normalize_by_moments(
    x: Array, gamma: Array, beta: Array, *, axes: tuple[int, ...], epsilon: float
) -> tuple[Array, ...]:
    number = x.dtype.type
    shape = tuple(size for a, size in enumerate(x.shape) if a not in axes)
    # Grappler adds two terms of the shape of x first, unless β is known to have it too.
    beta_last = not _are_of_batch(axes) and tf_function.is_inside()
    beta_last = beta_last and not (beta.size == x.size and tf_function.knows_batch_size())
    found = _kernels(x.shape, gamma.shape, beta.shape, axes)
    if found is not None:
        y, m, v = np.empty(x.shape, x.dtype), np.empty(shape, x.dtype), np.empty(shape, x.dtype)
        factors = _factors(x, found[0], gamma, beta)
        results, workers = (y.reshape(-1), m.reshape(-1), v.reshape(-1)), workers_for(4 * x.size)
        found[0](workers, flat(x), factors, number(epsilon), beta_last, results)
        return y, m, v
    m = sums.mean(x, axes, True)
    d = x - m
    v = sums.mean(d * d, axes, True)
    inv = rsqrt(v + number(epsilon)) * gamma
    scaled, shift = x * inv, m * inv
    beta_last = beta_last and shift.shape == x.shape
    y = (scaled - shift) + beta if beta_last else scaled + (beta - shift)
    return y, m.reshape(shape), v.reshape(shape)


def normalize_by_moments_vjp(
    dy: Any, y: Any, x: Array, gamma: Array, beta: Array, *, axes: tuple[int, ...], epsilon: float
) -> tuple[Any, ...]:
    number = x.dtype.type
    found = _kernels(x.shape, gamma.shape, beta.shape, axes)
    if found is not None:
        (scale,) = _factors(x, found[1], gamma)
        dx, dbeta = np.empty(x.shape, x.dtype), np.empty_like(scale)
        count = 2 if found[1] is normalize_columns_vjp else 1
        factors = [np.empty_like(scale) for _ in range(count)]  # of dγ
        found[1](
            workers_for(4 * x.size),
            tuple(map(flat, dy)),
            flat(x),
            (flat(y[1]), flat(y[2])),
            scale,
            number(epsilon),
            _reciprocal_of(number(math.prod(x.shape[a] for a in axes))),
            _order(axes),
            (dx.reshape(-1), dbeta, *factors),
        )
        dbeta = _fitted(dbeta, beta.shape)
        if tf_function.is_inside() and count == 2 and gamma.shape == factors[0].shape:
            return dx, tf_function.Product(*factors), dbeta
        return dx, _fitted(functools.reduce(np.multiply, factors), gamma.shape), dbeta
    (a, b, c), dgamma, dbeta = _gradients(dy, y, x, gamma, beta, axes, epsilon)
    return add_three(a, b, c, _order(axes)), dgamma, dbeta


def _gradients(
    dy: Any, y: Any, x: Array, gamma: Array, beta: Array, axes: tuple[int, ...], epsilon: float
) -> tuple[tuple[Array, Array, Array], Array, Array]:
    """The terms of dx, dγ and dβ."""
    number = x.dtype.type
    n = number(math.prod(x.shape[a] for a in axes))
    shape = tuple(1 if a in axes else size for a, size in enumerate(x.shape))
    dy, dm, dv, m, v = dy[0], *(a.reshape(shape) for a in (*dy[1:], *y[1:]))
    r = rsqrt(v + number(epsilon))
    inv = r * gamma
    shift = _unbroadcast(dy, np.broadcast_shapes(inv.shape, beta.shape))
    dbeta, dshift = _unbroadcast(shift, beta.shape), _unbroadcast(shift, inv.shape)
    dinv = _unbroadcast(dy * x, inv.shape) - m * dshift
    dr = _unbroadcast(dinv * gamma, shape)
    dv = dv + number(-0.5) * (dr * r) * (r * r)
    dm = dm - _unbroadcast(dshift * inv, shape)
    b = number(2) * divide(dv, n, _reciprocal_of(n)) * (x - m)
    terms = dy * inv, b, divide(dm, n, _reciprocal_of(n))
    return terms, _unbroadcast(dinv * r, gamma.shape), dbeta


def normalize_by_moments_terms(
    dy: Any, y: Any, x: Array, gamma: Array, beta: Array, *, axes: tuple[int, ...], epsilon: float
) -> tuple[Array, ...]:
    (a, b, c), _, _ = _gradients(dy, y, x, gamma, beta, axes, epsilon)
    in_order = {AC_B: (a, c, b), AB_C: (a, b, c), BC_A: (b, c, a)}[_order(axes)]
    return tuple(np.broadcast_to(term, x.shape) for term in in_order)


def normalize_by_size(
    x: Array, scale: Array, *, axes: tuple[int, ...], epsilon: float, x_first: bool | None
) -> Array:
    r = rsqrt(sums.mean(x * x, axes, True) + x.dtype.type(epsilon))
    # Grappler multiplies the smaller arrays first, unless a gradient needs x r too.
    if tf_function.is_inside() and x_first is not None:
        if r.shape == x.shape and x_first:
            return x * scale * r
        if scale.size < x.size or not tf_function.knows_batch_size():
            return x * (scale * r)
    return x * r * scale


def normalize_by_size_vjp(
    dy: Array,
    y: Array,
    x: Array,
    scale: Array,
    *,
    axes: tuple[int, ...],
    epsilon: float,
    x_first: bool | None,
) -> tuple[Array, Array]:
    (a, b), dscale = _gradients_by_size(dy, x, scale, axes, epsilon)
    return a + b, dscale


def normalize_by_size_terms(
    dy: Array,
    y: Array,
    x: Array,
    scale: Array,
    *,
    axes: tuple[int, ...],
    epsilon: float,
    x_first: bool | None,
) -> tuple[Array, Array]:
    return _gradients_by_size(dy, x, scale, axes, epsilon)[0]


def _gradients_by_size(
    dy: Array, x: Array, scale: Array, axes: tuple[int, ...], epsilon: float
) -> tuple[tuple[Array, Array], Array]:
    """The terms of dx, and dscale."""
    number, n = x.dtype.type, math.prod(x.shape[a] for a in axes)
    r = rsqrt(sums.mean(x * x, axes, True) + number(epsilon))
    slope = dy * scale
    dr = _unbroadcast(slope * x, r.shape)
    dsize = divide(number(-0.5) * (dr * r) * (r * r), number(n), _reciprocal_of(number(n)))
    return (slope * r, (2 * x) * dsize), _unbroadcast(dy * (x * r), scale.shape)
