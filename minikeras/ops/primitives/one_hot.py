"""Class numbers as zeros and ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.dtypes import separate
from minikeras.ops.declarations import primitive
from minikeras.types import Array, Shape


@primitive(dtype=separate, constant=True, out=lambda x, *, num_classes, axis, dtype: dtype)
def _one_hot(x: Array, *, num_classes: int, axis: int, dtype: Any) -> Array:
    """y = [x = class], for each class along a new axis"""
    classes = np.arange(num_classes, dtype="int64")
    classes = classes.reshape((-1,) + (1,) * (x.ndim - axis))
    return (np.expand_dims(x, axis) == classes).astype(dtype)


@_one_hot.shape
def _one_hot_shape(x: Shape, *, num_classes: int, axis: int, dtype: Any) -> Shape:
    return (*x[:axis], num_classes, *x[axis:])
