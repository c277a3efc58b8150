"""Steps that call a function for each element."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from minikeras import frames, settings
from minikeras.data.elements import (
    INFINITE,
    UNKNOWN,
    Calls,
    as_tensors,
    check_count,
    standardized,
)
from minikeras.data.reading import Readable
from minikeras.messages import describe


class Mapping(Readable):
    """Elements that a function makes of those of another data set."""

    @frames.filter_traceback
    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Self:
        """The results of a function of each element, whose parts it gets as arguments.

        Parity: the function is called for every element, with tensors; TensorFlow traces it once.
        """
        _check_function("map_func", map_func)
        return self._step(lambda: map(Calls(map_func).of, self._make()), self._count)

    @frames.filter_traceback
    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Self:
        """The elements of the data sets that a function makes of each element."""
        _check_function("map_func", map_func)
        is_endless = self._count == INFINITE

        def make() -> Iterator[Any]:
            calls = Calls(map_func)
            for element in self._make():
                yield from _dataset_of(calls, element)._make()

        return self._joined(make, INFINITE if is_endless else UNKNOWN)

    def _joined(self, make: Callable[[], Iterator[Any]], count: int) -> Self:
        """A data set of the elements of others, of whose sizes nothing is known."""
        made = self._step(make, count)
        made._fixed_size = None
        return made

    @frames.filter_traceback
    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: int | None = None,
        block_length: int | None = None,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Self:
        """Elements of several data sets in turn, which a function makes of each element.

        cycle_length: how many data sets are read at the same time; None for as many as there are
            processors.
        block_length: how many elements of one are read before the next one's turn; None for 1.
        """
        _check_function("map_func", map_func)
        slots = settings.processors() if cycle_length in (None, -1) else cycle_length
        width = check_count("cycle_length", slots, least=1)
        block = check_count("block_length", 1 if block_length is None else block_length, least=1)

        def make() -> Iterator[Any]:
            source, calls = self._make(), Calls(map_func)
            open_: list[Iterator[Any] | None] = [None] * width
            is_exhausted, i = False, 0
            while not is_exhausted or any(part is not None for part in open_):
                part = open_[i]
                if part is None and not is_exhausted:
                    for element in source:
                        part = open_[i] = iter(_dataset_of(calls, element)._make())
                        break
                    else:
                        is_exhausted = True
                if part is not None:
                    taken = list(itertools.islice(part, block))
                    yield from taken
                    if len(taken) < block:
                        open_[i] = None
                i = (i + 1) % width

        return self._joined(make, UNKNOWN)

    @frames.filter_traceback
    def scan(
        self, initial_state: Any, scan_func: Callable[..., Any], name: str | None = None
    ) -> Self:
        """What a function of a state and an element returns second; the first is the next state."""
        _check_function("scan_func", scan_func)

        def make() -> Iterator[Any]:
            state, calls = standardized(initial_state), Calls(scan_func)
            for element in self._make():
                state, found = (
                    standardized(part)
                    for part in calls.result(as_tensors(state), as_tensors(element))
                )
                yield found

        return self._step(make, self._count)

    def enumerate(self, start: int = 0, name: str | None = None) -> Self:
        """Pairs of a number, int64, and an element."""

        def make() -> Iterator[Any]:
            return zip(map(np.int64, itertools.count(start)), self._make())

        return self._step(make, self._count)


def _check_function(name: str, value: Any) -> None:
    if not callable(value):
        raise TypeError(f"{name}={describe(value)}; expected a function")


def _dataset_of(calls: Calls, element: Any) -> Any:
    found = calls.of(element)
    if not isinstance(found, Readable):
        raise TypeError(f"map_func returned {describe(found)}; expected a data set")
    return found
