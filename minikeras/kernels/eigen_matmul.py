"""Products of float32 matrices with the bits that TensorFlow gives on a CPU.

What decides the bits is only how the inner dimension is summed:

- **Matrix times matrix**: the inner dimension is cut into segments; each output element is, for
  each segment, one chain of fused multiply-adds in order, and the segments' results are added.
  `segments` says where Eigen (and oneDNN below it) cut; up to about 320 there is one segment.
- **Matrix times vector** (Eigen's own code, no fused operations): where the matrix is stored along
  the inner dimension, eight partial sums folded together at the end; else one chain.

Source: Eigen, `TensorContractionThreadPool.h`, `GeneralBlockPanelKernel.h`,
`GeneralMatrixVector.h`; TensorFlow, `eigen_contraction_kernel.h`; oneDNN's gemm driver.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from minikeras.kernels.eigen_scalar import PACKET, add_packet_lanes, cores
from minikeras.types import Array

WIDTH = 16 if llvm.get_host_cpu_features().get("avx512f") else 8  # speed only, not bits
ROWS = 4

_CYCLES_PER_BYTE = 11 / 64  # Eigen's cost model: an L2 line of 64 bytes takes 11 cycles
_ONEDNN_BLOCK = 384
_M_UNIT, _N_UNIT = 16, 4  # Eigen's register block under AVX without FMA


def _ceil(a: int, b: int) -> int:
    return -(-a // b)


@functools.cache
def l1_size() -> int:
    """Bytes of the first data cache, which Eigen asks the processor for."""
    try:
        text = Path("/sys/devices/system/cpu/cpu0/cache/index0/size").read_text()
        return int(text.strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return 32 * 1024


def _equal_slices(k: int, longest: int) -> int:
    """Length of nearly equal slices of k, a multiple of 8."""
    return min(k, _ceil(k // max(1, _ceil(k, longest)), 8) * 8)


def _slice_one_thread(k: int, m: int, n: int) -> int:
    if max(k, m, n) < 48:
        return k
    limit = max((l1_size() - 256) // 80 // 8 * 8, 1)
    if k <= limit:
        return k
    rest = k % limit
    length = limit if rest == 0 else limit - 8 * ((limit - 1 - rest) // (8 * (k // limit + 1)))
    return _equal_slices(k, length)


def _cut(k: int, length: int) -> tuple[int, ...]:
    """k in slices of `length`, each again as oneDNN cuts what exceeds its block."""
    cuts = []
    while k > 0:
        part = min(k, length)
        k -= part
        while part > 0:
            block = part
            if part >= 2 * _ONEDNN_BLOCK:
                block = _ONEDNN_BLOCK
            elif part > _ONEDNN_BLOCK:
                block = (part + 1) // 2
            cuts.append(block)
            part -= block
    return tuple(cuts)


def _by_columns(m: int, n: int, threads: int) -> bool:
    per_m, per_n = m // threads, n // threads
    even_m, even_n = m % (threads * _N_UNIT) == 0, n % (threads * _N_UNIT) == 0
    if per_m >= _N_UNIT and (
        per_n < _N_UNIT or (per_n < 4 * _N_UNIT and not even_n and (even_m or m // n >= 6))
    ):
        return False
    return not (per_n < 16 * _N_UNIT and m > n * 32)


def _threads(cost: float, limit: int) -> int:
    return min(limit, max(1, int((cost - 100_000) / 100_000 + 0.9)))


@functools.lru_cache(maxsize=4096)
def segments(rows: int, columns: int, k: int, threads: int) -> tuple[tuple[int, ...], ...]:
    """How the inner dimension k of a (rows, k) by (k, columns) product is cut.

    The outer tuple holds the parts that Eigen gives to different threads, each summed from zero
    into a buffer of its own; the inner ones the segments of each part.
    """
    m, n = columns, rows  # Eigen works on the transposes
    several = _equal_slices(k, min(k, 320))
    speed = 4.0 if several == 1 else 2.0 if m < _N_UNIT or n < _M_UNIT else 1.0
    loads = several / m if _by_columns(m, n, 2) else several / n
    element = several * speed / PACKET + (4 + 4 * loads) * _CYCLES_PER_BYTE
    used = _threads(m * n * element, threads)

    speed = 4.0 if k == 1 else 2.0 if n < _N_UNIT or m < _M_UNIT else 1.0
    total = k * (speed * m * n / PACKET + (4 + 4 * n) * _CYCLES_PER_BYTE)
    joining = m * n * (3 * _CYCLES_PER_BYTE + 1 / PACKET)
    parts, best = 1, total
    for candidate in range(2, threads + 1, 2):
        cost = total / candidate + 100_000 + candidate * (joining + 3000)
        if cost < best:
            parts, best = candidate, cost
    worth = n > 1 and parts >= max(2, used) and k // parts >= 2 * _N_UNIT
    narrow = max(m, n) // used < _N_UNIT
    deep = k // parts > 8 * _N_UNIT and (min(m, n) < 2 * _N_UNIT or parts > used)
    if worth and (narrow or deep):
        block = min(k, max(12 * PACKET, _ceil(_ceil(k, parts), 8) * 8))
        sizes = [min(block, k - start) for start in range(0, k, block)]
        return tuple(_cut(size, _equal_slices(size, min(size, 320))) for size in sizes)
    return (_cut(k, several if used > 1 and n > 1 else _slice_one_thread(k, m, n)),)


def _micro_kernel(rows: int, vectors: int) -> Any:
    """An intrinsic that multiplies `rows` rows of a by `vectors` · WIDTH columns of b.

    Called with (a, i, k0, length, b, p, ldb, out, r, c, accumulate): a at row i and inner
    index k0, b at flat position p with rows `ldb` apart, out at row r and column c.
    The accumulators are named vector registers, which no loop in Python can ask for.
    """
    vector = ir.VectorType(ir.FloatType(), WIDTH)
    byte = ir.IntType(8).as_pointer()
    word = ir.IntType(64)

    @intrinsic
    def kernel(typing: Any, a, i, k0, length, b, p, ldb, out, r, c, accumulate):  # type: ignore
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            A = context.make_array(signature.args[0])(context, builder, args[0])
            B = context.make_array(signature.args[4])(context, builder, args[4])
            O = context.make_array(signature.args[7])(context, builder, args[7])
            _, i, k0, length, _, p, ldb, _, r, c, accumulate = args
            a_row, a_inner = (builder.extract_value(A.strides, d) for d in (0, 1))
            o_row = builder.extract_value(O.strides, 0)
            four = word(4)

            def at(base: Any, *terms: Any) -> Any:
                for term in terms:
                    base = builder.gep(base, [term])
                return base

            def vector_at(address: Any) -> Any:
                return builder.bitcast(address, vector.as_pointer())

            a0 = at(builder.bitcast(A.data, byte), builder.mul(i, a_row), builder.mul(k0, a_inner))
            b0 = at(builder.bitcast(B.data, byte), builder.mul(p, four))
            o0 = at(
                builder.bitcast(O.data, byte), builder.mul(r, o_row), builder.mul(c, four)
            )
            b_row = builder.mul(ldb, four)
            fused = builder.module.declare_intrinsic(
                f"llvm.fma.v{WIDTH}f32", (), ir.FunctionType(vector, [vector] * 3)
            )

            before = builder.block
            loop, after = builder.append_basic_block("k"), builder.append_basic_block("done")
            builder.branch(loop)
            builder.position_at_end(loop)
            step = builder.phi(word)
            step.add_incoming(word(0), before)
            sums = [builder.phi(vector) for _ in range(rows * vectors)]
            for total in sums:
                total.add_incoming(ir.Constant(vector, [0.0] * WIDTH), before)
            a_k = at(a0, builder.mul(step, a_inner))
            b_k = at(b0, builder.mul(step, b_row))
            right = [
                builder.load(vector_at(at(b_k, word(4 * WIDTH * v))), align=4)
                for v in range(vectors)
            ]
            nxt = []
            for row in range(rows):
                address = at(a_k, builder.mul(a_row, word(row)))
                scalar = builder.load(
                    builder.bitcast(address, ir.FloatType().as_pointer()), align=4
                )
                left = builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, word(0))
                left = builder.shuffle_vector(
                    left,
                    ir.Constant(vector, ir.Undefined),
                    ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH),
                )
                for v in range(vectors):
                    nxt.append(builder.call(fused, [left, right[v], sums[row * vectors + v]]))
            following = builder.add(step, word(1))
            step.add_incoming(following, loop)
            for total, value in zip(sums, nxt, strict=True):
                total.add_incoming(value, loop)
            builder.cbranch(builder.icmp_signed("<", following, length), loop, after)
            builder.position_at_end(after)

            adding = builder.icmp_signed("!=", accumulate, word(0))
            with builder.if_else(adding) as (then, otherwise):
                for branch, add in ((then, True), (otherwise, False)):
                    with branch:
                        for row in range(rows):
                            line = at(o0, builder.mul(o_row, word(row)))
                            for v in range(vectors):
                                target = vector_at(at(line, word(4 * WIDTH * v)))
                                value = nxt[row * vectors + v]
                                if add:
                                    value = builder.fadd(builder.load(target, align=4), value)
                                builder.store(value, target, align=4)
            return context.get_dummy_value()

        return types.none(a, *[types.int64] * 3, b, *[types.int64] * 2, out, *[types.int64] * 3), (
            generate
        )

    return kernel


_four_by_two, _four_by_one = _micro_kernel(ROWS, 2), _micro_kernel(ROWS, 1)
_one_by_two, _one_by_one = _micro_kernel(1, 2), _micro_kernel(1, 1)

_strided = types.Array(types.float32, 2, "A")
_dense = types.Array(types.float32, 2, "C")


@njit(
    [(_strided, _strided, types.Array(types.int64, 1, "C"), _dense)],
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _gemm(a, b, cuts, out):  # type: ignore[no-untyped-def]
    """out = a b over tiles of 4 rows by 2 vectors; b is copied tile by tile."""
    M, K = a.shape
    N = b.shape[1]
    tile = 2 * WIDTH
    panel = np.empty(K * tile, np.float32)
    edge = np.empty((ROWS, tile), np.float32)
    for j in range(0, N, tile):
        width = min(tile, N - j)
        ldb = tile if width > WIDTH else WIDTH
        for k in range(K):
            for v in range(width):
                panel[k * ldb + v] = b[k, j + v]
            for v in range(width, ldb):
                panel[k * ldb + v] = 0
        k0 = 0
        for q in range(cuts.size):
            length = cuts[q]
            more = 1 if q > 0 else 0
            i = 0
            while i < M:
                rows = ROWS if i + ROWS <= M else 1
                if width == tile:
                    if rows == ROWS:
                        _four_by_two(a, i, k0, length, panel, k0 * ldb, ldb, out, i, j, more)
                    else:
                        _one_by_two(a, i, k0, length, panel, k0 * ldb, ldb, out, i, j, more)
                elif width == WIDTH:
                    if rows == ROWS:
                        _four_by_one(a, i, k0, length, panel, k0 * ldb, ldb, out, i, j, more)
                    else:
                        _one_by_one(a, i, k0, length, panel, k0 * ldb, ldb, out, i, j, more)
                else:
                    if rows == ROWS:
                        if ldb == tile:
                            _four_by_two(a, i, k0, length, panel, k0 * ldb, ldb, edge, 0, 0, 0)
                        else:
                            _four_by_one(a, i, k0, length, panel, k0 * ldb, ldb, edge, 0, 0, 0)
                    elif ldb == tile:
                        _one_by_two(a, i, k0, length, panel, k0 * ldb, ldb, edge, 0, 0, 0)
                    else:
                        _one_by_one(a, i, k0, length, panel, k0 * ldb, ldb, edge, 0, 0, 0)
                    for r in range(rows):
                        for v in range(width):
                            if more:
                                out[i + r, j + v] += edge[r, v]
                            else:
                                out[i + r, j + v] = edge[r, v]
                i += rows
            k0 += length


@njit(cache=True, nogil=True, error_model="numpy")
def _folded(matrix, vector, halves, out):  # type: ignore[no-untyped-def]
    """out = matrix · vector, the matrix stored by rows: eight sums, folded at the end."""
    rows, inner = matrix.shape
    whole = inner - inner % PACKET
    s = np.empty(PACKET, np.float32)
    for i in range(rows):
        s[:] = 0
        for k in range(0, whole, PACKET):
            for v in range(PACKET):
                s[v] += matrix[i, k + v] * vector[k + v]
        total = add_packet_lanes(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
        k = whole
        if halves and i + 1 == rows and rows % 2 == 1 and inner - whole >= 4:  # an odd last row
            h = matrix[i, k : k + 4] * vector[k : k + 4]
            total += (h[0] + h[2]) + (h[1] + h[3])
            k += 4
        while k < inner:
            total += matrix[i, k] * vector[k]
            k += 1
        out[i] = total


@njit(cache=True, nogil=True, error_model="numpy")
def _chained(matrix, vector, block, out):  # type: ignore[no-untyped-def]
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


def _matrix_vector(matrix: Array, vector: Array, folds: bool, tiny: bool) -> Array:
    """matrix (rows, inner) · vector (inner,); `folds`: the matrix is stored along its rows."""
    rows, inner = matrix.shape
    out = np.empty(rows, np.float32)
    vector = np.ascontiguousarray(vector)
    if folds:
        _folded(np.ascontiguousarray(matrix), vector, not tiny, out)
    else:
        block = inner if inner < 128 or tiny else 16 if rows * 4 < 32_000 else 4
        _chained(np.ascontiguousarray(matrix.T), vector, block, out)
    return out


def matmul(a: Array, b: Array, threads: int | None = None) -> Array:
    """y = a b for two float32 matrices, views and transposes included.

    a: (rows, k)      b: (k, columns)      y: (rows, columns), a new C-ordered array

    How an operand is stored matters for matrix-vector products, as it does in TensorFlow, where
    `transpose_a=True` leaves the data in place: pass `a.T`, not a copy of it.
    """
    rows, k = a.shape
    columns = b.shape[1]
    if rows == 0 or columns == 0 or k == 0:
        return np.zeros((rows, columns), np.float32)
    if k == 1:
        return np.multiply(a, b)
    if rows == 1 or columns == 1:
        # Below 20 Eigen evaluates element by element; whether that folds depends on its types.
        tiny = rows + columns + k < 20 or rows == columns
        if columns == 1:
            folds = a.strides[1] == 4 and not tiny
            return _matrix_vector(a, b[:, 0], folds, tiny).reshape(rows, 1)
        folds = b.strides[0] == 4 and not (tiny and a.strides[0] == 4)
        return _matrix_vector(b.T, a[0], folds, tiny).reshape(1, columns)
    parts = segments(rows, columns, k, cores() if threads is None else threads)
    return gemm(a, b, parts)


def gemm(a: Array, b: Array, parts: tuple[tuple[int, ...], ...]) -> Array:
    """y = a b, the inner dimension summed as `parts` (see `segments`) says."""
    if len(parts) == 1:
        y = np.empty((a.shape[0], b.shape[1]), np.float32)
        _gemm(a, b, _as_array(parts[0]), y)
        return y
    start, sums = 0, []
    for cuts in parts:
        stop = start + sum(cuts)
        y = np.empty((a.shape[0], b.shape[1]), np.float32)
        _gemm(a[:, start:stop], b[start:stop], _as_array(cuts), y)
        sums.append(y)
        start = stop
    return joined(sums)


def joined(sums: list[Array]) -> Array:
    """The sum of the parts' buffers, in the order in which Eigen adds them up."""
    groups = [_join(sums[i : i + 4]) for i in range(0, len(sums), 4)]
    first, rest = groups[0], groups[1:]
    while len(rest) >= 3:
        first, rest = _join([first, *rest[:3]]), rest[3:]
    return functools.reduce(np.add, rest, first)


def _join(buffers: list[Array]) -> Array:
    if len(buffers) == 4:
        return (buffers[0] + buffers[1]) + (buffers[2] + buffers[3])
    return functools.reduce(np.add, buffers)


@functools.lru_cache(maxsize=4096)
def _as_array(cuts: tuple[int, ...]) -> Array:
    return np.array(cuts, np.int64)
