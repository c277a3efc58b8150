"""Normalisation of each channel by the moments of the batch.

The reference is in ``ops/primitives/normalization.py``.

The number of rows alone decides how they are split into blocks that fit into the cache.  The
moments of a block are taken about its own mean; then the blocks are merged in order, in float64
(Chan, Golub and LeVeque, 1979).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.kernels.runtime.compile import inlined, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.kernels.windows import flat
from minikeras.types import Array

# Indices are unsigned: LLVM vectorises only loops without a test for negative indices.


@inlined
def _height(columns: int) -> int:
    """Rows of a block."""
    return max(CHUNK // 2 // columns, 1)


@kernel
def _rows(part: int, cells: int, columns: int) -> Any:
    """The rows of a block, as a range."""
    height = _height(columns)
    return range(np.uintp(part * height), np.uintp(min((part + 1) * height, cells // columns)))


@kernel
def _moments_part(start: int, stop: int, x: Array, means: Array, squares: Array) -> None:
    columns = np.uintp(means.shape[1])
    total, square = np.empty(means.shape[1], x.dtype), np.empty(means.shape[1], x.dtype)
    for part in range(start, stop):
        rows = _rows(part, len(x), means.shape[1])
        total[:], square[:] = 0, 0
        for i in rows:
            row = i * columns
            for j in range(columns):
                total[j] += x[row + j]
        count = x.dtype.type(len(rows))
        for j in range(columns):
            total[j] /= count
        for i in rows:
            row = i * columns
            for j in range(columns):
                d = x[row + j] - total[j]
                square[j] += d * d
        for j in range(columns):
            means[part, j], squares[part, j] = total[j], square[j]


@kernel
def _scale_part(start: int, stop: int, x: Array, scale: Array, shift: Array, y: Array) -> None:
    columns = np.uintp(len(scale))
    for part in range(start, stop):
        for i in _rows(part, len(x), len(scale)):
            row = i * columns
            for j in range(columns):
                y[row + j] = x[row + j] * scale[j] + shift[j]


@kernel
def _normalize(
    workers: int, x: Array, gamma: Array, beta: Array, epsilon: float, m: Array, v: Array, y: Array
) -> None:
    columns, rows = len(m), len(x) // len(m)
    height = _height(columns)
    blocks = ceil_div(rows, height)
    means, squares = np.empty((blocks, columns), x.dtype), np.empty((blocks, columns), x.dtype)
    run_parts(workers, _moments_part, blocks, (x, means, squares))
    scale, shift = np.empty_like(m), np.empty_like(m)
    for j in range(columns):
        mean, square = 0.0, 0.0
        for b in range(blocks):
            mean += np.float64(means[b, j]) * (min((b + 1) * height, rows) - b * height)
        mean /= rows
        for b in range(blocks):
            d = means[b, j] - mean
            square += squares[b, j] + d * d * (min((b + 1) * height, rows) - b * height)
        m[j], v[j] = mean, square / rows
        factor = gamma[j] / np.sqrt(square / rows + epsilon)
        scale[j], shift[j] = factor, beta[j] - mean * factor
    run_parts(workers, _scale_part, blocks, (x, scale, shift, y))


def batch_normalize(x: Array, gamma: Array, beta: Array, *, epsilon: float) -> Any:
    y, m, v = np.empty(x.shape, x.dtype), np.empty_like(gamma), np.empty_like(gamma)
    _normalize(
        workers_for(4 * x.size), flat(x), flat(gamma), flat(beta), epsilon, m, v, y.reshape(-1)
    )
    return y, m, v


@kernel
def _products_part(
    start: int, stop: int, dy: Array, x: Array, m: Array, sums: Array, products: Array
) -> None:
    columns = np.uintp(len(m))
    total, product = np.empty(len(m), x.dtype), np.empty(len(m), x.dtype)
    for part in range(start, stop):
        total[:], product[:] = 0, 0
        for i in _rows(part, len(x), len(m)):
            row = i * columns
            for j in range(columns):
                total[j] += dy[row + j]
                product[j] += dy[row + j] * (x[row + j] - m[j])
        for j in range(columns):
            sums[part, j], products[part, j] = total[j], product[j]


@kernel
def _combine_part(
    start: int, stop: int, dy: Array, x: Array, a: Array, b: Array, c: Array, dx: Array
) -> None:
    """dx = a dy + b x + c, for each column."""
    columns = np.uintp(len(a))
    for part in range(start, stop):
        for i in _rows(part, len(x), len(a)):
            row = i * columns
            for j in range(columns):
                dx[row + j] = a[j] * dy[row + j] + (b[j] * x[row + j] + c[j])


@kernel
def _gradients(
    workers: int, cotangents: Any, moments: Any, x: Array, gamma: Array, epsilon: float, grads: Any
) -> None:
    (dy, dm, dv), (m, v), (dx, dgamma, dbeta) = cotangents, moments, grads
    columns, rows = len(m), len(x) // len(m)
    blocks = ceil_div(rows, _height(columns))
    sums, products = np.empty((blocks, columns), x.dtype), np.empty((blocks, columns), x.dtype)
    run_parts(workers, _products_part, blocks, (dy, x, m, sums, products))
    a, b, c = np.empty_like(m), np.empty_like(m), np.empty_like(m)
    for j in range(columns):
        total, product = 0.0, 0.0
        for k in range(blocks):
            total += sums[k, j]
            product += products[k, j]
        inverse = 1 / np.sqrt(np.float64(v[j]) + epsilon)
        dgamma[j], dbeta[j] = product * inverse, total
        scale = gamma[j] * inverse
        slope = (2 * dv[j] - scale * inverse * inverse * product) / rows
        a[j], b[j], c[j] = scale, slope, (dm[j] - scale * total) / rows - slope * m[j]
    run_parts(workers, _combine_part, blocks, (dy, x, a, b, c, dx))


def batch_normalize_vjp(
    dy: Any, y: Any, x: Array, gamma: Array, beta: Array, *, epsilon: float
) -> tuple[Array, Array, Array]:
    dx, dgamma, dbeta = np.empty(x.shape, x.dtype), np.empty_like(gamma), np.empty_like(gamma)
    cotangents, grads = tuple(map(flat, dy)), (dx.reshape(-1), dgamma, dbeta)
    workers = workers_for(4 * x.size)
    _gradients(workers, cotangents, (y[1], y[2]), flat(x), flat(gamma), epsilon, grads)
    return dx, dgamma, dbeta
