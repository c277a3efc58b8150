"""Where windows lie in a flat array: tables shared by the convolution and pooling kernels."""

from __future__ import annotations

import functools
import math

import numpy as np

from minikeras.types import Array

Sizes = tuple[int, ...]


def tables(
    shape: Sizes, size: Sizes, out: Sizes, strides: Sizes, dilation: Sizes
) -> tuple[Array, Array]:
    """Where each window (n, i, j) starts, and where its cells (p, q, c) lie from there."""
    starts, offsets = image_tables(shape[1:], size, out, strides, dilation)
    images = np.arange(shape[0]) * math.prod(shape[1:])
    return np.add.outer(images, starts).reshape(-1), offsets


@functools.lru_cache(maxsize=64)
def image_tables(
    shape: Sizes, size: Sizes, out: Sizes, strides: Sizes, dilation: Sizes
) -> tuple[Array, Array]:
    starts, offsets = np.zeros(1, np.int64), np.arange(shape[-1])
    cells = shape[-1]  # in one step along the axis
    for n, k, count, s, d in reversed([*zip(shape[:-1], size, out, strides, dilation)]):
        starts = np.add.outer(np.arange(count) * (s * cells), starts).reshape(-1)
        offsets = np.add.outer(np.arange(k) * (d * cells), offsets).reshape(-1)
        cells *= n
    return starts, offsets


def flat(x: Array) -> Array:
    return np.ascontiguousarray(x).reshape(-1)


def count(space: Sizes, size: Sizes, strides: Sizes, dilation: Sizes) -> Sizes:
    """How many windows fit along each axis; ValueError where none does."""
    out = tuple(
        (n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(space, size, strides, dilation)
    )
    if min(out) <= 0:
        raise ValueError(
            f"Computed output size would be zero or negative: no window of size {size}, "
            f"dilation {dilation}, fits into the spatial shape {space}"
        )
    return out
