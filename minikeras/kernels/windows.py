"""Where windows lie in a flat array: tables for the convolution and pooling kernels."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from minikeras.kernels.runtime.compile import flat, internal_kernel, kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for
from minikeras.types import Array
from minikeras.windows import Margins, Sizes, enlarged


@functools.lru_cache(maxsize=32)
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


@functools.lru_cache(maxsize=64)
def row_starts(shape: Sizes, margins: Margins) -> Array:
    """Where each row of an image (along its last spatial axis) starts in the one with margins."""
    starts, cells = np.zeros(1, np.int64), shape[-1]
    for axis in reversed(range(len(margins))):
        low, high = margins[axis]
        inside = np.arange(shape[axis]) if axis < len(margins) - 1 else np.zeros(1, np.int64)
        starts = np.add.outer((inside + low) * cells, starts).reshape(-1)
        cells *= shape[axis] + low + high
    return starts.astype(np.uintp)


# Cells are numbered without a sign: a signed index might count from the end, and a loop that tests
# for that is not vectorised.


@internal_kernel
def copy_into_padded(x: Array, n: int, rows: Array, padded: Array, start: int, image: int) -> None:
    """Copy image n of x, of ``image`` cells, to ``padded``, where its rows start at ``rows``.

    ``start``: where the image with margins starts.
    """
    length = np.uintp(image // len(rows))
    source = np.uintp(n * image)
    for row in rows:
        target = np.uintp(start) + row
        for i in range(length):
            padded[target + i] = x[source + i]
        source += length


@internal_kernel
def copy_from_padded(padded: Array, rows: Array, x: Array, n: int, image: int) -> None:
    """Copy the image in ``padded`` without its margins to image n of x."""
    length = np.uintp(image // len(rows))
    target = np.uintp(n * image)
    for row in rows:
        for i in range(length):
            x[target + i] = padded[row + i]
        target += length


@kernel
def _pad_part(start: int, stop: int, x: Array, rows: Array, padded: Array, images: int) -> None:
    image, larger = len(x) // images, len(padded) // images
    for n in range(start, stop):
        padded[n * larger : (n + 1) * larger] = 0
        copy_into_padded(x, n, rows, padded, n * larger, image)


@kernel
def _pad(workers: int, x: Array, rows: Array, padded: Array, images: int) -> None:
    run_parts(workers, _pad_part, images, (x, rows, padded, images))


def flat_with_margins(x: Array, margins: Margins) -> Array:
    """x with cells of zero around its spatial axes, flat."""
    if not margins or not x.size:
        return flat(x)
    larger = math.prod(enlarged(x.shape[1:-1], margins)) * x.shape[-1]
    y = np.empty(len(x) * larger, x.dtype)
    _pad(workers_for(x.size), flat(x), row_starts(x.shape[1:], margins), y, len(x))
    return y


def split(x: Array, dilation: Sizes, margins: Margins) -> Array:
    """x with margins, its cells shared out: those with the same remainders become one image.

    Each axis gets as many further cells of zero as make its length a multiple of the dilation.
    """
    rank = len(dilation)
    margins = margins or ((0, 0),) * rank
    space = enlarged(x.shape[1:-1], margins)
    more = [(low, high + -n % d) for (low, high), n, d in zip(margins, space, dilation)]
    x = np.pad(x, ((0, 0), *more, (0, 0)))
    pairs = ((n // d, d) for n, d in zip(x.shape[1:-1], dilation))
    x = x.reshape(len(x), *itertools.chain(*pairs), x.shape[-1])
    parts = x.transpose(*range(2, 2 * rank + 1, 2), 0, *range(1, 2 * rank, 2), 2 * rank + 1)
    return parts.reshape(-1, *parts.shape[rank + 1 :])


def joined(parts: Array, dilation: Sizes, space: Sizes) -> Array:
    """The first cells, ``space``, of the x of which these are the parts."""
    rank, larger = len(dilation), (n * d for n, d in zip(parts.shape[1:-1], dilation))
    x = parts.reshape(*dilation, -1, *parts.shape[1:])
    pairs = ((rank + 1 + axis, axis) for axis in range(rank))
    x = x.transpose(rank, *itertools.chain(*pairs), 2 * rank + 1)
    x = x.reshape(-1, *larger, parts.shape[-1])
    return np.ascontiguousarray(x[(slice(None), *map(slice, space))])
