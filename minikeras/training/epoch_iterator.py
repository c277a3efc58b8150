"""Divides data into epochs."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from minikeras import frames, settings
from minikeras.random import process_state, shuffling
from minikeras.training.adapters import Batch, get_data_adapter


class EpochIterator:
    """Iterating gives one epoch: ``(first step, last step, iterator of batches)`` per execution.

    The caller takes up to ``steps_per_execution`` batches from the iterator.  With
    ``steps_per_epoch``, the next epoch continues where this one stopped, and starts again when
    the data end.
    """

    notes_places = False  # whether ``place`` will be asked, so that training can be resumed

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
        self._first = 0  # the next step of the epoch
        self._began: Any = None  # what the order of the batches of this pass follows from
        self._order: int | None = None  # the seed of the order of the samples in the next pass

    def reset(self) -> None:
        """Start again at the first batch."""
        self._start()
        self.data_adapter.on_epoch_end()

    def __iter__(self) -> Iterator[tuple[int, int, Iterator[Batch]]]:
        self.data_adapter.on_epoch_begin()
        stride = self.steps_per_execution
        steps = self.steps_per_epoch or self._batches
        goes_on = self._first > 0 or self.steps_per_epoch is not None
        if self._iterator is None or not goes_on:
            self._begin_pass()
        # Without a number of steps, the epoch ends with the StopIteration of the iterator.
        begins = (
            range(self._first, steps, stride) if steps else itertools.count(self._first, stride)
        )
        for first in begins:
            if self._batches and self._seen >= self._batches:
                if self.steps_per_epoch:
                    self._warn()
                break
            self._seen += stride
            self._first = first + stride
            assert self._iterator is not None
            yield first, first + stride - 1, self._iterator
        self._first = 0
        if self._batches and self._seen >= self._batches:
            self._begin_pass()
        self.data_adapter.on_epoch_end()

    def _begin_pass(self) -> None:
        noted = self.notes_places
        self._iterator = self._noted_pass() if noted else self.data_adapter.batches()
        self._seen = 0

    # Where training can be resumed

    def _noted_pass(self) -> Iterator[Batch]:
        """The batches of a pass; what their order follows from is noted as it begins."""
        order, self._order = self._order, None
        order = shuffling.any_order() if order is None else order
        self._began = {"random": process_state.capture(), "order": order}
        self.data_adapter.order = order
        yield from self.data_adapter.batches()

    def place(self) -> dict[str, Any]:
        """Which batch is the next one, as plain values; needs ``notes_places``."""
        goes_on = self._first > 0 or self.steps_per_epoch is not None
        taken = self._seen if goes_on else 0
        began = self._began if taken else None
        return {"step": self._first, "taken": taken, "batches": self._batches, "began": began}

    def go_to(self, place: dict[str, Any]) -> None:
        """Continue where ``place()`` returned this value.

        The batches before it are read and dropped, which leaves the random streams elsewhere.  They
        are the same ones if the data are, and if whatever is random in them follows from
        ``set_random_seed``, from ``random`` or from ``numpy.random``.
        """
        self._first, self._batches = place["step"], place["batches"]
        if place["taken"]:
            process_state.restore(place["began"]["random"])
            self._order = place["began"]["order"]
            self._begin_pass()
            assert self._iterator is not None
            for _ in itertools.islice(self._iterator, place["taken"]):
                pass
            self._seen = place["taken"]

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
            self._iterator, self._first = None, 0
            self.data_adapter.on_epoch_end()

    def _warn(self) -> None:
        frames.warn(
            "Your input ran out of data; interrupting training. Make sure that your dataset or "
            "generator can generate at least `steps_per_epoch * epochs` batches."
        )

    @property
    def num_batches(self) -> int | None:
        return self.steps_per_epoch or self._batches
