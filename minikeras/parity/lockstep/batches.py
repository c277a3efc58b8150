"""The batches that ``fit`` would make of the data, as each library makes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.optional import Library
from minikeras.types import Array

keras = Library("keras")

Batch = tuple[Any, ...]


def keras_batches(x: Any, y: Any, sample_weight: Any, steps: int | None, **how: Any) -> list[Batch]:
    """The first ``steps`` batches as arrays: Keras's own adapter cuts them, in its order.

    Data that end before are begun again.  how: ``batch_size``, ``shuffle``, ``class_weight``.
    """
    adapter = keras.src.trainers.data_adapters.get_data_adapter(x, y, sample_weight, **how)
    found: list[Batch] = []
    while steps is None or len(found) < steps:
        before = len(found)
        wanted = None if steps is None else steps - before
        found += itertools.islice(_arrays(adapter.get_tf_dataset()), wanted)
        if steps is None or len(found) == before:
            break
        if hasattr(adapter, "on_epoch_end"):
            adapter.on_epoch_end()
    return found


def _arrays(dataset: Any) -> Iterator[Batch]:
    for batch in dataset:
        parts = batch if isinstance(batch, tuple) else (batch,)
        yield tuple(keras.tree.map_structure(_array, part, none_is_leaf=False) for part in parts)


def _array(leaf: Any) -> Array:
    return np.asarray(leaf)


def samples_of(batch: Batch) -> int:
    """How many samples a batch holds."""
    return len(next(leaf for leaf in tree.flatten(batch[0]) if leaf is not None))
