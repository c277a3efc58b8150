"""Losses of margins: labels are −1 and 1, and a prediction should clear 1 on the right side."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.losses.loss import FunctionLoss
from minikeras.types import TensorLike


def hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean max(1 − y p, 0) over the last axis, labels as `signs` makes them."""
    p = ops.convert_to_tensor(y_pred)
    y = signs(ops.cast(y_true, p.dtype))
    return ops.mean(ops.maximum(1.0 - y * p, 0.0), axis=-1)


def squared_hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean max(1 − y p, 0)² over the last axis, labels as `signs` makes them."""
    p = ops.convert_to_tensor(y_pred)
    y = signs(ops.cast(y_true, p.dtype))
    return ops.mean(ops.square(ops.maximum(1.0 - y * p, 0.0)), axis=-1)


def categorical_hinge(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """max(max((1 − y) p) − (Σ y p − 1), 0) along the last axis, y one-hot.

    Parity: rounded in the order that the graph optimizer of ``fit`` gives it.
    """
    p = ops.convert_to_tensor(y_pred)
    y = ops.cast(y_true, p.dtype)
    right = ops.sum(y * p, axis=-1)
    wrong = ops.max((1.0 - y) * p, axis=-1)
    return ops.maximum(wrong - (right - 1.0), ops.cast(0.0, p.dtype))


def signs(y: Any) -> Any:
    """2y − 1 if every label of the batch is 0 or 1, else the labels as they are.

    Parity: one other label anywhere in the batch, and no label is mapped.
    """
    binary = ops.all(ops.logical_or(ops.equal(y, 0), ops.equal(y, 1)))
    return ops.where(binary, 2.0 * y - 1.0, y)


class Hinge(FunctionLoss):
    """max(1 − y p, 0), averaged: see `hinge`."""

    fn = staticmethod(hinge)
    name = "hinge"


class SquaredHinge(FunctionLoss):
    """max(1 − y p, 0)², averaged: see `squared_hinge`."""

    fn = staticmethod(squared_hinge)
    name = "squared_hinge"


class CategoricalHinge(FunctionLoss):
    """The best wrong score against the right one: see `categorical_hinge`."""

    fn = staticmethod(categorical_hinge)
    name = "categorical_hinge"
