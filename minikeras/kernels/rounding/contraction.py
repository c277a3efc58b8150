"""A matrix product with indexed reads (an implicit im2col GEMM), summed in TensorFlow's order.

    y[m, o] = Σ_k  x[starts[m] + offsets[k]] · w[k, o]

``x`` is flat.  ``starts[m] = m·K, offsets[k] = k`` is the plain product, ``starts[m] = m,
offsets[k] = k·M`` the one with a transposed left factor.  If ``starts`` says where windows start
and ``offsets`` where their cells lie from there, it is a convolution, and no patches are written.

Each sum is one chain of fused multiply-adds, k ascending, cut into segments whose results are added
in order.  TensorFlow's contraction kernel sums in this order on a CPU (``contraction_cuts.py``), so
float32 results agree to the bit.  OpenBLAS runs several chains and promises no order.

The inner kernel is written in LLVM's vector instructions.  It holds a tile of ROWS x VECTORS in
registers during a whole segment, which LLVM does not achieve from a loop.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from minikeras.kernels.rounding.contraction_cuts import contraction_cuts, sum_of_shards
from minikeras.kernels.rounding.packets import HAS_AVX512, cores, fma
from minikeras.kernels.runtime.compile import inlined, internal_kernel, intrinsic, kernel
from minikeras.kernels.runtime.threads import ceil_div, run_parts, workers_for
from minikeras.types import Array

ROWS = 6
VECTORS = 4 if HAS_AVX512 else 2  # 6 x 4 accumulators, 4 vectors of w and 1 of x fit 32 registers
_INNER_BLOCK = 512  # steps of k, for which rows of x and w stay in the first-level cache
_SQUARE = 16  # rows and columns that stay in the cache between reading and writing


class Reads(NamedTuple):
    """The left factor: row m, step k is x[starts[m] + offsets[k]]."""

    x: Array
    starts: Array
    offsets: Array


class Panel(NamedTuple):
    """``width`` columns of w from c on, which give the columns of y from o on."""

    w: Array
    c: int
    o: int
    width: int


class Segments(NamedTuple):
    """The segments ``first`` to ``last`` of k, of lengths ``cuts``, from k = ``start`` on."""

    cuts: Array
    first: int
    last: int
    start: int


def _tile(height: int, widest: int = VECTORS, neighbours: bool = False) -> Any:
    """The inner kernel: ``height`` rows of y from m on, the columns of a panel.

    widest: how many vectors the columns fill at most.

    ``neighbours``: the rows begin at adjacent elements of x.
    """

    def emit(typing, reads, m, panel, segments, y):
        kinds = (reads, m, panel, segments, y)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            values = {"m": context.cast(builder, args[1], m, types.int64)}
            arrays = {"y": context.make_array(y)(context, builder, args[4])}
            for i in 0, 2, 3:
                fields = cgutils.unpack_tuple(builder, args[i])
                for name, kind, value in zip(kinds[i].fields, kinds[i].types, fields, strict=True):
                    if isinstance(kind, types.Array):
                        arrays[name] = context.make_array(kind)(context, builder, value)
                    else:
                        values[name] = context.cast(builder, value, kind, types.int64)
            integer, lanes = ir.IntType(64), 512 // y.dtype.bitwidth
            last = builder.sdiv(builder.sub(values["width"], integer(1)), integer(lanes))
            for vectors in range(1, widest + 1):
                with builder.if_then(builder.icmp_signed("==", last, integer(vectors - 1))):
                    size = height, vectors
                    _emit(context, builder, y.dtype, size, neighbours, values, arrays)
            return context.get_dummy_value()

        return types.void(*kinds), generate

    @intrinsic(emit)
    def tile(reads, m, panel, segments, y):
        x, starts, offsets = reads
        for i in range(m, m + height):
            for j in range(panel.width):
                total = y[i, panel.o + j] if segments.first > 0 else y.dtype.type(0)
                k = segments.start
                for cut in segments.cuts[segments.first : segments.last]:
                    chain = y.dtype.type(0)
                    for s in range(k, k + cut):
                        chain = fma(x[starts[i] + offsets[s]], panel.w[s, panel.c + j], chain)
                    total, k = total + chain, k + cut
                y[i, panel.o + j] = total

    return tile


def _emit(
    context: Any,
    builder: Any,
    dtype: Any,
    size: tuple[int, int],
    neighbours: bool,
    values: Any,
    arrays: Any,
) -> None:
    """The instructions of a tile of ``size``: rows, vectors."""
    height, vectors = size
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
    bases = [at("x", builder.load(at("starts", n))) for n in numbers[: 1 if neighbours else height]]
    results = [p for number in numbers for p in row_of_vectors("y", number, "o")]
    later = splat(builder.icmp_signed(">", values["first"], integer(0)), flags)
    old = [
        builder.call(load, [p, align, builder.and_(mask, later), zero])
        for p, mask in zip(results, masks * height, strict=True)
    ]

    before = builder.block
    segment, loop, ended, after = map(
        builder.append_basic_block, ("each_segment", "loop", "ended", "after")
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
    offset = builder.load(at("offsets", k))
    cells = [builder.gep(base, [offset]) for base in bases]
    if neighbours:
        cells = [builder.gep(cells[0], [integer(i)]) for i in range(height)]
    chained = []
    for i, cell in enumerate(cells):
        value = splat(builder.load(cell), vector)
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
_tile_of_neighbours = _tile(2 * ROWS, 2, True)  # one address serves all rows


@inlined
def panels_of(w):
    """How many panels the columns of w make, and how wide they are."""
    width = VECTORS * 64 // w.itemsize
    return ceil_div(w.shape[1], width), width


@internal_kernel
def gemm_part(
    start: int, stop: int, reads: Reads, w: Array, cuts: Array, y: Array, height: int
) -> None:
    """Parts of y: blocks of ``height`` rows, each split into panels as wide as the inner kernel."""
    filters, (panels, step), starts = w.shape[1], panels_of(w), reads.starts
    # Rows of w a power of two apart map to the same cache lines, and a block reads w many times.
    pack, most = height >= 48 and panels > 1, max(_INNER_BLOCK, cuts.max())
    packed = np.empty((most if pack else 0, step), w.dtype)
    for part in range(start, stop):
        o, first = part % panels * step, part // panels * height
        width, last = min(step, filters - o), min(first + height, len(starts))
        s, before = 0, 0
        while s < len(cuts):
            t, length = s + 1, cuts[s]
            while t < len(cuts) and length + cuts[t] <= _INNER_BLOCK:
                length += cuts[t]
                t += 1
            weights, column = w[before:], o
            if pack:
                weights, column = packed, 0
                for k in range(length):
                    target, source = packed[k], w[before + k, o : o + width]
                    for i in range(len(source)):
                        target[i] = source[i]
            panel = Panel(weights, column, o, width)  # made once: w may be read-only, unlike packed
            mine = Reads(reads.x, starts, reads.offsets[before:])
            segments, m = Segments(cuts, s, t, 0), first
            while m < last:
                tall = HAS_AVX512 and 2 * width <= step and m + 2 * ROWS <= last
                if tall and starts[m + 2 * ROWS - 1] - starts[m] == 2 * ROWS - 1:
                    _tile_of_neighbours(mine, m, panel, segments, y)
                    m += 2 * ROWS
                elif m + ROWS <= last:
                    _tile_of_six(mine, m, panel, segments, y)
                    m += ROWS
                else:
                    _tile_of_one(mine, m, panel, segments, y)
                    m += 1
            s, before = t, before + length


@kernel
def gemm(
    workers: int, x: Array, starts: Array, offsets: Array, w: Array, cuts: Array, y: Array
) -> None:
    """Write y (M, O) from x flat, starts (M,), offsets (K,), w (K, O), in segments of k."""
    panels, tiles = panels_of(w)[0], ceil_div(len(starts), ROWS)
    most = 16 if w.shape[0] > 64 else 56  # so that a block's rows of x stay in the cache
    height = ROWS * max(1, min(most, tiles * panels // 8))  # at least about eight parts
    count = panels * ceil_div(len(starts), height)
    run_parts(workers, gemm_part, count, (Reads(x, starts, offsets), w, cuts, y, height))


@kernel
def strided_gemm(
    workers: int, a: Array, row: int, inner: int, w: Array, cuts: Array, y: Array
) -> None:
    """The same with x[m, k] at index m · row + k · inner of the flat ``a``."""
    gemm(workers, a, np.arange(len(y)) * row, np.arange(len(w)) * inner, w, cuts, y)


@kernel
def _transpose_part(start: int, stop: int, x: Array, y: Array) -> None:
    rows, columns = x.shape
    for first in range(start * _SQUARE, min(stop * _SQUARE, columns), _SQUARE):
        for i in range(0, rows, _SQUARE):
            for j in range(first, min(first + _SQUARE, columns)):
                target = y[j]
                for k in range(i, min(i + _SQUARE, rows)):
                    target[k] = x[k, j]


@kernel
def _transpose(workers: int, x: Array, y: Array) -> None:
    run_parts(workers, _transpose_part, ceil_div(x.shape[1], _SQUARE), (x, y))


def transposed(x: Array) -> Array:
    """A C-ordered copy of xᵀ, for C-ordered x of two axes."""
    if min(x.shape) < 128:
        return np.ascontiguousarray(x.T)
    y = np.empty(x.shape[::-1], x.dtype)
    _transpose(workers_for(x.size), x, y)
    return y


def indexed_matmul(
    x: Array, starts: Array, offsets: Array, w: Array, gather_cost: float = 0.0
) -> Array:
    """y (M, O) from x flat, starts (M,), offsets (K,), w (K, O), all contiguous floats.

    ``gather_cost``: Eigen's cost of reading one element of x, see ``contraction_cuts``.
    """
    inner, filters = w.shape
    if not (inner and filters and len(starts)):
        return np.zeros((len(starts), filters), w.dtype)
    shards: tuple[tuple[int, ...], ...] = ((inner,),)
    if w.dtype == np.float32:
        shards = contraction_cuts(len(starts), filters, inner, cores(), gather_cost)
    sums, first = [], 0
    for cuts in shards:
        last, y = first + sum(cuts), np.empty((len(starts), filters), w.dtype)
        factors = x, starts, offsets[first:last], w[first:last], np.array(cuts), y
        gemm(workers_for(len(starts) * inner * filters), *factors)
        sums.append(y)
        first = last
    return sum_of_shards(sums)
