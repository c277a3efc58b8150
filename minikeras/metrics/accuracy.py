"""Accuracies: how often predictions are correct."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, settings
from minikeras.autograd import Tensor
from minikeras.losses.loss import squeeze_or_expand_to_same_rank
from minikeras.metrics.metric import array
from minikeras.metrics.reduction import FunctionMetric
from minikeras.types import Array, TensorLike


def accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where y = p, else 0."""
    p = array(y_pred)
    y, p = squeeze_or_expand_to_same_rank(array(y_true, p.dtype), p)
    return _hits(np.equal(y, p))


def binary_accuracy(y_true: TensorLike, y_pred: TensorLike, threshold: float = 0.5) -> Any:
    """1 where y = [p > threshold], else 0.

    threshold: predictions above it are class 1.
    """
    y, p = squeeze_or_expand_to_same_rank(array(y_true), array(y_pred))
    return _hits(np.equal(y, np.greater(p, array(threshold, "float32"))))


def categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where the largest entries of y and p along the last axis have the same index."""
    y, p = _argmax(array(y_true)), array(y_pred)
    shape = y.shape
    if y.ndim == p.ndim:
        y = np.squeeze(y, -1)
    return _hits(np.equal(y, _argmax(p)).reshape(shape))


def sparse_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where the largest entry of p along the last axis has the index y; y of shape (N, ...) or
    (N, ..., 1), and so is the result, without a last axis of size 1.
    """
    p = array(y_pred)
    y = array(y_true, p.dtype)
    shape = y.shape
    if y.ndim == p.ndim and shape[-1] == 1:
        y = np.squeeze(y, -1)
        hits = np.equal(y, _argmax(p).astype(y.dtype)).reshape(shape)
    else:
        hits = np.equal(y, _argmax(p).astype(y.dtype))
    return _hits(np.squeeze(hits, -1) if hits.ndim > 1 and hits.shape[-1] == 1 else hits)


def top_k_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike, k: int = 5) -> Any:
    """1 where fewer than k scores of p exceed the one at the largest entry of y.

    k: how many of the largest scores count.
    """
    p = array(y_pred)
    return sparse_top_k_categorical_accuracy(_argmax(array(y_true, p.dtype)), p, k)


def sparse_top_k_categorical_accuracy(
    y_true: TensorLike, y_pred: TensorLike, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where fewer than k scores of p exceed the one at index y.

    With ``from_sorted_ids`` the result is 1 where y is among the first k of its row.

    k: how many of the largest scores count.
    from_sorted_ids: whether the rows of p are class numbers in order of decreasing score.
    """
    p = array(y_pred)
    y = array(y_true, p.dtype if from_sorted_ids else "int32")
    shape = y.shape
    if p.ndim > 2:
        p = p.reshape(-1, p.shape[-1])
    y = y.reshape(-1) if y.ndim > 1 else y
    if from_sorted_ids:
        hits = np.any(y[:, None] == p[:, :k], axis=1)
    else:
        hits = array(ops.in_top_k(y, p, k=k))
    return _hits(hits.reshape(shape))


def _argmax(x: Array) -> Array:
    if x.min(initial=np.inf) > 0:  # ops.argmax differs only for NaN and −0.0
        return x.argmax(-1).astype("int32")
    return array(ops.argmax(x, axis=-1))


def _hits(x: Array) -> Tensor:
    return Tensor(np.asarray(x).astype(settings.floatx()))


class Accuracy(FunctionMetric, fn=accuracy, direction="up"):
    """How often labels and predictions are equal: see `accuracy`."""


class BinaryAccuracy(FunctionMetric, fn=binary_accuracy, direction="up"):
    """How often p > threshold equals the label: see `binary_accuracy`."""


class CategoricalAccuracy(FunctionMetric, fn=categorical_accuracy, direction="up"):
    """How often the one-hot label has the largest score: see `categorical_accuracy`."""


class SparseCategoricalAccuracy(FunctionMetric, fn=sparse_categorical_accuracy, direction="up"):
    """How often the label has the largest score: see `sparse_categorical_accuracy`."""


class TopKCategoricalAccuracy(FunctionMetric, fn=top_k_categorical_accuracy, direction="up"):
    """How often the one-hot label has one of the k largest: see `top_k_categorical_accuracy`."""

    k: int = 5


class SparseTopKCategoricalAccuracy(
    FunctionMetric, fn=sparse_top_k_categorical_accuracy, direction="up"
):
    """How often the label is among the k largest: see `sparse_top_k_categorical_accuracy`."""

    k: int = 5
    name: str | None = "sparse_top_k_categorical_accuracy"
    dtype: Any = None
    from_sorted_ids: bool = False

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if not self.from_sorted_ids:
            del config["from_sorted_ids"]
        return config
