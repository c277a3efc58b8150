"""Batches from generators and other iterables."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.messages import describe
from minikeras.training.adapters.data_adapter import Batch, DataAdapter, to_arrays
from minikeras.training.adapters.packing import with_class_weight


class GeneratorAdapter(DataAdapter):
    """A generator, which can be iterated over only once.

    Parity: the first two batches are read at once and checked.  If the loop starts over after the
    generator has ended, it gets these two again and nothing else.
    """

    def __init__(self, generator: Iterator[Any]) -> None:
        self._generator = generator
        self._first = list(itertools.islice(generator, 2))
        if not self._first:
            raise ValueError("x is a generator that yields no batch: expected at least one")
        if not isinstance(self._first[0], tuple):
            raise ValueError(
                "x is a generator, which must yield tuples: (inputs,), (inputs, targets) or "
                f"(inputs, targets, sample_weights); received {describe(self._first[0])}"
                + (". Yield a tuple, not a list" if isinstance(self._first[0], list) else "")
            )
        _check_ranks(self._first)

    def batches(self) -> Iterator[Batch]:
        return map(to_arrays, itertools.chain(self._first, self._generator))


def _check_ranks(batches: list[Any]) -> None:
    for leaves in zip(*map(tree.flatten, batches)):
        ranks = {np.ndim(leaf) for leaf in leaves if leaf is not None}
        if 0 in ranks or len(ranks) > 1:
            raise ValueError(
                "x must yield arrays with a sample axis, of the same rank in every batch; "
                f"received ranks {sorted(ranks)}: {describe(leaves)}"
            )


class IterableAdapter(DataAdapter):
    """An iterable that can be restarted: a tf.data dataset, a torch DataLoader."""

    def __init__(
        self, iterable: Iterable[Any], class_weight: Mapping[int, float] | None = None
    ) -> None:
        self._iterable = iterable
        self._class_weight = class_weight
        self.num_batches = _length(iterable)
        if hasattr(type(iterable), "_fixed_size"):  # of minikeras.data
            self.batch_size = iterable._fixed_size  # type: ignore[attr-defined]  # as asked
        else:
            spec = tree.flatten(getattr(iterable, "element_spec", None))[0]  # of tf.data
            self.batch_size = spec.shape[0] if getattr(spec, "shape", None) else None

    def batches(self) -> Iterator[Batch]:
        # A data set of tf.data draws the order of a pass when the pass is made, not when it begins.
        is_dataset = hasattr(self._iterable, "cardinality")
        return self._converted(iter(self._iterable) if is_dataset else self._iterable)

    def _converted(self, batches: Iterable[Any]) -> Iterator[Batch]:
        for batch in batches:
            arrays = to_arrays(batch)
            if self._class_weight is not None:
                arrays = with_class_weight(arrays, self._class_weight)
            yield arrays


def _length(iterable: Any) -> int | None:
    cardinality = getattr(iterable, "cardinality", None)  # tf.data: negative if not known
    if cardinality is not None:
        count = int(cardinality() if callable(cardinality) else cardinality)
        return count if count >= 0 else None
    try:
        return len(iterable)
    except TypeError:
        return None
