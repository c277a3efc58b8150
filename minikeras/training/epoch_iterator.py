"""Divides data into epochs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from minikeras import frames, settings
from minikeras.training.adapters import Batch, get_data_adapter


class EpochIterator:
    """Iterating gives one epoch: ``(first step, last step, iterator of batches)`` per execution.

    The caller takes up to ``steps_per_execution`` batches from the iterator.  With
    ``steps_per_epoch``, the next epoch continues where this one stopped, and starts again when
    the data end.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        steps_per_epoch: int | None = None,
        shuffle: bool | str = False,
        class_weight: Mapping[int, float] | None = None,
        steps_per_execution: int = 1,
    ) -> None:
        limit = settings.max_steps_per_epoch()
        if limit and (not steps_per_epoch or limit < steps_per_epoch):
            frames.warn(f"Limiting steps_per_epoch to {limit}")
            steps_per_epoch = limit
        if steps_per_epoch is not None and steps_per_epoch < 0:
            raise ValueError(f"steps_per_epoch must be positive, received {steps_per_epoch}")
        self.steps_per_epoch = steps_per_epoch
        self.steps_per_execution = steps_per_execution
        self.data_adapter = get_data_adapter(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight
        )
        self._start()

    def _start(self) -> None:
        self._iterator: Iterator[Batch] | None = None
        self._batches = self.data_adapter.num_batches
        self._seen = 0

    def reset(self) -> None:
        """Start again at the first batch."""
        self._start()
        self.data_adapter.on_epoch_end()

    def __iter__(self) -> Iterator[tuple[int, int, Iterator[Batch]]]:
        self.data_adapter.on_epoch_begin()
        stride = self.steps_per_execution
        steps = self.steps_per_epoch or self._batches
        if steps:
            yield from self._counted(steps, stride)
        else:
            iterator = self.data_adapter.batches()
            first = 0
            while True:  # ends with the StopIteration of the iterator
                self._seen = first + stride
                yield first, first + stride - 1, iterator
                first += stride
        self.data_adapter.on_epoch_end()

    def _counted(self, steps: int, stride: int) -> Iterator[tuple[int, int, Iterator[Batch]]]:
        if self._iterator is None or self.steps_per_epoch is None:
            self._iterator = self.data_adapter.batches()
            self._seen = 0
        for first in range(0, steps, stride):
            if self._batches and self._seen >= self._batches:
                if self.steps_per_epoch:
                    self._warn()
                break
            self._seen += stride
            yield first, first + stride - 1, self._iterator
        if self._batches and self._seen >= self._batches:
            self._iterator = self.data_adapter.batches()
            self._seen = 0

    @contextlib.contextmanager
    def catch_stop_iteration(self) -> Iterator[None]:
        """When the data end, warn, end the epoch and remember the number of batches.

        Parity: data of unknown length give this warning whenever they end.
        """
        try:
            yield
        except StopIteration:
            if self._batches is None:
                self._batches = self._seen
            self._warn()
            self._iterator = None
            self.data_adapter.on_epoch_end()

    def _warn(self) -> None:
        frames.warn(
            "Your input ran out of data; interrupting training. Make sure that your dataset or "
            "generator can generate at least `steps_per_epoch * epochs` batches."
        )

    @property
    def num_batches(self) -> int | None:
        return self.steps_per_epoch or self._batches
