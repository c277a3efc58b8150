"""Hinge losses: labels are −1 and 1, and y · p should be at least 1."""

from __future__ import annotations

from typing import Any

from minikeras import ops, tf_function
from minikeras.losses.loss import FunctionLoss, same_dtype
from minikeras.types import TensorLike


def hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean max(1 − y p, 0) over the last axis, labels as `signs` makes them."""
    return ops.mean(_missing_margin(y_true, y_pred), axis=-1)


def squared_hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean max(1 − y p, 0)² over the last axis, labels as `signs` makes them."""
    return ops.mean(ops.square(_missing_margin(y_true, y_pred)), axis=-1)


def categorical_hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """max(max((1 − y) p) − (Σ y p − 1), 0) along the last axis, y one-hot.

    Parity: TensorFlow's graph optimizer subtracts 1 from the sum first.
    """
    y, p = same_dtype(y_true, y_pred)
    right = ops.sum(y * p, axis=-1)
    wrong = ops.max((1.0 - y) * p, axis=-1)
    missing = wrong - (right - 1.0) if tf_function.is_inside() else wrong - right + 1.0
    return ops.maximum(missing, ops.cast(0.0, p.dtype))


def _missing_margin(y_true: TensorLike, y_pred: TensorLike) -> Any:
    y, p = same_dtype(y_true, y_pred)
    return ops.maximum(1.0 - signs(y) * p, 0.0)


def signs(y: Any) -> Any:
    """2y − 1 if every label of the batch is 0 or 1, else the labels as they are.

    Parity: if any label of the batch is another number, no label is mapped.
    """
    binary = ops.all(ops.logical_or(ops.equal(y, 0), ops.equal(y, 1)))
    return ops.where(binary, 2.0 * y - 1.0, y)


class Hinge(FunctionLoss, fn=hinge):
    """max(1 − y p, 0), averaged: see `hinge`."""


class SquaredHinge(FunctionLoss, fn=squared_hinge):
    """max(1 − y p, 0)², averaged: see `squared_hinge`."""


class CategoricalHinge(FunctionLoss, fn=categorical_hinge):
    """The largest score of a wrong class against that of the right one: see `categorical_hinge`."""
