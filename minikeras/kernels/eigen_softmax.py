"""Softmax and the crossentropies behind it, float32, with the bits that TensorFlow gives on a CPU.

All act on the last axis. Where TensorFlow walks over the whole array, the elements left over after
the last packet of eight go through the C library; where it sums a row, those left over in the row.

Source: TensorFlow, `softmax_op_functor.h`, `xent_op.h`, `sparse_xent_op.h`.
"""

from __future__ import annotations

import numpy as np

from minikeras.kernels.compiled import kernel
from minikeras.kernels.eigen_math import exp_into, log_into, log_rest, reciprocal
from minikeras.kernels.eigen_reduce import sum_leaf
from minikeras.kernels.eigen_scalar import PACKET, TINY
from minikeras.types import Array

_0 = np.float32(0)
_SOFTMAX_TILE, _DENSE_TILE = 6956, 4508  # from Eigen's cost of the expression; found by bisection


@kernel
def _shift(x, y):  # type: ignore[no-untyped-def]
    """y = x − max x along each row."""
    rows, columns = x.shape
    for i in range(rows):
        top = x[i, 0]
        for j in range(1, columns):
            top = x[i, j] if x[i, j] > top or x[i, j] != x[i, j] else top
        for j in range(columns):
            y[i, j] = x[i, j] - top


@kernel
def _exp_tiles(x, y, target):  # type: ignore[no-untyped-def]
    """y = eˣ, in tiles of as few whole rows as hold `target` numbers: each ends with leftovers."""
    rows, columns = x.shape
    height = (target + columns - 1) // columns
    for i in range(0, rows, height):
        exp_into(x[i : i + height].reshape(-1), y[i : i + height].reshape(-1))


@kernel
def _sum_rows(x, y):  # type: ignore[no-untyped-def]
    s = np.empty(4 * PACKET, np.float32)
    for i in range(x.shape[0]):
        y[i] = sum_leaf(x[i], s)


@kernel
def _sum_exp_rows(x, y):  # type: ignore[no-untyped-def]
    """y = Σ eˣ along each row."""
    rows, columns = x.shape
    s = np.empty(4 * PACKET, np.float32)
    e = np.empty(columns, np.float32)
    for i in range(rows):
        exp_into(x[i], e)
        y[i] = sum_leaf(e, s)


@kernel
def _sparse(labels, shifted, totals, loss, dx):  # type: ignore[no-untyped-def]
    rows, columns = shifted.shape
    exp_into(shifted.reshape(-1), dx.reshape(-1))
    for i in range(rows):
        label = labels[i]
        loss[i] = log_rest(totals[i]) - shifted[i, label]
        for j in range(columns):
            share = dx[i, j] / totals[i]
            share = share if share >= TINY or share != share else _0
            dx[i, j] = share - np.float32(1 if j == label else 0)


@kernel
def _dense(labels, shifted, totals, dx):  # type: ignore[no-untyped-def]
    rows, columns = shifted.shape
    _exp_tiles(shifted, dx, _DENSE_TILE)
    for i in range(rows):
        for j in range(columns):
            share = dx[i, j] / totals[i]
            share = share if share >= TINY or share != share else _0
            dx[i, j] = share - labels[i, j]


@kernel
def _scale_rows(y, factors):  # type: ignore[no-untyped-def]
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            product = y[i, j] * factors[i]
            y[i, j] = product if product >= TINY or product != product else _0


def _matrix(x: Array) -> Array:
    return np.ascontiguousarray(x).reshape(-1, x.shape[-1])


def softmax(x: Array) -> Array:
    """yᵢ = exp(xᵢ − max x) · (1 / Σⱼ exp(xⱼ − max x)) along the last axis."""
    logits = _matrix(x)
    y = np.empty_like(logits)
    totals = np.empty(len(y), np.float32)
    _shift(logits, y)
    _exp_tiles(y, y, _SOFTMAX_TILE)
    _sum_rows(y, totals)
    _scale_rows(y, reciprocal(totals))
    return y.reshape(x.shape)


def log_softmax(x: Array) -> Array:
    """yᵢ = (xᵢ − max x) − log Σⱼ exp(xⱼ − max x) along the last axis."""
    logits = _matrix(x)
    y = np.empty_like(logits)
    totals = np.empty(len(y), np.float32)
    _shift(logits, y)
    _sum_exp_rows(y, totals)
    log_into(totals, totals)
    return (y - totals[:, None]).reshape(x.shape)


def sparse_crossentropy(labels: Array, logits: Array) -> tuple[Array, Array]:
    """The crossentropy of integer labels (n,) and logits (n, classes), and its gradient.

    lossᵢ = log Σⱼ exp sᵢⱼ − s[i, labelᵢ]      dx = exp s / Σ exp s − onehot,  s = x − max x

    The labels must be in range.
    """
    logits = np.ascontiguousarray(logits)
    shifted = np.empty_like(logits)
    totals = np.empty(len(logits), np.float32)
    _shift(logits, shifted)
    _sum_exp_rows(shifted, totals)
    loss, dx = np.empty_like(totals), np.empty_like(shifted)
    _sparse(labels, shifted, totals, loss, dx)
    return loss, dx


def crossentropy(labels: Array, logits: Array) -> tuple[Array, Array]:
    """The crossentropy of label probabilities and logits, both (n, classes), and its gradient.

    lossᵢ = Σⱼ labelᵢⱼ (log Σₖ exp sᵢₖ − sᵢⱼ)      dx = exp s / Σ exp s − label,  s = x − max x
    """
    logits = np.ascontiguousarray(logits)
    shifted = np.empty_like(logits)
    totals = np.empty(len(logits), np.float32)
    _shift(logits, shifted)
    _sum_exp_rows(shifted, totals)
    logs, loss = np.empty_like(totals), np.empty_like(totals)
    log_into(totals, logs)
    _sum_rows(labels * (logs[:, None] - shifted), loss)
    dx = np.empty_like(shifted)
    _dense(labels, shifted, totals, dx)
    return loss, dx
