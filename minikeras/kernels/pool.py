"""The way back from the maximum of each window.  The reference is ``ops/pool.py``."""

from __future__ import annotations

import numpy as np

from minikeras.kernels.compiled import kernel
from minikeras.kernels.windows import Sizes, count, flat, tables
from minikeras.types import Array


def spread_to_winners(dy: Array, x: Array, *, size: Sizes, strides: Sizes) -> Array:
    ones = (1,) * len(size)
    out = count(x.shape[1:-1], size, strides, ones)
    starts, offsets = tables(x.shape, size, out, strides, ones)
    dx = np.zeros(x.shape, x.dtype)
    _spread(flat(dy), flat(x), starts, offsets[:: x.shape[-1]].copy(), dx.reshape(-1), x.shape[-1])
    return dx


@kernel
def _spread(dy: Array, x: Array, starts: Array, offsets: Array, dx: Array, channels: int) -> None:
    """Add dy to the first cell, in row-major order, that holds the maximum of its window."""
    best, winner = np.empty(channels, x.dtype), np.empty(channels, np.int64)
    for m in range(len(starts)):
        start = starts[m]
        best[:] = x[start : start + channels]
        winner[:] = start
        for p in range(1, len(offsets)):
            here = start + offsets[p]
            values = x[here:]
            for c in range(channels):
                if values[c] > best[c] or values[c] != values[c]:  # NaN is the maximum, as in NumPy
                    best[c] = values[c]
                    winner[c] = here
        share = dy[m * channels :]
        for c in range(channels):
            dx[winner[c] + c] += share[c]
