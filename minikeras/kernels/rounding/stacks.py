"""Products of two stacks of small matrices, in the order of Eigen's kernels on AVX.

    y[s, i, j] = Σ_k  a[s, i, k] · b[s, k, j]

TensorFlow multiplies large matrices, and a stack of one, by the contraction of `matmul`.  Others go
to Eigen's own matrix product, without fused multiply-adds.  The order depends on the sizes, on the
place of (i, j), and on whether the factors are stored along k:

- fewer than 20 rows, columns and terms together, or a vector: each sum by itself, in packets if
  both factors are stored along k, else one term after the other;
- otherwise blocks of 16, 8 or 4 columns by 4 rows.  Those of 16 add one term after the other, those
  of 8 and 4 the even and the odd terms.  Single columns add eight partial sums.

Source: TensorFlow, `batch_matmul_op_impl.h`; Eigen, `GeneralBlockPanelKernel.h`,
`GeneralMatrixVector.h`, `InnerProduct.h`, `Redux.h`.
"""

from __future__ import annotations

import math

import numpy as np

from minikeras.kernels.rounding import matmul
from minikeras.kernels.rounding.packets import PACKET
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.types import Array

_LARGEST = 128 * 128  # products of more terms go to the contraction
_FEW = 20  # rows + columns + terms, below which Eigen forms each sum by itself
_COLUMNS = 16  # of the largest block
_ROWS = 4  # of a block


def products(a: Array, b: Array) -> Array:
    """y = a b for stacks of float32 matrices, whose leading axes broadcast.

    As in `matmul`, how an operand is stored matters: pass a transposed view, not a copy of it.
    """
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    count, several = math.prod(stack), min(rows, inner, columns) > 1
    y = np.empty((*stack, rows, columns), a.dtype)
    if several and (count == 1 or rows * inner * columns > _LARGEST):
        a, b = (np.broadcast_to(x, (*stack, *x.shape[-2:])) for x in (a, b))
        for s in np.ndindex(stack):
            y[s] = matmul.matmul(a[s], b[s])
    elif y.size:
        along_k = not _is_transposed(a), _is_transposed(b)
        a, b = (np.broadcast_to(x, (*stack, *x.shape[-2:])) for x in (a, b))
        a, b = (np.ascontiguousarray(x).reshape(count, *x.shape[-2:]) for x in (a, b))
        workers = workers_for(y.size * inner)
        _products(workers, a, b, *along_k, y.reshape(count, rows, columns))
    return y


def _is_transposed(x: Array) -> bool:
    """Whether the matrices are stored column by column."""
    return x.shape[-1] > 1 and x.strides[-2] == x.itemsize


@kernel
def _in_order(p: Array, start: int, total: float) -> float:
    for k in range(start, len(p)):
        total += p[k]
    return total


@kernel
def _lanes(p: Array, first: int, packets: int, stride: int, sums: Array) -> None:
    """sums ← every ``stride``-th packet of p, added in order."""
    sums[:] = p[first * PACKET : (first + 1) * PACKET]
    for t in range(first + stride, packets, stride):
        for v in range(PACKET):
            sums[v] += p[t * PACKET + v]


@kernel
def _add_halves(sums: Array) -> float:
    """The sum of a packet: halves are added until one number is left."""
    width = len(sums) // 2
    while width:
        for v in range(width):
            sums[v] += sums[v + width]
        width //= 2
    return sums[0]


@kernel
def _dot(p: Array, chains: int) -> float:
    """Packets go to ``chains`` accumulators in turn, which are added from the last to the first."""
    packets = len(p) // PACKET
    if not packets:
        return _in_order(p, 1, p[0])
    chains = min(chains, packets)
    sums = np.empty((chains, PACKET), p.dtype)
    for c in range(chains):
        _lanes(p, c, packets, chains, sums[c])
    for c in range(chains - 1, 0, -1):
        sums[c - 1] += sums[c]
    return _in_order(p, packets * PACKET, _add_halves(sums[0]))


