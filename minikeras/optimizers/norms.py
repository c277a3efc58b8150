"""Euclidean norms of gradients, for clipping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras.summation import total
from minikeras.types import Array


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
