"""Intersection over union of predicted and true classes, from their confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops, settings
from minikeras.metrics.metric import DeclaredMetric, array
from minikeras.types import Array, TensorLike


class IoU(DeclaredMetric):
    """mean over ``target_class_ids`` of tp / (tp + fp + fn).

    Classes that never occur do not enter the mean.  Labels outside [0, num_classes) are ignored.

    num_classes: the number of classes.
    target_class_ids: the classes over which the mean is taken.
    ignore_class: a label that is ignored as well.
    sparse_y_true, sparse_y_pred: whether these are class numbers; otherwise scores along ``axis``.
    axis: the axis of the scores.

    Raises ValueError for a target outside [0, num_classes).
    Parity: the matrix holds int64 unless ``dtype`` says otherwise, so weights are truncated.
    """

    num_classes: int
    target_class_ids: Any
    name: str | None = None
    dtype: Any = None
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1
    _direction = "up"

    def setup(self) -> None:
        self.dtype = self.dtype or "int64"
        super().setup()
        if max(self.target_class_ids) >= self.num_classes:
            raise ValueError(
                f"Target class id {max(self.target_class_ids)} is out of range, which is "
                f"[0, {self.num_classes})."
            )
        self.target_class_ids = list(self.target_class_ids)
        size = (self.num_classes, self.num_classes)
        self.total_cm = self.zeros("total_confusion_matrix", size, self.dtype)

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        y = self._classes(y_true, self.sparse_y_true)
        p = self._classes(y_pred, self.sparse_y_pred)
        given = str(getattr(sample_weight, "dtype", ""))
        if "float" in given and "int" in self.dtype:
            frames.warn(
                f"sample_weight is {given}, but the metric counts in {self.dtype}: weights are cut "
                "to integers. Use integer weights or a float dtype."
            )
        w = array(1 if sample_weight is None else sample_weight, self.dtype)
        w = np.broadcast_to(w.reshape(-1) if w.ndim > 1 else w, y.shape)
        n = self.num_classes
        known = (y >= 0) & (y < n) & (p >= 0) & (p < n)
        if self.ignore_class is not None:
            known &= y != self.ignore_class
        batch = np.zeros((n, n), self.dtype)
        np.add.at(batch, (y[known].astype(np.intp), p[known].astype(np.intp)), w[known])
        self.total_cm.assign_add(batch)

    def _classes(self, x: TensorLike, sparse: bool) -> Array:
        classes = array(x if sparse else ops.argmax(x, axis=self.axis), self.dtype)
        return classes.reshape(-1) if classes.ndim > 1 else classes

    def result(self) -> Any:
        matrix = self.total_cm.numpy()
        hits = matrix.diagonal()
        union = (matrix.sum(axis=0) + matrix.sum(axis=1) - hits).astype(self.dtype)
        targets = np.asarray(self.target_class_ids)
        hits, union = hits[targets].astype("float32"), union[targets].astype("float32")
        seen = ops.greater(union, 1e-9)
        each = ops.where(seen, ops.divide(hits, union + np.float32(settings.epsilon())), 0.0)
        count = ops.sum(ops.cast(seen, "float32"))
        return ops.sum(each, axis=self.axis) / (count + settings.epsilon())


_WITHIN_BINARY = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")


class BinaryIoU(IoU, fixed=_WITHIN_BINARY):
    """`IoU` of classes 0 and 1; p ≥ ``threshold`` is class 1.

    threshold: predictions from it on are class 1.
    """

    target_class_ids: Any = (0, 1)
    threshold: float = 0.5
    num_classes = 2

    _config_order = ()

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        p = array(y_pred, "float32") >= np.float32(self.threshold)
        super().update_state(y_true, p, sample_weight)


class MeanIoU(IoU, fixed=("target_class_ids",)):
    """`IoU` averaged over all classes."""

    _config_order = ()

    def setup(self) -> None:
        self.target_class_ids = range(self.num_classes)
        super().setup()


class OneHotIoU(IoU, fixed=("sparse_y_true",)):
    """`IoU` of one-hot labels and scores (or class numbers, with ``sparse_y_pred``)."""

    sparse_y_true = sparse_y_pred = False

    _config_order = ()


class OneHotMeanIoU(MeanIoU, fixed=("sparse_y_true",)):
    """`MeanIoU` of one-hot labels and scores (or class numbers, with ``sparse_y_pred``)."""

    sparse_y_true = sparse_y_pred = False