@kernel
def _dot_of_two(p: Array) -> float:
    """Two accumulators take the packets in turn; the last one of an odd number comes at the end."""
    packets = len(p) // PACKET
    if packets < 2:
        return _dot(p, 1)
    even = packets - packets % 2
    sums = np.empty((2, PACKET), p.dtype)
    for c in range(2):
        _lanes(p, c, even, 2, sums[c])
    sums[0] += sums[1]
    if packets > even:
        sums[0] += p[even * PACKET : packets * PACKET]
    return _in_order(p, packets * PACKET, _add_halves(sums[0]))


@kernel
def _row_times_vector(p: Array, alone: bool) -> float:
    """One accumulator; a row that is ``alone`` adds half a packet of the rest at once."""
    packets = len(p) // PACKET
    total, k = p.dtype.type(0), packets * PACKET
    if packets:
        sums = np.empty(PACKET, p.dtype)
        _lanes(p, 0, packets, 1, sums)
        total = _add_halves(sums)
    if alone and len(p) - k >= PACKET // 2:
        total += _add_halves(p[k : k + PACKET // 2].copy())
        k += PACKET // 2
    return _in_order(p, k, total)


@kernel
def _even_and_odd(p: Array) -> float:
    """Even and odd terms apart, in groups of eight; then the rest in order."""
    whole = len(p) - len(p) % PACKET
    if not whole:
        return _in_order(p, 1, p[0])
    even, odd = p[0], p[1]
    for k in range(2, whole, 2):
        even += p[k]
        odd += p[k + 1]
    return _in_order(p, whole, even + odd)


@kernel
def _eight_sums(p: Array) -> float:
    """Term k goes to sum k mod 8; pairs of sums are added up, and then the rest in pairs."""
    whole, even = len(p) - len(p) % PACKET, len(p) - len(p) % 2
    sums = np.zeros(PACKET, p.dtype)
    for k in range(0, whole, PACKET):
        for v in range(PACKET):
            sums[v] += p[k + v]
    for v in range(2):
        sums[v] = (sums[v] + sums[v + 2]) + (sums[v + 4] + sums[v + 6])
        for k in range(whole + v, even, 2):
            sums[v] += p[k]
    return _in_order(p, even, sums[0] + sums[1])


@kernel
def _sum(p: Array, i: int, j: int, rows: int, columns: int, a_along: bool, b_along: bool) -> float:
    if rows + columns + len(p) < _FEW:
        return _dot_of_two(p) if a_along and b_along else _in_order(p, 1, p[0])
    if rows == 1 and columns == 1:
        return _dot(p, 4) if a_along and b_along else _in_order(p, 1, p[0])
    if columns == 1:
        last = i == rows - 1 and rows % 2 == 1
        return _row_times_vector(p, last) if a_along else _in_order(p, 1, p[0])
    if rows == 1:
        last = j == columns - 1 and columns % 2 == 1
        return _row_times_vector(p, last) if b_along else _in_order(p, 1, p[0])
    if i >= rows - rows % _ROWS or j < columns - columns % _COLUMNS:
        return _in_order(p, 1, p[0])
    return _even_and_odd(p) if j < columns - columns % _ROWS else _eight_sums(p)


@kernel
def _products_part(
    start: int, stop: int, a: Array, b: Array, a_along: bool, b_along: bool, y: Array
) -> None:
    _, rows, columns = y.shape
    p = np.empty(a.shape[2], y.dtype)
    for s in range(start, stop):
        for i in range(rows):
            for j in range(columns):
                for k in range(len(p)):
                    p[k] = a[s, i, k] * b[s, k, j]
                y[s, i, j] = _sum(p, i, j, rows, columns, a_along, b_along) if len(p) else 0


@kernel
def _products(workers: int, a: Array, b: Array, a_along: bool, b_along: bool, y: Array) -> None:
    run_parts(workers, _products_part, len(y), (a, b, a_along, b_along, y))
