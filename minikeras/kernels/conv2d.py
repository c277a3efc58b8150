"""How TensorFlow computes float32 convolutions over one or two axes, where it matters for the bits.

The gradient of the kernel is a product of patches and dy, of as many images at once as fit into
30 MB.  The gradient of the input is a product for each image: Eigen's, on all threads, for a single
image or large ones; else oneDNN's.  Products with a single row or column have kernels of their own.
Sources: TensorFlow, ``conv_grad_filter_ops.cc``, ``conv_grad_input_ops.h``; Eigen,
``TensorContraction.h`` (``evalGemv``); oneDNN's gemm driver.
"""

from __future__ import annotations

import numpy as np

from minikeras.kernels.rounding.contraction_cuts import contraction_cuts, segments
from minikeras.kernels.rounding.matmul import column_chains
from minikeras.kernels.rounding.matrix_vector import add_products, dots, indexed_matvec
from minikeras.kernels.rounding.packets import HAS_AVX512, add_lanes, cores, fma
from minikeras.kernels.runtime.compile import internal_kernel, kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.types import Array
from minikeras.windows import Sizes

_ALL_IMAGES, _LARGE = (30 << 20) // 4, (256 << 10) // 4  # numbers: of patches, of a thread's work


def applies(x: Array, size: Sizes) -> bool:
    return x.dtype == np.float32 and len(size) <= 2 and x.size > 0


def _work(windows: int, cells: int, filters: int) -> int:
    """How many numbers the product of an image reads and writes; cells: of a window."""
    return windows * cells + windows * filters + cells * filters


def images_at_once(windows: int, cells: int, filters: int) -> int:
    """Of how many images the gradient of the kernel is one product."""
    return -(-_ALL_IMAGES // _work(windows, cells, filters))


def _is_eigens(images: int, windows: int, cells: int, filters: int) -> bool:
    return images == 1 or _work(windows, cells, filters) // cores() >= _LARGE


def vector_product(vector: Array, matrix: Array) -> Array:
    """vector (K,) · matrix (K, columns)."""
    return column_chains(matrix.T, vector, 16 if matrix.shape[1] * 4 < 32_000 else 4)


def cuts_of_windows(dy: Array, w: Array, images: int) -> tuple[int, ...]:
    """The segments of dy (images · windows, filters) · wᵀ (cells, filters)."""
    windows, (cells, filters) = len(dy) // images, w.shape
    if dy.dtype != np.float32:
        return (filters,)
    if _is_eigens(images, windows, cells, filters):
        return contraction_cuts(windows, cells, filters, cores())[0]
    return segments(filters, filters, cells)


def products_of_windows(dy: Array, w: Array, images: int) -> Array | None:
    """dy (images · windows, filters) · wᵀ (cells, filters), if not by the usual kernel; else None.

    Parity: for 2 to 15 windows oneDNN's kernel for AVX-512 takes dot products in 16 lanes.
    """
    windows, (cells, filters) = len(dy) // images, w.shape
    if _is_eigens(images, windows, cells, filters):
        if windows == 1:
            return np.stack([column_chains(w, row, 16) for row in dy])
        if cells == 1:
            inner, cuts = np.arange(filters), contraction_cuts(windows, 1, filters, cores())
            rows = np.arange(len(dy)) * filters
            return indexed_matvec(dy.reshape(-1), rows, inner, w[0], cuts)[:, None]
        return None
    if HAS_AVX512 and 1 < windows < 16:
        products = np.empty((len(dy), cells), dy.dtype)
        _dots(workers_for(dy.size * cells), dy, w, products)
        return products
    return dots(dy, w) if 1 in (windows, cells) else None


@kernel
def _dots_part(start: int, stop: int, dy: Array, w: Array, products: Array) -> None:
    cells, filters = w.shape
    x, factor, whole = dy.reshape(-1), w.reshape(-1), filters // 16 * 16
    lanes = np.empty(16 * 8, np.float32)
    for m in range(start, stop):
        for first in range(0, cells, 8):
            lanes[:] = 0
            height = min(8, cells - first)
            for o in range(0, whole, 8):
                for r in range(height):
                    here = (first + r) * filters + o
                    add_products(x, m * filters + o, factor, here, lanes, 16 * r + o % 16)
            for r in range(height):
                mine = lanes[16 * r : 16 * r + 16]
                for v in range(filters - whole):
                    mine[v] = fma(dy[m, whole + v], w[first + r, whole + v], mine[v])
                products[m, first + r] = add_lanes(mine, 16)


@kernel
def _dots(workers: int, dy: Array, w: Array, products: Array) -> None:
    run_parts(workers, _dots_part, len(dy), (dy, w, products))


@internal_kernel
def add_window(product: Array, m: int, start: int, offsets: Array, run: int, dx: Array) -> None:
    """Add row m of the product to its window; every ``run`` cells of a window are neighbours."""
    length = np.uintp(run)
    row = np.uintp(m * len(offsets))
    for k in range(0, len(offsets), run):
        here = np.uintp(start) + offsets[k]
        for t in range(length):
            dx[here + t] += product[row + t]
        row += length


@kernel
def add_windows(products: Array, starts: Array, offsets: Array, run: int, dx: Array) -> None:
    """Add each row of the products to its window."""
    for m in range(len(starts)):
        add_window(products.reshape(-1), m, starts[m], offsets, run, dx)
