"""Pooling over any number of spatial axes.

The primitives are in ``primitives/pool.py``; here padding and layouts are added.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from minikeras import dtypes
from minikeras.ops.conv import Ints
from minikeras.ops.core import tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.pool import max_window, mean_window
from minikeras.ops.windows import from_channels_last, padded, spatial_rank, to_channels_last
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import Sizes, margins_for, per_axis, same_margin, standardize_padding


@operation("ops.nn")
def max_pool(
    inputs: TensorLike,
    pool_size: Ints,
    strides: Ints | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """The largest value of each window, over 1, 2 or 3 spatial axes.

    inputs: (batch, *space, channels), or (batch, channels, *space) with "channels_first".
    ``strides`` is ``pool_size`` unless given; "same" padding adds cells that never win.

    Raises ValueError for ranks, sizes or padding that do not fit, and where no window fits.
    Parity: ties as in ``max_window``.
    """
    x, size, strides, padding = _arguments(inputs, pool_size, strides, padding, data_format)
    kind = dtypes.of(x.dtype)
    lowest = -math.inf if kind.kind == "f" else np.iinfo(kind).min
    x = padded(x, margins_for(x.shape, padding, size, strides, (1,) * len(size)), lowest)
    return from_channels_last(max_window(x, size=size, strides=strides), data_format)


@operation("ops.nn")
def average_pool(
    inputs: TensorLike,
    pool_size: Ints,
    strides: Ints | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """The mean of each window, over 1, 2 or 3 spatial axes.

    Arguments and errors as for ``max_pool``.  Cells added by "same" padding are not counted.
    """
    x, size, strides, padding = _arguments(inputs, pool_size, strides, padding, data_format)
    cells = _cells(x.shape[1:-1], size, strides, padding)
    x = padded(x, margins_for(x.shape, padding, size, strides, (1,) * len(size)))
    y = mean_window(x, tensor(cells, x.dtype), size=size, strides=strides)
    return from_channels_last(y, data_format)


def _arguments(
    inputs: TensorLike, pool_size: Ints, strides: Ints | None, padding: str, data_format: str | None
) -> tuple[TensorLike, Sizes, Sizes, str]:
    x = tensor(inputs)
    rank = spatial_rank(x)
    size = per_axis(pool_size, rank, "pool_size")
    strides = size if strides is None else per_axis(strides, rank, "strides")
    return to_channels_last(x, data_format), size, strides, standardize_padding(padding)


@functools.lru_cache(maxsize=64)
def _cells(space: Shape, size: Sizes, strides: Sizes, padding: str) -> Array:
    """How many cells of the input each window holds; one number if all windows are full."""
    if padding == "valid" or None in space:
        return np.array(float(math.prod(size)))
    cells = np.ones(())
    for n, k, s in zip(space, size, strides):
        low, _ = same_margin(n, k, s, 1)  # type: ignore[arg-type]  # no size is None here
        starts = np.arange(0, n, s) - low
        inside = np.minimum(starts + k, n) - np.maximum(starts, 0)  # type: ignore[arg-type]  # as above
        cells = np.multiply.outer(cells, inside)
    return cells.reshape(1, *cells.shape, 1)
