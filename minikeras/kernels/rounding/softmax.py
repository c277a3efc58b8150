"""Softmax and the crossentropies behind it, float32, with the bits that TensorFlow gives on a CPU.

All act on the last axis.  Eigen evaluates whole packets of eight by its own approximations and the
elements after the last packet by the C library.  Where TensorFlow evaluates the whole array, these
are the last elements of the array; where it sums a row, the last elements of the row.

Source: TensorFlow, `softmax_op_functor.h`, `xent_op.h`, `sparse_xent_op.h`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from minikeras.kernels.rounding.elementwise import exp_into, log_into, log_rest, reciprocal
from minikeras.kernels.rounding.packets import PACKET, TINY
from minikeras.kernels.rounding.sums import sum_leaf
from minikeras.kernels.runtime.compile import internal_kernel, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div, run_parts, workers_for
from minikeras.types import Array

_0 = np.float32(0)
_SOFTMAX_TILE, _DENSE_TILE = 6956, 4508  # from Eigen's cost of the expression; found by bisection


_LANES = 16
_ROWS = 8  # a part begins at a multiple of it, because packets run across rows
_PART = CHUNK // 4  # numbers of a part, at least


@internal_kernel
def _top(x):
    """max x, nan if there is one: the maximum of sixteen lanes."""
    whole, lanes = x.size - x.size % _LANES, x[:_LANES].copy()
    for j in range(_LANES, whole, _LANES):
        packet = x[j : j + _LANES]
        for v in range(_LANES):
            new = packet[v] > lanes[v] or packet[v] != packet[v]
            lanes[v] = packet[v] if new else lanes[v]
    top = lanes[0]
    for v in range(1, _LANES):
        top = lanes[v] if lanes[v] > top or lanes[v] != lanes[v] else top
    for j in range(whole, x.size):
        top = x[j] if x[j] > top or x[j] != x[j] else top
    return top


@njit(inline="always")
def _shift(x, i, y):
    """y = xᵢ − max xᵢ"""
    columns, top = x.shape[1], x[i, 0]
    if columns >= 2 * _LANES:
        top = _top(x[i])
    else:
        for j in range(1, columns):
            top = x[i, j] if x[i, j] > top or x[i, j] != x[i, j] else top
    for j in range(columns):
        y[j] = x[i, j] - top


@njit(inline="always")
def _probability(e, total):
    p = e / total
    return p if p >= TINY or p != p else _0


@internal_kernel
def _rows_of_part(columns):
    return ceil_div(_PART, columns * _ROWS) * _ROWS


@kernel
def _exp_part(start, stop, x, y, totals):
    columns = x.shape[1]
    height = ceil_div(_SOFTMAX_TILE, columns)
    s, shifted = np.empty(4 * PACKET, np.float32), np.empty((height, columns), np.float32)
    for part in range(start, stop):
        tile = slice(part * height, (part + 1) * height)
        logits, e, sums = x[tile], y[tile], totals[tile]
        for i in range(len(e)):
            _shift(logits, i, shifted[i])
        exp_into(shifted[: len(e)].reshape(-1), e.reshape(-1))
        for i in range(len(e)):
            sums[i] = sum_leaf(e[i], s)


@kernel
def _exp(workers, x, y, totals):
    """y = e^(x − max x) in tiles of whole rows; the end of each tile goes through the C library."""
    height = ceil_div(_SOFTMAX_TILE, x.shape[1])
    run_parts(workers, _exp_part, ceil_div(len(x), height), (x, y, totals))


@kernel
def _scale_part(start, stop, y, factors):
    height = _rows_of_part(y.shape[1])
    for part in range(start, stop):
        for i in range(part * height, min((part + 1) * height, len(y))):
            row = y[i]
            for j in range(row.size):
                product = row[j] * factors[i]
                row[j] = product if product >= TINY or product != product else _0


@kernel
def _scale(workers, y, factors):
    height = _rows_of_part(y.shape[1])
    run_parts(workers, _scale_part, ceil_div(len(y), height), (y, factors))


@internal_kernel
def _total(shifted, e, s):
    """Σ e^shifted of one row; e, s: scratch"""
    exp_into(shifted, e)
    return sum_leaf(e, s)


@kernel
def _logs_part(start, stop, x, y, with_labels, labels, loss):
    columns = x.shape[1]
    height = _rows_of_part(columns)
    s, e = np.empty(4 * PACKET, np.float32), np.empty(columns, np.float32)
    totals, own = np.empty(height, np.float32), np.empty((height, columns), np.float32)
    for part in range(start, stop):
        rows = slice(part * height, (part + 1) * height)
        logits = x[rows]
        shifted, count = own if with_labels else y[rows], len(logits)
        for i in range(count):
            _shift(logits, i, shifted[i])
            totals[i] = _total(shifted[i], e, s)
        log_into(totals[:count], totals[:count])
        for i in range(count):
            if with_labels:
                for j in range(columns):
                    e[j] = labels[part * height + i, j] * (totals[i] - shifted[i, j])
                loss[part * height + i] = sum_leaf(e, s)
            else:
                for j in range(columns):
                    shifted[i, j] -= totals[i]


@kernel
def _logs(workers, x, y, with_labels, labels, loss):
    """y = log softmax x; with labels the loss instead."""
    height = _rows_of_part(x.shape[1])
    count = ceil_div(len(x), height)
    run_parts(workers, _logs_part, count, (x, y, with_labels, labels, loss))


@kernel
def _sparse_losses(start, stop, labels, x, loss):
    columns = x.shape[1]
    height = _rows_of_part(columns)
    s = np.empty(4 * PACKET, np.float32)
    shifted, e = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for part in range(start, stop):
        for i in range(part * height, min((part + 1) * height, len(x))):
            _shift(x, i, shifted)
            loss[i] = log_rest(_total(shifted, e, s)) - shifted[labels[i]]


@kernel
def _sparse(workers, labels, x, loss):
    for i in range(len(labels)):
        if labels[i] < 0 or labels[i] >= x.shape[1]:
            return False
    height = _rows_of_part(x.shape[1])
    run_parts(workers, _sparse_losses, ceil_div(len(x), height), (labels, x, loss))
    return True


@internal_kernel
def _exp_and_totals(x, shifted, y, totals):
    """y = e^(x − max x), evaluated over all rows; the totals are those of each row by itself."""
    rows, columns = x.shape
    s, e = np.empty(4 * PACKET, np.float32), np.empty(columns, np.float32)
    for i in range(rows):
        _shift(x, i, shifted[i])
    exp_into(shifted[:rows].reshape(-1), y.reshape(-1))
    for i in range(rows):
        whole = columns % PACKET == 0  # no elements are left over, so both give the same e^x
        totals[i] = sum_leaf(y[i], s) if whole else _total(shifted[i], e, s)


@kernel
def _sparse_slopes(start, stop, labels, x, dy, dx):
    columns = x.shape[1]
    height = _rows_of_part(columns)
    shifted, totals = np.empty((height, columns), np.float32), np.empty(height, np.float32)
    for part in range(start, stop):
        first = part * height
        logits, slopes = x[first : first + height], dx[first : first + height]
        _exp_and_totals(logits, shifted, slopes, totals)
        for i in range(len(slopes)):
            label, slope = labels[first + i], slopes[i]
            for j in range(columns):
                slope[j] = dy[first + i] * (
                    _probability(slope[j], totals[i]) - np.float32(1 if j == label else 0)
                )


@kernel
def _sparse_vjp(workers, labels, x, dy, dx):
    height = _rows_of_part(x.shape[1])
    run_parts(workers, _sparse_slopes, ceil_div(len(x), height), (labels, x, dy, dx))


@kernel
def _dense_slopes(start, stop, labels, x, dy, dx):
    columns = x.shape[1]
    height = ceil_div(_DENSE_TILE, columns)
    shifted, totals = np.empty((height, columns), np.float32), np.empty(height, np.float32)
    for part in range(start, stop):
        first = part * height
        logits, slopes = x[first : first + height], dx[first : first + height]
        _exp_and_totals(logits, shifted, slopes, totals)
        for i in range(len(slopes)):
            slope = slopes[i]
            for j in range(columns):
                slope[j] = dy[first + i] * (
                    _probability(slope[j], totals[i]) - labels[first + i, j]
                )


@kernel
def _dense_vjp(workers, labels, x, dy, dx):
    height = ceil_div(_DENSE_TILE, x.shape[1])
    run_parts(workers, _dense_slopes, ceil_div(len(x), height), (labels, x, dy, dx))


_WORK = 20  # multiply-adds, about, for each number


def _matrix(x: Array) -> Array:
    return np.ascontiguousarray(x).reshape(-1, x.shape[-1])


def softmax(x: Array) -> Array:
    """yᵢ = exp(xᵢ − max x) · (1 / Σⱼ exp(xⱼ − max x)) along the last axis."""
    logits = _matrix(x)
    y = np.empty_like(logits)
    totals = np.empty(len(y), np.float32)
    _exp(workers_for(_WORK * y.size), logits, y, totals)
    _scale(workers_for(y.size), y, reciprocal(totals))
    return y.reshape(x.shape)


def log_softmax(x: Array) -> Array:
    """yᵢ = (xᵢ − max x) − log Σⱼ exp(xⱼ − max x) along the last axis."""
    logits = _matrix(x)
    y = np.empty_like(logits)
    _logs(workers_for(_WORK * y.size), logits, y, False, logits, logits[:, 0])
    return y.reshape(x.shape)


def sparse_crossentropy(labels: Array, logits: Array) -> Array | None:
    """The crossentropy (n,) of integer labels (n,) and logits (n, classes).

    lossᵢ = log Σⱼ exp sᵢⱼ − s[i, labelᵢ],  s = x − max x

    None if a label is out of range.
    """
    logits = np.ascontiguousarray(logits)
    loss = np.empty(len(logits), np.float32)
    return loss if _sparse(workers_for(_WORK * logits.size), labels, logits, loss) else None


def sparse_crossentropy_vjp(dy: Array, labels: Array, logits: Array) -> Array:
    """dx = dy (exp s / Σ exp s − onehot),  s = x − max x; dy: (n,)"""
    logits = np.ascontiguousarray(logits)
    dx = np.empty_like(logits)
    _sparse_vjp(workers_for(_WORK * dx.size), labels, logits, dy, dx)
    return dx


def crossentropy(labels: Array, logits: Array) -> Array:
    """The crossentropy (n,) of label probabilities and logits, both (n, classes).

    lossᵢ = Σⱼ labelᵢⱼ (log Σₖ exp sᵢₖ − sᵢⱼ),  s = x − max x
    """
    logits = np.ascontiguousarray(logits)
    loss = np.empty(len(logits), np.float32)
    _logs(
        workers_for(_WORK * logits.size), logits, logits, True, np.ascontiguousarray(labels), loss
    )
    return loss


def crossentropy_vjp(dy: Array, labels: Array, logits: Array) -> Array:
    """dx = dy (exp s / Σ exp s − label),  s = x − max x; dy: (n,)"""
    logits = np.ascontiguousarray(logits)
    dx = np.empty_like(logits)
    _dense_vjp(workers_for(_WORK * dx.size), np.ascontiguousarray(labels), logits, dy, dx)
    return dx
