"""A check of derivatives that needs no other framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.autograd.transforms import vjp
from minikeras.types import TensorLike


def check_gradients(
    f: Callable[..., Any],
    *xs: TensorLike,
    seed: int = 0,
    step: float = 1e-6,
    tolerance: float = 1e-6,
) -> None:
    """Compare ``vjp`` with a difference quotient, in float64, along one random direction.

    For random u and v:   ⟨v, (f(x + εu) − f(x − εu)) / 2ε⟩  =  ⟨vjp(v), u⟩.

    Raises AssertionError where the two sides differ by more than ``tolerance`` of their size.
    """
    rng = np.random.default_rng(seed)
    points = [np.asarray(x, "float64") for x in xs]
    us = [rng.standard_normal(x.shape) for x in points]
    y, pullback = vjp(f, *points)
    v = rng.standard_normal(y.shape)
    plus = np.asarray(f(*(x + step * u for x, u in zip(points, us, strict=True))))
    minus = np.asarray(f(*(x - step * u for x, u in zip(points, us, strict=True))))
    left = float(np.sum(v * (plus - minus)) / (2 * step))
    right = float(sum(np.sum(np.asarray(d) * u) for d, u in zip(pullback(v), us, strict=True)))
    if not abs(left - right) <= tolerance * max(1.0, abs(left), abs(right)):
        raise AssertionError(f"gradients of {f}: difference quotient {left}, pullback {right}")
