"""The batches that ``fit`` would make of the data, as each library makes them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minikeras import strings, tree
from minikeras.autograd import Tensor
from minikeras.optional import Library
from minikeras.training import adapters
from minikeras.types import Array

keras = Library("keras")

Batch = tuple[Any, ...]


class Data(NamedTuple):
    """What ``fit`` takes; the arguments that decide how it is cut into batches."""

    x: Any
    y: Any
    sample_weight: Any
    batch_size: int | None
    shuffle: bool | str
    class_weight: dict[int, float] | None

    def keras_batches(self, steps: int | None) -> list[Batch]:
        """The first ``steps`` batches as Keras's own adapter makes them; one pass for None.

        Data that end before are begun again.
        """
        adapter = keras.src.trainers.data_adapters.get_data_adapter(**self._asdict())
        return _first(lambda: _arrays(adapter.get_tf_dataset()), adapter, steps)

    def our_batches(self, steps: int | None) -> list[Batch]:
        """The same of minikeras's adapter; none of data that can be read only once."""
        if not adapters.can_slice_all((self.x, self.y, self.sample_weight)):
            return []
        given = self._asdict()
        data = {n: tree.map_structure(_ours, given[n]) for n in ("x", "y", "sample_weight")}
        adapter = adapters.get_data_adapter(**{**given, **data})
        return _first(lambda: map(_parts, adapter.batches()), adapter, steps)


def parts(batch: Batch) -> dict[str, Array]:
    """The arrays of a batch by name: ``x``, ``y``, ``sample_weight``, with a number if several."""
    found = {}
    for name, part in zip(("x", "y", "sample_weight"), batch):
        leaves = [leaf for leaf in tree.flatten(part) if leaf is not None]
        for i, leaf in enumerate(leaves):
            found[name if len(leaves) == 1 else f"{name}[{i}]"] = leaf
    return found


def _ours(leaf: Any) -> Any:
    """A tensor of strings of Keras as one of minikeras; anything else as it is."""
    is_tensor = getattr(getattr(leaf, "dtype", None), "name", "") == "string"
    return Tensor(strings.array(leaf)) if is_tensor else leaf


def _first(epoch: Callable[[], Iterator[Batch]], adapter: Any, steps: int | None) -> list[Batch]:
    found = list(itertools.islice(epoch(), steps))
    while steps is not None and found and len(found) < steps:
        before = len(found)
        if hasattr(adapter, "on_epoch_end"):
            adapter.on_epoch_end()
        found += itertools.islice(epoch(), steps - before)
        if len(found) == before:  # a generator is at its end
            break
    return found


def _parts(batch: Any) -> Batch:
    return batch if isinstance(batch, tuple) else (batch,)


def _arrays(dataset: Any) -> Iterator[Batch]:
    for batch in map(_parts, dataset):
        yield tuple(keras.tree.map_structure(np.asarray, p, none_is_leaf=False) for p in batch)


def samples_of(batch: Batch) -> int:
    """How many samples a batch holds."""
    return len(next(leaf for leaf in tree.flatten(batch[0]) if leaf is not None))
