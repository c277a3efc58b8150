"""The data of ``adapt``: batch by batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras.autograd import Tensor


def each_batch(data: Any, steps: int | None, lists_are_data: bool) -> Iterator[Any]:
    """The batches of an iterable such as a ``tf.data.Dataset``; an array is one batch.

    steps: how many batches of an iterable to give; None for all.
    lists_are_data: whether a list is one batch, too, and no iterable of batches.
    """
    whole = (np.ndarray, Tensor, str, bytes, *((list, tuple) if lists_are_data else ()))
    is_tensor = hasattr(data, "numpy") and hasattr(data, "shape")  # of TensorFlow
    if isinstance(data, whole) or is_tensor or not hasattr(data, "__iter__"):
        yield data
    else:
        yield from itertools.islice(data, steps)
