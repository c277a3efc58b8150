"""Moments of columns and of rows, what they normalize, and its gradients, in one kernel each.

The formulas are those of ``normalization``.  Columns are added over all rows of a matrix, as in
BatchNormalization.  Rows are added one by one, as in LayerNormalization and GroupNormalization.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.kernels.rounding.elementwise import inverse_roots
from minikeras.kernels.rounding.packets import PACKET
from minikeras.kernels.rounding.sums import UNROLLED, sum_leaf
from minikeras.kernels.runtime.compile import inlined, internal_kernel, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts
from minikeras.summation import ACCUMULATORS
from minikeras.types import Array

# Indices are unsigned: LLVM vectorises only loops without a test for negative indices.

_PANEL = 256  # columns of a part, at most
_AT_ONCE = 4  # rows that are added while a sum is in a register
AC_B, AB_C, BC_A = range(3)  # in which order the three terms of dx are added


@inlined
def _height(columns: int) -> int:
    """Rows of a part: a multiple of a packet, since packets of roots run across rows."""
    return ceil_div(CHUNK, columns * PACKET) * PACKET


def divide(x: Any, n: Any, reciprocal: Any) -> Any:
    """x / n, as x (1 / n) if ``reciprocal`` is that and not 0"""
    return x * reciprocal if reciprocal else x / n


def add_three(a: Any, b: Any, c: Any, order: int) -> Any:
    if order == AC_B:
        return (a + c) + b
    if order == AB_C:
        return (a + b) + c
    return (b + c) + a


_over, _sum_of = inlined(divide), inlined(add_three)


# Sums of columns.  Four accumulators take the rows in turn, so four rows side by side are a row of
# a wider matrix, whose columns are added from top to bottom.


@inlined
def _turns(rows):
    """How many accumulators a column has."""
    return ACCUMULATORS if rows >= 16 else 1


@inlined
def _panel(width):
    """Columns of a part: at least two parts, of whole cache lines."""
    return min(_PANEL, ceil_div(width, 4 * PACKET) * 2 * PACKET)


def _over_rows(name: str, add: Any, count: int) -> Callable[..., Any]:
    """A kernel: sums[t, j] = Σ over rows of what ``add`` adds for column j, t < ``count``.

    ``add`` takes several rows at once, so that it seldom reads and writes a sum.  Its rows and
    cells are pairs: the first, and how far away the next is.  The columns after the last whole
    packet have one accumulator, which comes after the others in ``sums``.  A wide row is cut into
    groups; a group has its own numbers a and b in each row.
    """

    def add_part(start, stop, x, z, a, b, columns, groups, sums):
        turns = _turns(len(x) // columns)
        rows, width = len(x) // columns // turns, turns * columns // groups
        most = _panel(width)
        panels = ceil_div(width, most)
        mine, step = np.empty((count, _PANEL), x.dtype), np.uintp(turns * columns)
        for part in range(start, stop):
            mine[:] = 0
            group, within = part // panels, part % panels * most
            if group == groups:  # the last columns, in order
                first, each = columns - columns % PACKET, turns * columns // groups
                for i in range(len(x) // columns):
                    for j in range(first, columns):
                        row = np.uintp((i * columns + j) // each)
                        cell = np.uintp(i * columns + j), step
                        add(x, z, a, b, (row, step), np.uintp(j), cell, 1, mine, j - first)
                for t in range(count):
                    for j in range(first, columns):
                        sums[t, turns * columns + j] = mine[t, j - first]
                continue
            left, size = np.uintp(group * width + within), np.uintp(min(most, width - within))
            whole, between = rows - rows % _AT_ONCE, np.uintp(groups)
            for i in range(0, whole, _AT_ONCE):
                here, row = np.uintp(i) * step + left, np.uintp(i * groups + group)
                for j in range(size):
                    cell = here + j, step
                    add(x, z, a, b, (row, between), left + j, cell, _AT_ONCE, mine, j)
            for i in range(whole, rows):
                here, row = np.uintp(i) * step + left, np.uintp(i * groups + group)
                for j in range(size):
                    add(x, z, a, b, (row, between), left + j, (here + j, step), 1, mine, j)
            for t in range(count):
                for j in range(size):
                    sums[t, left + j] = mine[t, j]

    def add_rows(workers, x, z, a, b, columns, groups):
        turns = _turns(len(x) // columns)
        each, rest = turns * columns // groups, columns % PACKET if turns > 1 else 0
        sums = np.empty((count, (turns + 1) * columns), x.dtype)
        parts = groups * ceil_div(each, _panel(each)) + (rest > 0)
        run_parts(workers, part, parts, (x, z, a, b, columns, groups, sums))
        if turns == 1:
            return sums
        for t in range(count):
            accumulators = sums[t].reshape(turns + 1, columns)
            for j in range(columns - rest):
                three = (accumulators[0, j] + accumulators[1, j]) + accumulators[2, j]
                accumulators[0, j] = three + accumulators[3, j]
            for j in range(columns - rest, columns):
                accumulators[0, j] = accumulators[turns, j]
        for i in range(len(x) - len(x) % (turns * columns), len(x), columns):
            for j in range(columns - rest):
                row, cell = np.uintp((i + j) // each), np.uintp(i + j)
                add(x, z, a, b, (row, row), np.uintp(j), (cell, cell), 1, sums, j)
        return sums

    add_part.__qualname__ = add_part.__name__ = name + "_part"
    add_rows.__qualname__ = add_rows.__name__ = name
    part = internal_kernel(add_part)
    return internal_kernel(add_rows)


@inlined
def _add_numbers(x, z, a, b, rows, column, cells, count, sums, j):
    total, (k, step) = sums[0, j], cells
    for _ in range(count):
        total += x[k]
        k += step
    sums[0, j] = total


@inlined
def _add_squares(x, z, a, b, rows, column, cells, count, sums, j):
    total, (k, step) = sums[0, j], cells
    for _ in range(count):
        total += (x[k] - a[column]) * (x[k] - a[column])
        k += step
    sums[0, j] = total


@inlined
def _add_slopes(x, z, a, b, rows, column, cells, count, sums, j):
    total, product, (k, step) = sums[0, j], sums[1, j], cells
    for _ in range(count):
        total += z[k]
        product += z[k] * x[k]
        k += step
    sums[0, j], sums[1, j] = total, product


@inlined
def _add_row_slopes(x, z, a, b, rows, column, cells, count, sums, j):
    total, slope, (k, step), (row, between) = sums[0, j], sums[1, j], cells, rows
    for _ in range(count):
        total += z[k]
        slope += (z[k] * x[k] - z[k] * a[row]) * b[row]
        k += step
        row += between
    sums[0, j], sums[1, j] = total, slope


_sum_numbers = _over_rows("_sum_numbers", _add_numbers, 1)
_sum_squares = _over_rows("_sum_squares", _add_squares, 1)
_sum_slopes = _over_rows("_sum_slopes", _add_slopes, 2)
_sum_row_slopes = _over_rows("_sum_row_slopes", _add_row_slopes, 2)


# Moments of columns


@kernel
def _scale_part(start: int, stop: int, x: Array, inv: Array, shift: Array, y: Array) -> None:
    columns = np.uintp(len(inv))
    height = _height(len(inv))
    for i in range(np.uintp(start * height), np.uintp(min(stop * height, len(x) // len(inv)))):
        row = i * columns
        for j in range(columns):
            y[row + j] = x[row + j] * inv[j] + shift[j]


@kernel
def normalize_columns(
    workers: int, x: Array, factors: Any, epsilon: Any, beta_last: bool, results: Any
) -> None:
    (gamma, beta), (y, m, v) = factors, results
    columns, n = len(m), x.dtype.type(len(x) // len(m))
    m[:] = _sum_numbers(workers, x, x, x, x, columns, 1)[0, :columns] / n
    wide = np.empty(ACCUMULATORS * columns, x.dtype)
    for j in range(wide.size):
        wide[j] = m[j % columns]
    v[:] = _sum_squares(workers, x, x, wide, x, columns, 1)[0, :columns] / n
    inv, shift = np.empty_like(m), np.empty_like(m)
    inverse_roots(v + epsilon, inv)
    for j in range(len(m)):
        inv[j] *= gamma[j]
        shift[j] = beta[j] - m[j] * inv[j]
    parts = ceil_div(len(x) // len(m), _height(len(m)))
    run_parts(workers, _scale_part, parts, (x, inv, shift, y))


@kernel
def _combine_part(
    start: int, stop: int, x: Array, dy: Array, m: Array, factors: Any, order: int, dx: Array
) -> None:
    inv, twice_dv, dm = factors
    columns = np.uintp(len(inv))
    height = _height(len(inv))
    for i in range(np.uintp(start * height), np.uintp(min(stop * height, len(x) // len(inv)))):
        row = i * columns
        for j in range(columns):
            a, b = dy[row + j] * inv[j], twice_dv[j] * (x[row + j] - m[j])
            dx[row + j] = _sum_of(a, b, dm[j], order)


@kernel
def normalize_columns_vjp(
    workers: int,
    cotangents: Any,
    x: Array,
    moments: Any,
    gamma: Array,
    epsilon: Any,
    reciprocal: Any,
    order: int,
    grads: Any,
) -> None:
    # The gradient of gamma is dinv r.
    (dy, dm_later, dv_later), (m, v), (dx, dbeta, dinv, r) = cotangents, moments, grads
    number = x.dtype.type
    n = number(len(x) // len(m))
    sums = _sum_slopes(workers, x, dy, x, x, len(m), 1)
    inv, twice_dv, dm = np.empty_like(m), np.empty_like(m), np.empty_like(m)
    inverse_roots(v + epsilon, r)
    for j in range(len(m)):
        inv[j], dbeta[j] = r[j] * gamma[j], sums[0, j]
        dinv[j] = sums[1, j] - dbeta[j] * m[j]
        dv = number(-0.5) * ((dinv[j] * gamma[j]) * r[j]) * (r[j] * r[j])
        twice_dv[j] = number(2) * _over(dv + dv_later[j], n, reciprocal)
        dm[j] = _over(dm_later[j] - dbeta[j] * inv[j], n, reciprocal)
    parts = ceil_div(len(x) // len(m), _height(len(m)))
    run_parts(workers, _combine_part, parts, (x, dy, m, (inv, twice_dv, dm), order, dx))


# Moments of rows


@kernel
def _rows_part(
    start: int, stop: int, x: Array, factors: Any, epsilon: Any, beta_last: bool, results: Any
) -> None:
    (gamma, beta), (y, m, v) = factors, results
    n, groups = len(x) // len(m), len(gamma) // (len(x) // len(m))
    size, height = np.uintp(n), _height(n)
    s, squares = np.empty(UNROLLED, x.dtype), np.empty(n, x.dtype)
    variances, r = np.empty(height, x.dtype), np.empty(height, x.dtype)
    for part in range(start, stop):
        top, bottom = part * height, min((part + 1) * height, len(m))
        for i in range(top, bottom):
            here = np.uintp(i) * size
            m[i] = sum_leaf(x[here : here + size], s) / x.dtype.type(n)
            for j in range(size):
                squares[j] = (x[here + j] - m[i]) * (x[here + j] - m[i])
            v[i] = sum_leaf(squares, s) / x.dtype.type(n)
            variances[i - top] = v[i] + epsilon
        inverse_roots(variances[: bottom - top], r[: bottom - top])
        for i in range(top, bottom):
            here, of_group = np.uintp(i) * size, np.uintp(i % groups) * size
            for j in range(size):
                inv = r[i - top] * gamma[of_group + j]
                scaled, shift = x[here + j] * inv, m[i] * inv
                if beta_last:
                    y[here + j] = (scaled - shift) + beta[of_group + j]
                else:
                    y[here + j] = scaled + (beta[of_group + j] - shift)


@kernel
def normalize_rows(
    workers: int, x: Array, factors: Any, epsilon: Any, beta_last: bool, results: Any
) -> None:
    rows = len(results[1])
    parts = ceil_div(rows, _height(len(x) // rows))
    run_parts(workers, _rows_part, parts, (x, factors, epsilon, beta_last, results))


@kernel
def _rows_vjp_part(
    start: int,
    stop: int,
    cotangents: Any,
    x: Array,
    m: Array,
    r: Array,
    gamma: Array,
    reciprocal: Any,
    order: int,
    dx: Array,
) -> None:
    dy, dm_later, dv_later = cotangents
    number = x.dtype.type
    n, groups = len(x) // len(m), len(gamma) // (len(x) // len(m))
    size, height = np.uintp(n), _height(n)
    s, slopes, a = np.empty(UNROLLED, x.dtype), np.empty(n, x.dtype), np.empty(n, x.dtype)
    for i in range(start * height, min(stop * height, len(m))):
        here, of_group = np.uintp(i) * size, np.uintp(i % groups) * size
        for j in range(size):
            g, z = gamma[of_group + j], dy[here + j]
            slopes[j] = (z * x[here + j] - z * m[i]) * g
            a[j] = z * (r[i] * g)
        dv = number(-0.5) * (sum_leaf(slopes, s) * r[i]) * (r[i] * r[i])
        twice_dv = number(2) * _over(dv + dv_later[i], number(n), reciprocal)
        dm = _over(dm_later[i] - sum_leaf(a, s), number(n), reciprocal)
        for j in range(size):
            dx[here + j] = _sum_of(a[j], twice_dv * (x[here + j] - m[i]), dm, order)


@kernel
def normalize_rows_vjp(
    workers: int,
    cotangents: Any,
    x: Array,
    moments: Any,
    gamma: Array,
    epsilon: Any,
    reciprocal: Any,
    order: int,
    grads: Any,
) -> None:
    (m, v), (dx, dbeta, dgamma) = moments, grads
    n = len(x) // len(m)
    r = np.empty_like(m)
    inverse_roots(v + epsilon, r)
    parts = ceil_div(len(m), _height(n))
    run_parts(workers, _rows_vjp_part, parts, (cotangents, x, m, r, gamma, reciprocal, order, dx))
    groups = _turns(len(x) // len(gamma)) * (len(gamma) // n)
    sums = _sum_row_slopes(workers, x, cotangents[0], m, r, len(gamma), groups)
    dbeta[:], dgamma[:] = sums[0, : len(gamma)], sums[1, : len(gamma)]
