"""Losses between sets: 1 minus a measure of the overlap of two segmentations."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings, tf_function
from minikeras.losses.loss import FunctionLoss, same_dtype
from minikeras.types import TensorLike

Axis = int | tuple[int, ...] | list[int] | None


def dice(y_true: TensorLike, y_pred: TensorLike, axis: Axis = None) -> Any:
    """1 − 2 Σ y p / (Σ y + Σ p + ε), sums over ``axis`` (None: all).

    axis: the axes over which sums are taken; all by default.
    """
    y, p = same_dtype(y_true, y_pred)
    both = ops.sum(y * p, axis=axis)
    y_size, p_size, epsilon = ops.sum(y, axis=axis), ops.sum(p, axis=axis), settings.epsilon()
    size = y_size + (p_size + epsilon) if _of_unknown_size(both) else y_size + p_size + epsilon
    return 1 - ops.divide(2.0 * both, size)


def tversky(
    y_true: TensorLike, y_pred: TensorLike, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None
) -> Any:
    """1 − Σ y p / (Σ y p + α Σ y (1 − p) + β Σ p (1 − y) + ε), sums over ``axis``
    (Salehi et al., 2017).

    alpha: α, the weight of false negatives.
    beta: β, the weight of false positives.
    axis: the axes over which sums are taken; all by default.

    Parity: α weighs the false negatives, β the false positives.
    """
    y, p = same_dtype(y_true, y_pred)
    both = ops.sum(y * p, axis=axis)
    missed = ops.sum((1 - p) * y, axis=axis)
    false = ops.sum(p * (1 - y), axis=axis)
    a, b, epsilon = missed * alpha, false * beta, settings.epsilon()
    if _of_unknown_size(both):
        size = (both + a) + (b + epsilon)
    elif tf_function.is_inside() and not both.shape:
        size = a + epsilon + both + b  # AddN begins with the first whose memory it may reuse
    else:
        size = both + a + b + epsilon
    return 1 - ops.divide(both, size)


def _of_unknown_size(sums: Any) -> bool:
    """Whether TensorFlow's graph optimizer, which reorders sums, does not know the shape."""
    return bool(sums.shape) and not tf_function.knows_batch_size()


class Dice(FunctionLoss, fn=dice):
    """1 − the Dice coefficient: see `dice`."""

    reduction: str | None = "sum_over_batch_size"
    name: str | None = "dice"
    axis: Axis = None


class Tversky(FunctionLoss, fn=tversky):
    """1 − the Tversky index: see `tversky`."""

    alpha: float = 0.5
    beta: float = 0.5
    reduction: str | None = "sum_over_batch_size"
    name: str | None = "tversky"
    axis: Axis = None
