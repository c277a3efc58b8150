"""How often a prediction is right."""

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
    """1 where y = [p > threshold], else 0."""
    y, p = squeeze_or_expand_to_same_rank(array(y_true), array(y_pred))
    return _hits(np.equal(y, np.greater(p, array(threshold, "float32"))))


def categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where the largest entries of y and p along the last axis are at the same place."""
    y, p = _argmax(y_true), array(y_pred)
    shape = y.shape
    if y.ndim == p.ndim:
        y = np.squeeze(y, -1)
    return _hits(np.equal(y, _argmax(p)).reshape(shape))


def sparse_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """1 where the largest entry of p along the last axis is at place y; y of shape (N, ...) or
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
    """1 where fewer than k scores of p exceed the one at the largest entry of y."""
    p = array(y_pred)
    return sparse_top_k_categorical_accuracy(_argmax(array(y_true, p.dtype)), p, k)


def sparse_top_k_categorical_accuracy(
    y_true: TensorLike, y_pred: TensorLike, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where fewer than k scores of p exceed the one at place y.

    With ``from_sorted_ids`` the rows of p are class numbers in falling order of score: 1 where y is
    among the first k.
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


def _argmax(x: TensorLike) -> Array:
    x = array(x)
    if x.min(initial=np.inf) > 0:  # no NaN, no −0.0: nothing that ops.argmax does otherwise
        return x.argmax(-1).astype("int32")
    return array(ops.argmax(x, axis=-1))


def _hits(x: Array) -> Tensor:
    return Tensor(np.asarray(x).astype(settings.floatx()))


class Accuracy(FunctionMetric):
    """How often labels and predictions are equal: see `accuracy`."""

    fn = staticmethod(accuracy)
    name = "accuracy"
    _direction = "up"


class BinaryAccuracy(FunctionMetric):
    """How often p > threshold tells the label: see `binary_accuracy`."""

    fn = staticmethod(binary_accuracy)
    name: str | None = "binary_accuracy"
    dtype: Any = None
    threshold: float = 0.5
    _direction = "up"


class CategoricalAccuracy(FunctionMetric):
    """How often the largest score is that of the one-hot label: see `categorical_accuracy`."""

    fn = staticmethod(categorical_accuracy)
    name = "categorical_accuracy"
    _direction = "up"


class SparseCategoricalAccuracy(FunctionMetric):
    """How often the largest score is that of the label: see `sparse_categorical_accuracy`."""

    fn = staticmethod(sparse_categorical_accuracy)
    name = "sparse_categorical_accuracy"
    _direction = "up"


class TopKCategoricalAccuracy(FunctionMetric):
    """How often the one-hot label is among the k best: see `top_k_categorical_accuracy`."""

    fn = staticmethod(top_k_categorical_accuracy)
    k: int = 5
    name = "top_k_categorical_accuracy"
    _direction = "up"


class SparseTopKCategoricalAccuracy(FunctionMetric):
    """How often the label is among the k best: see `sparse_top_k_categorical_accuracy`."""

    fn = staticmethod(sparse_top_k_categorical_accuracy)
    k: int = 5
    name: str | None = "sparse_top_k_categorical_accuracy"
    dtype: Any = None
    from_sorted_ids: bool = False
    _direction = "up"

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if not self.from_sorted_ids:
            del config["from_sorted_ids"]
        return config
