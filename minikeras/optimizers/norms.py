"""Euclidean norms of gradients, for clipping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras.types import Array


def total(x: Array) -> Any:
    """Σ x over all entries, in the order in which TensorFlow adds float32 on one thread.

    Two rows of eight partial sums take every other packet of eight entries; longer arrays are
    split in half at a packet first.

    Parity: arrays that TensorFlow shares between threads are added in another order.
    Source: Eigen, ``TensorReduction.h``, ``InnerMostDimReducer``.
    """
    x = x.reshape(-1)
    if x.dtype != np.float32:
        return x.sum()
    if x.size > 8 * 1024:
        half = -(-(-(-x.size // 2)) // 8) * 8
        return total(x[:half]) + total(x[half:])
    pairs, packets = x.size // 16 * 16, x.size // 8 * 8
    lanes = np.add.reduce(x[:pairs].reshape(-1, 2, 8), axis=0)
    lane = lanes[0] + lanes[1]
    if packets > pairs:
        lane = lane + x[pairs:packets]
    rest = np.float32(0)
    for value in x[packets:]:
        rest = rest + value
    four = lane[:4] + lane[4:]
    return rest + ((four[0] + four[2]) + (four[1] + four[3]))


def norm(g: Array) -> Any:
    """‖g‖ = √Σ g²"""
    return np.sqrt(total(g * g))


def global_norm(gradients: Iterable[Array]) -> Any:
    """√Σ ‖g‖² over all gradients."""
    return np.sqrt(total(np.stack([total(g * g) for g in gradients])))
