"""Euclidean norms of gradients, for clipping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from minikeras.autograd import IndexedSlices
from minikeras.summation import total
from minikeras.types import Array

Gradient: TypeAlias = Array | IndexedSlices


def norm(g: Gradient) -> Any:
    """‖g‖ = √Σ g²"""
    squares = g * g
    return np.sqrt(total(squares._values if isinstance(squares, IndexedSlices) else squares))


def global_norm(gradients: Iterable[Gradient]) -> Any:
    """√Σ ‖g‖² over all gradients."""
    return np.sqrt(total(np.stack([total(np.asarray(g * g)) for g in gradients])))


def global_scale(norm: Any, limit: float) -> Any:
    """What brings the norm of all gradients together down to ``limit``.

    Parity: an infinite or undefined norm makes every gradient nan.
    """
    return limit * np.minimum(1 / norm, norm.dtype.type(1 / limit)) + (norm - norm)
