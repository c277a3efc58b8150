"""Batches from a class of the user, by index."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.optional import Library
from minikeras.training.adapters.data_adapter import Batch, DataAdapter, to_arrays
from minikeras.training.adapters.packing import with_class_weight

futures = Library("concurrent.futures")


def _setting(attribute: str, default: Any) -> Any:
    """A property of ``PyDataset``; it warns if a subclass did not call the constructor."""

    def get(dataset: PyDataset) -> Any:
        if not hasattr(dataset, attribute):
            frames.warn(
                f"{type(dataset).__name__} should call `super().__init__(**kwargs)` in its "
                "constructor, with `workers`, `use_multiprocessing` and `max_queue_size` among "
                "the keywords; `fit()` does not take them."
            )
            setattr(dataset, attribute, default)
        return getattr(dataset, attribute)

    return property(get, lambda dataset, value: setattr(dataset, attribute, value))


class PyDataset:
    """Base class of data that is loaded batch by batch.

    A subclass has ``__getitem__(index)``, which returns a whole batch, ``(x,)``, ``(x, y)`` or
    ``(x, y, sample_weight)``, and ``__len__()`` or a property ``num_batches``: how many there
    are, None for no end.  It may have ``on_epoch_begin()`` and ``on_epoch_end()``.

    workers: above 1, this number of threads prepares the next batches.
    use_multiprocessing: accepted; threads are used instead of processes.
    max_queue_size: how many batches are prepared before they are needed.
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    workers = _setting("_workers", 1)
    use_multiprocessing = _setting("_use_multiprocessing", False)
    max_queue_size = _setting("_max_queue_size", 10)

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        try:
            count = self.num_batches
        except NotImplementedError:
            count = None
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    @property
    def num_batches(self) -> int | None:
        """The number of batches, None for no end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} must implement `__len__` or the property `num_batches`"
        )

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch, and once before the first."""


class PyDatasetAdapter(DataAdapter):
    """With ``shuffle``, every pass has a new order of batches, from Python's ``random``.

    Parity: the first two batches are read once more, before the first pass.
    """

    def __init__(
        self,
        dataset: PyDataset,
        class_weight: Mapping[int, float] | None = None,
        shuffle: bool | str = False,
    ) -> None:
        self._dataset = dataset
        self._class_weight = class_weight
        self._shuffle = shuffle
        workers = dataset.workers
        self._parallel = workers > 1 or (workers > 0 and dataset.use_multiprocessing)
        self._endless = itertools.count()  # threads continue where they stopped
        if self.num_batches == 0:
            raise ValueError(f"x has no batches: the PyDataset {dataset!r} has length 0")
        # TensorFlow asks the first two for their shapes, and a data set may count what was asked.
        for i in range(min(2, 2 if self.num_batches is None else self.num_batches)):
            self._standardize(dataset[i])

    @property
    def num_batches(self) -> int | None:  # type: ignore[override]  # asked anew in each epoch
        return self._dataset.num_batches

    def batches(self) -> Iterator[Batch]:
        count = self.num_batches
        indices: Iterable[int]
        if count is None:
            indices = self._endless if self._parallel else itertools.count()
        else:
            indices = list(range(count))
            if self._shuffle:
                random.shuffle(indices)
        load = self._dataset.__getitem__
        made = self._prefetched(indices) if self._parallel else map(load, indices)
        yield from map(self._standardize, made)

    def _prefetched(self, indices: Iterable[int]) -> Iterator[Any]:
        """The batches in order; threads prepare up to ``max_queue_size`` of the next ones."""
        pool = futures.ThreadPoolExecutor(self._dataset.workers)
        waiting: deque[Any] = deque()
        try:
            for index in indices:
                waiting.append(pool.submit(self._dataset.__getitem__, index))
                if len(waiting) > self._dataset.max_queue_size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _standardize(self, batch: Any) -> Any:
        if isinstance(batch, np.ndarray):
            batch = (batch,)
        elif isinstance(batch, list):
            batch = tuple(batch)
        if not isinstance(batch, dict) and not (isinstance(batch, tuple) and 1 <= len(batch) <= 3):
            raise ValueError(
                "PyDataset.__getitem__ must return a dict or a tuple (inputs,), "
                "(inputs, targets) or (inputs, targets, sample_weights); received "
                f"{str(batch)[:100]} of type {type(batch).__name__}"
            )
        arrays = to_arrays(batch)
        if self._class_weight is not None and isinstance(batch, tuple) and len(batch) > 1:
            return with_class_weight(arrays, self._class_weight)
        return arrays

    def on_epoch_begin(self) -> None:
        self._dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._dataset.on_epoch_end()
