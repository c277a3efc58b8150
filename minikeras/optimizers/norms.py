"""Euclidean norms of gradients, for clipping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras.types import Array


def total(x: Array) -> Any:
    """Σ x over all entries, in the order in which TensorFlow adds on one thread.

    Four rows of partial sums, as wide as a packet (8 float32, 4 float64), take a packet each
    in turn; long arrays are split in half first.

    Parity: an array that TensorFlow shares out between threads is added in another order.
    Source: Eigen, ``TensorReduction.h``, ``InnerMostDimReducer``.
    """
    x = x.reshape(-1)
    width = 32 // x.itemsize
    if x.size > 1024 * width:
        half = -(-((x.size + 1) // 2) // width) * width
        return total(x[:half]) + total(x[half:])
    fours, packets = x.size // (4 * width) * 4 * width, x.size // width * width
    lanes = np.add.reduce(x[:fours].reshape(-1, 4, width), axis=0)
    lanes = np.add.reduce([*lanes, *x[fours:packets].reshape(-1, width)], axis=0)
    while lanes.size > 1:
        lanes = lanes[: lanes.size // 2] + lanes[lanes.size // 2 :]
    rest = x.dtype.type(0)
    for value in x[packets:]:
        rest = rest + value
    return rest + lanes[0]


def norm(g: Array) -> Any:
    """‖g‖ = √Σ g²"""
    return np.sqrt(total(g * g))


def global_norm(gradients: Iterable[Array]) -> Any:
    """√Σ ‖g‖² over all gradients."""
    return np.sqrt(total(np.stack([total(g * g) for g in gradients])))


def global_scale(norm: Any, limit: float) -> Any:
    """What brings the norm of all gradients together down to ``limit``.

    Parity: an infinite or undefined norm makes every gradient nan.
    """
    return limit * np.minimum(1 / norm, norm.dtype.type(1 / limit)) + (norm - norm)
