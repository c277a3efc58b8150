"""The interface between data and the training loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

from minikeras import tree
from minikeras.autograd.tensor import Tensor
from minikeras.types import Array

# x, (x,), (x, y) or (x, y, sample_weight), each an ndarray or a nest of ndarrays
Batch: TypeAlias = Any


class DataAdapter:
    """Data as batches of arrays; every call of ``batches`` starts again at the beginning."""

    num_batches: int | None = None  # None: unknown or infinite
    batch_size: int | None = None  # None: not known to be the same for all batches
    weighted = False  # whether the batches are known to have sample weights
    order: int | None = None  # the seed of the order of the samples in the next pass; None: any

    def batches(self) -> Iterator[Batch]:
        """The batches of one pass over the data; see ``unpack_x_y_sample_weight``."""
        raise NotImplementedError

    def on_epoch_begin(self) -> None: ...

    def on_epoch_end(self) -> None: ...


def to_array(value: Any) -> Array:
    """Any array-like object, of any library, as an ndarray of the same dtype."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, Tensor):
        return value._value
    if hasattr(value, "detach"):  # torch: may need a gradient, may live on a device
        value = value.detach().cpu()
    return np.asarray(value)


def to_arrays(batch: Any) -> Any:
    """A nest of array-likes as the same nest of ndarrays, lists as tuples."""
    batch = tree.map_structure(to_array, batch, none_is_leaf=False)
    return tree.lists_to_tuples(batch)
