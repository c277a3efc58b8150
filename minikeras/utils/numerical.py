"""Small helpers on labels and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras.autograd import Tensor, Variable
from minikeras.types import TensorLike


def to_categorical(x: TensorLike, num_classes: int | None = None) -> Any:
    """One-hot vectors: 1 at the index of each class number, 0 elsewhere.

    x: class numbers, any shape; a last axis of 1 is dropped.
    num_classes: by default the largest number plus one; a tensor needs it.

    Returns shape (..., num_classes): an array in float64, for a tensor a tensor in ``floatx``.
    """
    if isinstance(x, (Tensor, Variable)):
        if x.ndim > 1 and x.shape[-1] == 1:
            x = ops.reshape(x, x.shape[:-1])
        return ops.one_hot(x, num_classes)  # type: ignore[arg-type]  # which refuses None
    labels = np.array(x, dtype="int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    labels = labels.reshape(-1)
    classes = num_classes or labels.max() + 1
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows.reshape(*shape, classes)


def normalize(x: TensorLike, axis: int = -1, order: int = 2) -> Any:
    """Vectors along ``axis``, divided by their norm; vectors of zeros stay.

    y = x / (Σ |x|^order)^(1/order)

    Arrays give arrays, all else gives tensors.

    Parity: for arrays, ``axis=0`` divides along the last axis by the norms along the first.
    """
    if not isinstance(x, np.ndarray):
        return ops.normalize(x, axis=axis, order=order)
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return x / np.expand_dims(norm, axis or -1)
