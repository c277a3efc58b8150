"""``x``, ``y`` and ``sample_weight`` packed into one batch, and checks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras import settings, tree
from minikeras.messages import describe
from minikeras.types import Array

ARGUMENTS = ("x", "y", "sample_weight")


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)`` as three values, or None.

    For use in ``train_step``, ``test_step`` and ``predict_step``.  Raises ValueError for tuples of
    another length.
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "data must be x, (x,), (x, y) or (x, y, sample_weight); received a tuple of "
            f"{len(data)}"
        )
    return (*data, None, None)[:3]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The shortest of the forms that ``unpack_x_y_sample_weight`` reads.

    Parity: without ``y``, a ``sample_weight`` is dropped.
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def check_cardinality(data: Any) -> int:
    """The number of samples, which must be the same in all arrays.

    Raises ValueError if they do not, IndexError for a scalar, KeyError if there are no arrays.
    """
    arrays = [leaf for leaf in tree.flatten(data) if leaf is not None]
    if not arrays:
        raise KeyError("x holds no data: expected at least one array, received None")
    for array in arrays:
        if not array.shape:
            raise IndexError(
                f"x, y and sample_weight need a sample axis; received the scalar {array}"
            )
    sizes = {len(array) for array in arrays}
    if len(sizes) > 1:
        given = data if isinstance(data, tuple) else (data,)
        found = "; ".join(
            f"{name}: " + ", ".join(str(len(a)) for a in tree.flatten(arrays) if a is not None)
            for name, arrays in zip(ARGUMENTS, given)
        )
        raise ValueError(
            "Data cardinality is ambiguous: all arrays must hold the same number of samples. "
            f"Received {found}"
        )
    return sizes.pop()


def class_weight_to_sample_weights(y: Any, class_weight: Mapping[int, float]) -> Array:
    """The weight of the class of each sample; 1 for classes that are not mentioned.

    y: class numbers, (n,) or (n, 1), or one-hot rows, (n, classes).
    """
    if not hasattr(class_weight, "get"):
        raise AttributeError(
            "class_weight must be a dict of weights by class number, received "
            f"{describe(class_weight)}. Use dict(enumerate(class_weight))"
        )
    y = np.asarray(y)
    if y.ndim > 1:
        y = y.argmax(axis=-1) if y.shape[-1] != 1 else y.squeeze(axis=-1)
    labels, positions = np.unique(np.round(y).astype("int32"), return_inverse=True)
    weights = [class_weight.get(int(label), 1.0) for label in labels]
    return np.asarray(weights, settings.floatx())[positions]


def with_class_weight(batch: Any, class_weight: Mapping[int, float]) -> tuple[Any, Any, Any]:
    """The batch with the weights of the classes as ``sample_weight``."""
    x, y, sample_weight = unpack_x_y_sample_weight(batch)
    if sample_weight is not None:
        raise ValueError(
            "class_weight and sample_weight exclude each other; received batches with sample "
            f"weights and class_weight={class_weight}"
        )
    refuse_several_outputs(y)
    return x, y, class_weight_to_sample_weights(y, class_weight)


def refuse_several_outputs(y: Any) -> None:
    if tree.is_nested(y):
        raise ValueError(
            f"class_weight is for models with one output; received y of type {type(y).__name__}"
        )
