"""A matrix product with indexed reads (an implicit im2col GEMM), summed in TensorFlow's order.

    y[m, o] = Σ_k  x[r[m] + s[k]] · w[k, o]

``x`` is flat, ``r`` and ``s`` are tables of offsets.  ``r = m·K, s = k`` is the plain product,
``r = m, s = k·M`` the one with a transposed left factor.  With r = where a window starts and
s = where its cells lie from there, it is a convolution, and no patches are written to memory.

Each sum is one chain of fused multiply-adds, k ascending, cut into segments whose results are added
in order.  TensorFlow's contraction kernel sums in this order on a CPU (``contraction_cuts.py``), so
float32 results agree to the bit.  OpenBLAS runs several chains and promises no order.

The inner kernel is written in LLVM's vector instructions.  It holds a tile of ROWS x 2 vectors in
registers during a whole segment, which LLVM does not achieve from a loop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from minikeras.kernels.rounding.contraction_cuts import contraction_cuts, sum_of_parts
from minikeras.kernels.rounding.packets import HAS_AVX512, cores, fma
from minikeras.kernels.runtime.compile import internal_kernel, intrinsic, kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.types import Array

ROWS = 6  # 6 x 2 accumulators, 2 vectors of w and 1 of x fill the 16 registers of AVX2
VECTORS = 2
_INNER_BLOCK = 512  # steps of k, for which rows of x and w stay in the first-level cache
_BLOCK = 16  # rows and columns that stay in the cache between reading and writing


def _tile(height: int, neighbours: bool = False) -> Any:
    """The inner kernel: ``height`` rows of y from m on, columns o to o + width of a panel.

    It adds the segments ``first`` to ``last`` of k, which starts at ``start``; w has its columns
    from c on.  ``neighbours``: the rows begin at adjacent elements of x.
    """

    def emit(typing, x, rows, m, columns, cuts, first, last, start, w, c, o, y, width):
        kinds = (x, rows, m, columns, cuts, first, last, start, w, c, o, y, width)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            names = ["x", "rows", "m", "columns", "cuts", "first", "last", "start"]
            names += ["w", "c", "o", "y", "width"]
            values = dict(zip(names, args, strict=True))
            arrays = {}
            for name, kind in zip(names, sig.args, strict=True):
                if isinstance(kind, types.Array):
                    arrays[name] = context.make_array(kind)(context, builder, values[name])
                else:
                    values[name] = context.cast(builder, values[name], kind, types.int64)
            real = w.dtype
            wide = builder.icmp_signed(">", values["width"], ir.IntType(64)(512 // real.bitwidth))
            with builder.if_else(wide) as (two_vectors, one_vector):
                for vectors, branch in ((VECTORS, two_vectors), (1, one_vector)):
                    with branch:
                        _emit(context, builder, height, vectors, neighbours, values, arrays, real)
            return context.get_dummy_value()

        return types.void(*kinds), generate

    @intrinsic(emit)
    def tile(x, rows, m, columns, cuts, first, last, start, w, c, o, y, width):
        for i in range(m, m + height):
            for j in range(width):
                total, k = y[i, o + j] if first > 0 else y.dtype.type(0), start
                for cut in cuts[first:last]:
                    chain = y.dtype.type(0)
                    for k in range(k, k + cut):  # noqa: B020  # each cut starts where the last one ended
                        chain = fma(x[rows[i] + columns[k]], w[k, c + j], chain)
                    total, k = total + chain, k + 1
                y[i, o + j] = total

    return tile


def _emit(
    context: Any,
    builder: Any,
    height: int,
    vectors: int,
    neighbours: bool,
    values: Any,
    arrays: Any,
    dtype: Any,
) -> None:
    integer, short = ir.IntType(64), ir.IntType(32)
    scalar = context.get_value_type(dtype)
    lanes = 512 // dtype.bitwidth
    vector, flags = ir.VectorType(scalar, lanes), ir.VectorType(ir.IntType(1), lanes)
    pointer, align = vector.as_pointer(), short(dtype.bitwidth // 8)
    zero = ir.Constant(vector, [0.0] * lanes)
    suffix = f"v{lanes}f{dtype.bitwidth}"

    def declare(name: str, result: Any, *parameters: Any, overload: str = "") -> Any:
        kind = ir.FunctionType(result, parameters)
        name = f"llvm.{name}.{suffix}{overload}"
        return cgutils.get_or_insert_function(builder.module, kind, name)

    # The names of masked loads and stores also carry the pointer's type.
    fma = declare("fma", vector, vector, vector, vector)
    load = declare("masked.load", vector, pointer, short, flags, vector, overload=".p0")
    store = declare("masked.store", ir.VoidType(), vector, pointer, short, flags, overload=".p0")

    def splat(value: Any, kind: Any) -> Any:
        undefined = ir.Constant(kind, ir.Undefined)
        first = builder.insert_element(undefined, value, short(0))
        return builder.shuffle_vector(
            first, undefined, ir.Constant(ir.VectorType(short, lanes), [0] * lanes)
        )

    def at(name: str, index: Any) -> Any:
        return builder.gep(arrays[name].data, [index])

    def row_of_vectors(name: str, row: Any, column: str) -> list[Any]:
        length = builder.extract_value(arrays[name].shape, 1)
        start = builder.add(builder.mul(row, length), values[column])
        return [
            builder.bitcast(at(name, builder.add(start, integer(v * lanes))), pointer)
            for v in range(vectors)
        ]

    def phis(kind: Any) -> list[Any]:
        return [builder.phi(kind) for _ in range(height * vectors)]

    def add_incoming(phi: Any, value: Any, block: Any) -> None:
        for p, v in zip(phi, value, strict=True) if isinstance(phi, list) else [(phi, value)]:
            p.add_incoming(v, block)

    lane = ir.Constant(ir.VectorType(integer, lanes), list(range(lanes)))
    masks = [
        builder.icmp_signed(
            "<", lane, splat(builder.sub(values["width"], integer(v * lanes)), lane.type)
        )
        for v in range(vectors)
    ]
    numbers = [builder.add(values["m"], integer(i)) for i in range(height)]
    bases = [at("x", builder.load(at("rows", n))) for n in numbers[: 1 if neighbours else height]]
    results = [p for number in numbers for p in row_of_vectors("y", number, "o")]
    later = splat(builder.icmp_signed(">", values["first"], integer(0)), flags)
    old = [
        builder.call(load, [p, align, builder.and_(mask, later), zero])
        for p, mask in zip(results, masks * height, strict=True)
    ]

    before = builder.block
    segment, loop, ended, after = map(
        builder.append_basic_block, ("segment", "loop", "ended", "after")
    )
    builder.branch(segment)
    builder.position_at_end(segment)
    number, start, totals = builder.phi(integer), builder.phi(integer), phis(vector)
    stop = builder.add(start, builder.load(at("cuts", number)))
    builder.branch(loop)

    builder.position_at_end(loop)
    k, sums = builder.phi(integer), phis(vector)
    weights = [
        builder.call(load, [p, align, mask, zero])
        for p, mask in zip(row_of_vectors("w", k, "c"), masks, strict=True)
    ]
    column = builder.load(at("columns", k))
    places = [builder.gep(base, [column]) for base in bases]
    if neighbours:
        places = [builder.gep(places[0], [integer(i)]) for i in range(height)]
    chained = []
    for i, place in enumerate(places):
        value = splat(builder.load(place), vector)
        for v in range(vectors):
            chained.append(builder.call(fma, [value, weights[v], sums[i * vectors + v]]))
    next_k = builder.add(k, integer(1))
    builder.cbranch(builder.icmp_signed("<", next_k, stop), loop, ended)

    builder.position_at_end(ended)
    added = [builder.fadd(total, s) for total, s in zip(totals, chained, strict=True)]
    next_number = builder.add(number, integer(1))
    builder.cbranch(builder.icmp_signed("<", next_number, values["last"]), segment, after)

    for phi, initial, following in (
        (number, values["first"], next_number),
        (start, values["start"], stop),
        (totals, old, added),
    ):
        add_incoming(phi, initial, before)
        add_incoming(phi, following, ended)
    for phi, initial, following in ((k, start, next_k), (sums, [zero] * len(sums), chained)):
        add_incoming(phi, initial, segment)
        add_incoming(phi, following, loop)

    builder.position_at_end(after)
    for total, p, mask in zip(added, results, masks * height, strict=True):
        builder.call(store, [total, p, align, mask])


_tile_of_six, _tile_of_one = _tile(ROWS), _tile(1)
_tile_of_neighbours = _tile(2 * ROWS, True)  # one address serves all rows


@internal_kernel
def gemm_part(
    start: int,
    stop: int,
    x: Array,
    rows: Array,
    columns: Array,
    w: Array,
    cuts: Array,
    y: Array,
    height: int,
) -> None:
    """Parts of y: blocks of ``height`` rows, each cut into panels as wide as the inner kernel."""
    inner, filters = w.shape
    step = VECTORS * 64 // w.itemsize
    panels = (filters + step - 1) // step
    # Rows of w a power of two apart map to the same cache lines, and a block reads w many times.
    pack = height >= 48 and inner * filters >= 1 << 18
    packed = np.empty((inner if pack else 0, step), w.dtype)
    for part in range(start, stop):
        o, first = part % panels * step, part // panels * height
        width, last = min(step, filters - o), min(first + height, len(rows))
        factor, c = w, o
        if pack:
            factor, c = packed, 0
            for k in range(inner):
                target, source = packed[k], w[k, o : o + width]
                for i in range(len(source)):
                    target[i] = source[i]
        s, before = 0, 0
        while s < len(cuts):
            t, length = s + 1, cuts[s]
            while t < len(cuts) and length + cuts[t] <= _INNER_BLOCK:
                length += cuts[t]
                t += 1
            m = first
            while m < last:
                tall = HAS_AVX512 and m + 2 * ROWS <= last
                if tall and rows[m + 2 * ROWS - 1] - rows[m] == 2 * ROWS - 1:
                    _tile_of_neighbours(
                        x, rows, m, columns, cuts, s, t, before, factor, c, o, y, width
                    )
                    m += 2 * ROWS
                elif m + ROWS <= last:
                    _tile_of_six(x, rows, m, columns, cuts, s, t, before, factor, c, o, y, width)
                    m += ROWS
                else:
                    _tile_of_one(x, rows, m, columns, cuts, s, t, before, factor, c, o, y, width)
                    m += 1
            s, before = t, before + length


@kernel
def gemm(
    workers: int, x: Array, rows: Array, columns: Array, w: Array, cuts: Array, y: Array
) -> None:
    """Write y (M, O) from x flat, rows (M,), columns (K,), w (K, O); ``cuts``: K's segments."""
    step = VECTORS * 64 // w.itemsize
    panels = (w.shape[1] + step - 1) // step
    tiles = (len(rows) + ROWS - 1) // ROWS
    most = 16 if w.shape[0] > 64 else 56  # so that a block's rows of x stay in the cache
    height = ROWS * max(1, min(most, tiles * panels // 8))  # at least about eight parts
    blocks = (len(rows) + height - 1) // height
    run_parts(workers, gemm_part, panels * blocks, (x, rows, columns, w, cuts, y, height))


@kernel
def strided_gemm(
    workers: int, a: Array, row: int, inner: int, w: Array, cuts: Array, y: Array
) -> None:
    """The same with x[m, k] at index m · row + k · inner of the flat ``a``."""
    rows, columns = np.arange(len(y)) * row, np.arange(len(w)) * inner
    gemm(workers, a, rows, columns, w, cuts, y)


@kernel
def _transpose_part(start: int, stop: int, x: Array, y: Array) -> None:
    rows, columns = x.shape
    for first in range(start * _BLOCK, min(stop * _BLOCK, columns), _BLOCK):
        for i in range(0, rows, _BLOCK):
            for j in range(first, min(first + _BLOCK, columns)):
                line = y[j]
                for k in range(i, min(i + _BLOCK, rows)):
                    line[k] = x[k, j]


@kernel
def _transpose(workers: int, x: Array, y: Array) -> None:
    run_parts(workers, _transpose_part, (x.shape[1] + _BLOCK - 1) // _BLOCK, (x, y))


def transposed(x: Array) -> Array:
    """A C-ordered copy of xᵀ, for C-ordered x of two axes."""
    if min(x.shape) < 128:
        return np.ascontiguousarray(x.T)
    y = np.empty(x.shape[::-1], x.dtype)
    _transpose(workers_for(x.size), x, y)
    return y


def indexed_matmul(
    x: Array, rows: Array, columns: Array, w: Array, gather_cost: float = 0.0
) -> Array:
    """y (M, O) from x flat, rows (M,), columns (K,), w (K, O), all contiguous floats.

    ``gather_cost``: Eigen's cost of reading one element of x, see ``contraction_cuts``.
    """
    inner, filters = w.shape
    if not (inner and filters and len(rows)):
        return np.zeros((len(rows), filters), w.dtype)
    parts: tuple[tuple[int, ...], ...] = ((inner,),)
    if w.dtype == np.float32:
        parts = contraction_cuts(len(rows), filters, inner, cores(), gather_cost)
    sums, start = [], 0
    for cuts in parts:
        stop, y = start + sum(cuts), np.empty((len(rows), filters), w.dtype)
        factors = x, rows, columns[start:stop], w[start:stop], np.array(cuts), y
        gemm(workers_for(len(rows) * inner * filters), *factors)
        sums.append(y)
        start = stop
    return sums[0] if len(sums) == 1 else sum_of_parts(sums)
