"""What the loop asks of data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.autograd.tensor import Tensor
from minikeras.types import Array


class DataAdapter:
    """Gives batches of arrays, from the beginning at every call of ``batches``."""

    num_batches: int | None = None  # None: not known, or endless
    equal_batches = False  # whether all batches are known to be of one size

    def batches(self) -> Iterator[Any]:
        """Batches as ``unpack_x_y_sample_weight`` reads them, in ndarrays."""
        raise NotImplementedError

    def on_epoch_begin(self) -> None: ...

    def on_epoch_end(self) -> None: ...


def to_array(value: Any) -> Array:
    """Anything array-like, of whatever library, as an ndarray of the same dtype."""
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
