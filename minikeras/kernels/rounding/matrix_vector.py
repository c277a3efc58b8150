"""Convolutions with a single filter: sums in the order of oneDNN's matrix-vector kernel.

    y[m] = Σ_k  x[starts[m] + offsets[k]] · w[k]

A segment of k is a run of whole sixteens, then runs of 8, 4, 2 and 1, as far as they fit.  A run
goes through eight chains of fused multiply-adds (fewer if it is shorter), the lanes are added, and
so are the runs, in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from minikeras.kernels.rounding.contraction_cuts import sum_of_shards
from minikeras.kernels.rounding.packets import fma
from minikeras.kernels.runtime.compile import intrinsic, kernel
from minikeras.kernels.runtime.threads import ceil_div, run_parts, workers_for
from minikeras.types import Array

_ROWS_AT_ONCE = 8  # windows that are summed in one loop
_PART_ROWS = 32 * _ROWS_AT_ONCE  # rows of a part


def _eight(spread: bool) -> Any:
    """a[t:t+8] += x[i:i+8] · w[k:k+8], fused; with ``spread``, w[k] in place of w[k:k+8]."""

    def emit(typing: Any, x: Any, i: Any, w: Any, k: Any, a: Any, t: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            scalar = context.get_value_type(x.dtype)
            vector, align = ir.VectorType(scalar, 8), x.dtype.bitwidth // 8

            def at(kind: Any, array: Any, index: Any) -> Any:
                data = context.make_array(kind)(context, builder, array).data
                return builder.gep(data, [index])

            def eight(pointer: Any) -> Any:
                return builder.bitcast(pointer, vector.as_pointer())

            cells = builder.load(eight(at(x, args[0], args[1])), align=align)
            factor = at(w, args[2], args[3])
            if spread:
                undefined = ir.Constant(vector, ir.Undefined)
                number = ir.IntType(32)
                first = builder.insert_element(undefined, builder.load(factor), number(0))
                same = ir.Constant(ir.VectorType(number, 8), [0] * 8)
                factors = builder.shuffle_vector(first, undefined, same)
            else:
                factors = builder.load(eight(factor), align=align)
            target = eight(at(a, args[4], args[5]))
            kind = ir.FunctionType(vector, [vector] * 3)
            name = f"llvm.fma.v8f{x.dtype.bitwidth}"
            fused = cgutils.get_or_insert_function(builder.module, kind, name)
            total = builder.call(fused, [cells, factors, builder.load(target, align=align)])
            builder.store(total, target, align=align)
            return context.get_dummy_value()

        return types.none(x, types.int64, w, types.int64, a, types.int64), generate

    @intrinsic(emit)
    def add(x: Array, i: int, w: Array, k: int, a: Array, t: int) -> None:
        for v in range(8):
            a[t + v] = fma(x[i + v], w[k if spread else k + v], a[t + v])

    return add


add_products, _add_multiple = _eight(False), _eight(True)


@kernel
def _add_pairs(a: Array, v: int, step: int) -> Any:
    """The sum of eight numbers, ``step`` apart: neighbours first."""
    b0, b1 = a[v] + a[v + step], a[v + 2 * step] + a[v + 3 * step]
    b2, b3 = a[v + 4 * step] + a[v + 5 * step], a[v + 6 * step] + a[v + 7 * step]
    return (b0 + b2) + (b1 + b3)


@kernel
def _by_rows_part(
    start: int, stop: int, x: Array, starts: Array, offsets: Array, w: Array, runs: Array, y: Array
) -> None:
    """A part is some rows, each summed in eight lanes."""
    a = np.empty(8 * _ROWS_AT_ONCE, w.dtype)
    for first in range(start * _PART_ROWS, min(stop * _PART_ROWS, len(starts)), _ROWS_AT_ONCE):
        height = min(_ROWS_AT_ONCE, len(starts) - first)
        y[first : first + height] = 0
        k = 0
        for run in runs:
            lanes, end = min(run, 8), k + run
            a[:] = 0
            while k < end:
                if lanes == 8 and offsets[k + 7] == offsets[k] + 7:
                    for r in range(height):
                        add_products(x, starts[first + r] + offsets[k], w, k, a, 8 * r)
                else:
                    for r in range(height):
                        for v in range(lanes):
                            cell = x[starts[first + r] + offsets[k + v]]
                            a[8 * r + v] = fma(cell, w[k + v], a[8 * r + v])
                k += lanes
            for r in range(height):
                y[first + r] += _add_pairs(a, 8 * r, 1)


@kernel
def _by_rows(
    workers: int, x: Array, starts: Array, offsets: Array, w: Array, runs: Array, y: Array
) -> None:
    run_parts(
        workers, _by_rows_part, ceil_div(len(starts), _PART_ROWS), (x, starts, offsets, w, runs, y)
    )


@kernel
def _by_runs_part(
    start: int,
    stop: int,
    x: Array,
    starts: Array,
    offsets: Array,
    w: Array,
    ends: Array,
    sums: Array,
) -> None:
    """A part is one run of k, for all rows.  Most rows read adjacent elements of x."""
    height = len(starts)
    whole = 0  # rows in groups of eight that start at adjacent elements
    while whole + 8 <= height and starts[whole + 7] == starts[whole] + 7:
        whole += 8
    a = np.empty(8 * height, w.dtype)
    for part in range(start, stop):
        k, end = ends[part - 1] if part else 0, ends[part]
        lanes = min(end - k, 8)
        a[:] = 0
        while k < end:
            for v in range(lanes):
                for m in range(0, whole, 8):
                    _add_multiple(x, starts[m] + offsets[k + v], w, k + v, a, v * height + m)
                for m in range(whole, height):
                    cell = x[starts[m] + offsets[k + v]]
                    a[v * height + m] = fma(cell, w[k + v], a[v * height + m])
            k += lanes
        for m in range(height):
            sums[part, m] = _add_pairs(a, m, height)


@kernel
def _by_runs(
    workers: int, x: Array, starts: Array, offsets: Array, w: Array, ends: Array, sums: Array
) -> None:
    run_parts(workers, _by_runs_part, len(ends), (x, starts, offsets, w, ends, sums))


@kernel
def _dots_part(start: int, stop: int, a: Array, b: Array, runs: Array, y: Array) -> None:
    columns = np.arange(b.shape[1])
    starts, parts = np.arange(len(b)) * b.shape[1], ceil_div(len(b), _PART_ROWS)
    for i in range(start, stop):
        _by_rows_part(0, parts, b.reshape(-1), starts, columns, a[i], runs, y[i])


@kernel
def _dots(workers: int, a: Array, b: Array, runs: Array, y: Array) -> None:
    run_parts(workers, _dots_part, len(a), (a, b, runs, y))


def dots(a: Array, b: Array) -> Array:
    """y = a bᵀ, each element by itself in one segment: a (M, K), b (N, K), y (M, N)."""
    y = np.empty((len(a), len(b)), a.dtype)
    _dots(workers_for(a.size * len(b)), a, b, np.array([*_runs([a.shape[1]])]), y)
    return y


def _runs(cuts: Iterable[int]) -> Iterator[int]:
    for cut in cuts:
        yield from (run for run in (cut // 16 * 16, *(cut & n for n in (8, 4, 2, 1))) if run)


def indexed_matvec(
    x: Array, starts: Array, offsets: Array, w: Array, shards: tuple[tuple[int, ...], ...]
) -> Array:
    """y (M,) from x flat, starts (M,), offsets (K,), w (K,): see ``indexed_matmul``.

    ``shards``: the segments of k, as from ``contraction_cuts``.
    """
    sums, first = [], 0
    for cuts in shards:
        last, runs = first + sum(cuts), np.array([*_runs(cuts)])
        factors = x, starts, offsets[first:last], w[first:last]
        workers = workers_for(len(starts) * (last - first))
        if len(starts) > len(offsets):
            sums.append(np.empty(len(starts), w.dtype))
            _by_rows(workers, *factors, runs, sums[-1])
        else:
            parts = np.empty((len(runs), len(starts)), w.dtype)
            _by_runs(workers, *factors, runs.cumsum(), parts)
            sums.append(np.add.accumulate(parts)[-1])  # in order
        first = last
    return sum_of_shards(sums)
