"""What every optimizer can do besides its rule: functions of arrays.

``Optimizer`` says in which order they run, and gives the formulas that ``explain`` prints.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.optimizers.norms import global_norm, global_scale, norm
from minikeras.optimizers.rounding import over
from minikeras.types import Array


def unscale(g: Array, loss_scale_factor: float) -> Array:
    """g / loss_scale_factor"""
    return over(g, loss_scale_factor)


def mean(accumulated: Array, steps: int) -> Array:
    """accumulated / steps"""
    return over(accumulated, steps)


def clip_by_norm(grads: list[Array], limit: float) -> list[Array]:
    """g limit / max(‖g‖, limit) for each gradient"""
    return [g * limit / np.maximum(norm(g), g.dtype.type(limit)) for g in grads]


def clip_by_global_norm(grads: list[Array], limit: float) -> list[Array]:
    """g limit min(1 / ‖all g‖, 1 / limit) for each gradient"""
    scale = global_scale(global_norm(grads), limit)
    return [g * scale for g in grads]


def clip_by_value(grads: list[Array], limit: float) -> list[Array]:
    """min(max(g, −limit), limit) for each gradient"""
    return [np.clip(g, -limit, limit) for g in grads]


def move_average(average: Array, w: Array, momentum: float) -> Any:
    """momentum average + (1 − momentum) w"""
    part = w.dtype.type(momentum)
    return part * average + (1 - part) * w
