"""Losses between sets: how little two segmentations overlap."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings
from minikeras.losses.loss import FunctionLoss
from minikeras.types import TensorLike

Axis = int | tuple[int, ...] | list[int] | None


def dice(y_true: TensorLike, y_pred: TensorLike, axis: Axis = None) -> Any:
    """1 − 2 Σ y p / (Σ y + Σ p + ε), sums over ``axis`` (None: everything, one number a batch)."""
    p = ops.convert_to_tensor(y_pred)
    y = ops.cast(y_true, p.dtype)
    both = ops.sum(y * p, axis=axis)
    size = ops.sum(y, axis=axis) + ops.sum(p, axis=axis) + settings.epsilon()
    return 1 - ops.divide(2.0 * both, size)


def tversky(
    y_true: TensorLike,
    y_pred: TensorLike,
    alpha: float = 0.5,
    beta: float = 0.5,
    axis: Axis = None,
) -> Any:
    """1 − Σ y p / (Σ y p + α Σ y (1 − p) + β Σ p (1 − y) + ε), sums over ``axis``
    (Salehi et al., 2017).

    Parity: α weighs what was missed, β what was claimed falsely.
    """
    p = ops.convert_to_tensor(y_pred)
    y = ops.cast(y_true, p.dtype)
    both = ops.sum(y * p, axis=axis)
    missed = ops.sum((1 - p) * y, axis=axis)
    false = ops.sum(p * (1 - y), axis=axis)
    return 1 - ops.divide(both, both + missed * alpha + false * beta + settings.epsilon())


class Dice(FunctionLoss):
    """1 − the Dice coefficient: see `dice`."""

    fn = staticmethod(dice)
    reduction: str | None = "sum_over_batch_size"
    name: str | None = "dice"
    axis: Axis = None


class Tversky(FunctionLoss):
    """1 − the Tversky index: see `tversky`."""

    fn = staticmethod(tversky)
    alpha: float = 0.5
    beta: float = 0.5
    reduction: str | None = "sum_over_batch_size"
    name: str | None = "tversky"
    axis: Axis = None
