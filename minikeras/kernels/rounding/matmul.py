"""Products of float32 matrices with the bits that TensorFlow gives on a CPU.

- **Matrix times matrix**: chains of fused multiply-adds along the inner dimension, cut as
  `contraction_cuts.py` says, run by the kernel of `contraction.py`.
- **Matrix times vector** (Eigen's own code, without fused operations): eight lanes, added at the
  end, if the matrix is stored along the inner dimension; otherwise one chain.

Known to differ, by rounding only: products whose blocks leave exactly one column or row over
(49, 97, 145 ... columns; 25, 49, 97 ... rows when the inner dimension exceeds 384), which oneDNN
hands to its matrix-vector kernel; (1, k) by (k, 1) with a transposed right factor; and, on
processors without AVX-512, the edges of oneDNN's blocks, where it runs two or four chains.

Source: Eigen, `GeneralMatrixVector.h`, `GeneralMatrixMatrix.h`; TensorFlow,
`batch_matmul_op_impl.h`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from minikeras.kernels.rounding.contraction import strided_gemm, transposed
from minikeras.kernels.rounding.contraction_cuts import contraction_cuts, sum_of_shards
from minikeras.kernels.rounding.packets import PACKET, add_lanes, cores
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import workers_for
from minikeras.types import Array


def matmul(a: Array, b: Array, threads: int | None = None) -> Array:
    """y = a b for two matrices, views and transposes included; in float64 one chain for each sum.

    a: (rows, k)      b: (k, columns)      y: (rows, columns), a new C-ordered array

    How an operand is stored matters for matrix-vector products, as it does in TensorFlow, where
    `transpose_a=True` leaves the data in place: pass `a.T`, not a copy of it.
    """
    rows, k = a.shape
    columns = b.shape[1]
    if rows == 0 or columns == 0 or k == 0:
        return np.zeros((rows, columns), b.dtype)
    if b.dtype == np.float64:
        return product(a, b, (_whole(k),))
    if k == 1:
        return np.multiply(a, b)
    if rows == 1 or columns == 1:
        # Below 20 Eigen computes each element by itself; whether it sums in lanes depends on types.
        tiny = rows + columns + k < 20 or rows == columns
        if columns == 1:
            along_rows = a.strides[1] == 4 and not (tiny and (b.strides[1] == 4 or rows == 1))
            return _matrix_vector(a, b[:, 0], along_rows, tiny).reshape(rows, 1)
        along_rows = b.strides[0] == 4 and not (tiny and a.strides[0] == 4)
        return _matrix_vector(b.T, a[0], along_rows, tiny).reshape(1, columns)
    return product(a, b, _shards(rows, columns, k, cores() if threads is None else threads))


@functools.lru_cache(maxsize=4096)
def _shards(rows: int, columns: int, k: int, threads: int) -> tuple[Array, ...]:
    return tuple(map(np.array, contraction_cuts(rows, columns, k, threads)))


@functools.lru_cache(maxsize=4096)
def _whole(k: int) -> Array:
    return np.array([k])


def product(a: Array, b: Array, shards: Sequence[Array]) -> Array:
    """y = a b, the inner dimension summed as `shards` (see `contraction_cuts`) says."""
    if a.shape[0] < b.shape[0] and not b.flags.c_contiguous:
        # To transpose a and y costs less than to transpose b, and the chains are the same.
        return transposed(_product(b.T, a.T, shards))
    return _product(a, b, shards)


def _product(a: Array, b: Array, shards: Sequence[Array]) -> Array:
    rows, inner = a.shape
    row, step = inner, 1
    if not a.flags.c_contiguous:
        if a.flags.f_contiguous and min(inner, b.shape[1]) >= 256:
            a = transposed(a.T)  # otherwise every step along k reads another page of memory
        elif a.flags.f_contiguous:
            a, row, step = a.T, 1, rows
        else:
            a = np.ascontiguousarray(a)
    if not b.flags.c_contiguous:
        b = transposed(b.T) if b.flags.f_contiguous else np.ascontiguousarray(b)
    x, shape = a.reshape(-1), (rows, b.shape[1])
    workers = workers_for(rows * inner * shape[1])
    if len(shards) == 1:
        y = np.empty(shape, b.dtype)
        strided_gemm(workers, x, row, step, b, shards[0], y)
        return y
    start, sums = 0, []
    for cuts in shards:
        stop = start + int(cuts.sum())
        y = np.empty(shape, b.dtype)
        strided_gemm(workers, x[start * step :], row, step, b[start:stop], cuts, y)
        sums.append(y)
        start = stop
    return sum_of_shards(sums)


@kernel
def _row_dots(matrix, vector, halves, out):
    """out = matrix · vector, the matrix stored by rows: eight lanes, added at the end."""
    rows, inner = matrix.shape
    whole = inner - inner % PACKET
    s = np.empty(PACKET, np.float32)
    for i in range(rows):
        s[:] = 0
        for k in range(0, whole, PACKET):
            for v in range(PACKET):
                s[v] += matrix[i, k + v] * vector[k + v]
        total = add_lanes(s, PACKET)
        k = whole
        if halves and i + 1 == rows and rows % 2 == 1 and inner - whole >= 4:  # an odd last row
            h = matrix[i, k : k + 4] * vector[k : k + 4]
            total += (h[0] + h[2]) + (h[1] + h[3])
            k += 4
        while k < inner:
            total += matrix[i, k] * vector[k]
            k += 1
        out[i] = total


@kernel
def _column_chains(matrix, vector, block, out):
    """out = vector · matrix, the matrix stored by rows: one chain per column and block."""
    inner, columns = matrix.shape
    chain = np.empty(columns, np.float32)
    out[:] = 0
    for start in range(0, inner, block):
        chain[:] = 0
        for k in range(start, min(start + block, inner)):
            for j in range(columns):
                chain[j] += matrix[k, j] * vector[k]
        for j in range(columns):
            out[j] += chain[j]


def column_chains(matrix: Array, vector: Array, block: int) -> Array:
    """matrix (rows, inner) · vector (inner,): a chain for each row and ``block`` columns."""
    out = np.empty(len(matrix), np.float32)
    factors = np.ascontiguousarray(matrix.T), np.ascontiguousarray(vector)
    _column_chains(*factors, block if len(vector) >= 128 else len(vector), out)
    return out


def _matrix_vector(matrix: Array, vector: Array, along_rows: bool, tiny: bool) -> Array:
    """matrix (rows, inner) · vector (inner,); `along_rows`: the matrix is stored along its rows."""
    rows, inner = matrix.shape
    if not along_rows:
        return column_chains(matrix, vector, inner if tiny else 16 if rows * 4 < 32_000 else 4)
    out = np.empty(rows, np.float32)
    _row_dots(np.ascontiguousarray(matrix), np.ascontiguousarray(vector), not tiny, out)
    return out
