"""Where TensorFlow cuts the inner dimension of a float32 matrix product on a CPU.

The cuts alone decide the bits of a product.  For each segment of the inner dimension an output
element is one chain of fused multiply-adds in order, and the results of the segments are added.
Up to about 320 there is one segment.  Beyond, Eigen's estimates of cost decide how many threads
work, on what, and in which blocks; oneDNN's kernel cuts its blocks once more.

Source: Eigen, `TensorContractionThreadPool.h`, `GeneralBlockPanelKernel.h`; TensorFlow,
`eigen_contraction_kernel.h`; oneDNN's gemm driver.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from minikeras.kernels.rounding.packets import CYCLES_PER_BYTE, PACKET, threads_for
from minikeras.kernels.runtime.processor import cpuid, vendor
from minikeras.types import Array

_ONEDNN_BLOCK = 384
_L3_GUESS = 2 * 1024 * 1024  # Eigen's, where the processor names no size
_M_UNIT, _N_UNIT = 16, 4  # Eigen's register block under AVX without FMA


def _ceil(a: int, b: int) -> int:
    return -(-a // b)


@functools.cache
def _cache_size(index: int, otherwise: int) -> int:
    """Bytes of a cache as Linux names them; ``otherwise`` Eigen's own guess."""
    try:
        text = Path(f"/sys/devices/system/cpu/cpu0/cache/index{index}/size").read_text()
        return int(text.strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return otherwise


def l1_size() -> int:
    return _cache_size(0, 32 * 1024)


def l3_size() -> int:
    """Bytes of the third-level cache, as Eigen reads them from the processor.

    AMD's processors name the whole cache of a package; Linux counts the part that a core reaches.
    Eigen reads the lower ten bits of their number of 512 KB, which has fourteen.
    """
    if vendor() != "AuthenticAMD":
        return _cache_size(3, _L3_GUESS)
    units = cpuid(0x80000006)[3] >> 18 & 0x3FF
    return units * 512 * 1024 or _L3_GUESS


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


def segments(k: int, length: int, columns: int) -> tuple[int, ...]:
    """k in slices of `length`, each again as oneDNN cuts what exceeds its block.

    It does not cut products with a single column.
    """
    cuts = []
    while k > 0:
        left = min(k, length)
        k -= left
        while left > 0:
            block = left
            if columns == 1:
                pass
            elif left >= 2 * _ONEDNN_BLOCK:
                block = _ONEDNN_BLOCK
            elif left > _ONEDNN_BLOCK:
                block = (left + 1) // 2
            cuts.append(block)
            left -= block
    return tuple(cuts)


def _by_columns(m: int, n: int, threads: int) -> bool:
    per_m, per_n = m // threads, n // threads
    even_m, even_n = m % (threads * _N_UNIT) == 0, n % (threads * _N_UNIT) == 0
    if per_m >= _N_UNIT and (
        per_n < _N_UNIT or (per_n < 4 * _N_UNIT and not even_n and (even_m or m // n >= 6))
    ):
        return False
    return not (per_n < 16 * _N_UNIT and m > n * 32)


@functools.lru_cache(maxsize=4096)
def contraction_cuts(
    rows: int, columns: int, k: int, threads: int, gather_cost: float = 0.0
) -> tuple[tuple[int, ...], ...]:
    """How the inner dimension k of a (rows, k) by (k, columns) product is cut.

    `gather_cost`: Eigen's estimate, in cycles, for computing one element of the left factor.

    The outer tuple holds the shards that Eigen gives to different threads, each summed from zero
    into a buffer of its own; the inner ones the lengths of the segments of each shard.
    """
    m, n = columns, rows  # Eigen works on the transposes
    several = _equal_slices(k, min(k, 320))
    speed = 4.0 if several == 1 else 2.0 if m < _N_UNIT or n < _M_UNIT else 1.0
    loads = several / m if _by_columns(m, n, 2) else several / n
    element = several * (speed / PACKET + gather_cost / m) + (4 + 4 * loads) * CYCLES_PER_BYTE
    used = threads_for(m * n * element, threads)

    speed = 4.0 if k == 1 else 2.0 if n < _N_UNIT or m < _M_UNIT else 1.0
    total = k * (speed * m * n / PACKET + (4 + 4 * n) * CYCLES_PER_BYTE + n * gather_cost)
    joining = m * n * (3 * CYCLES_PER_BYTE + 1 / PACKET)
    shards, best = 1, total
    for candidate in range(2, threads + 1, 2):
        cost = total / candidate + 100_000 + candidate * (joining + 3000)
        if cost < best:
            shards, best = candidate, cost
    worth = n > 1 and shards >= max(2, used) and k // shards >= 2 * _N_UNIT
    narrow = max(m, n) // used < _N_UNIT
    deep = k // shards > 8 * _N_UNIT and (min(m, n) < 2 * _N_UNIT or shards > used)
    if worth and (narrow or deep):
        block = min(k, max(12 * PACKET, _ceil(_ceil(k, shards), 8) * 8))
        sizes = [min(block, k - start) for start in range(0, k, block)]
        return tuple(segments(size, _equal_slices(size, min(size, 320)), m) for size in sizes)
    return (segments(k, several if used > 1 and n > 1 else _slice_one_thread(k, m, n), m),)


def sum_of_shards(sums: list[Array]) -> Array:
    """The sum of the shards' buffers, in the order in which Eigen adds them up."""
    groups = [_join(sums[i : i + 4]) for i in range(0, len(sums), 4)]
    first, rest = groups[0], groups[1:]
    while len(rest) >= 3:
        first, rest = _join([first, *rest[:3]]), rest[3:]
    return functools.reduce(np.add, rest, first)


def _join(buffers: list[Array]) -> Array:
    if len(buffers) == 4:
        return (buffers[0] + buffers[1]) + (buffers[2] + buffers[3])
    return functools.reduce(np.add, buffers)
