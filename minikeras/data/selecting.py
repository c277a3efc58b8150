"""Steps that choose elements, and the order in which they come."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from minikeras import frames, tree
from minikeras.data.elements import INFINITE, UNKNOWN, check_count
from minikeras.data.reading import Readable, peek, truth_of
from minikeras.data.shuffle_buffer import Words, shuffled
from minikeras.messages import describe
from minikeras.random import seeds


class Selecting(Readable):
    """Elements of another data set."""

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """The elements for which a function of their parts is true."""
        return self._step(lambda: filter(truth_of(predicate), self._make()), UNKNOWN)

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """The elements before the first one for which a function of their parts is false."""
        return self._step(lambda: itertools.takewhile(truth_of(predicate), self._make()), UNKNOWN)

    @frames.filter_traceback
    def take(self, count: int, name: str | None = None) -> Self:
        """The first ``count`` elements; all for -1."""
        count = check_count("count", count, least=-1)
        if count < 0:
            return self._step(self._make, self._count)
        known = count if self._count == INFINITE else min(self._count, count)
        return self._step(lambda: itertools.islice(self._make(), count), known)

    @frames.filter_traceback
    def skip(self, count: int, name: str | None = None) -> Self:
        """All but the first ``count`` elements; none for -1."""
        count = check_count("count", count, least=-1)
        if count < 0:
            return self._step(lambda: iter(()), 0)
        known = self._count if self._count < 0 else max(self._count - count, 0)
        return self._step(lambda: itertools.islice(self._make(), count, None), known)

    @frames.filter_traceback
    def shard(self, num_shards: int, index: int, name: str | None = None) -> Self:
        """Every ``num_shards``-th element, from ``index`` on."""
        check_count("num_shards", num_shards, least=1)
        if not 0 <= index < num_shards:
            raise ValueError(f"index={describe(index)}; expected one in [0, {num_shards})")
        count = self._count if self._count < 0 else len(range(index, self._count, num_shards))
        return self._step(lambda: itertools.islice(self._make(), index, None, num_shards), count)

    def unique(self, name: str | None = None) -> Self:
        """The elements without repetition, in the order of their first occurrence."""

        def make() -> Iterator[Any]:
            seen = set()
            for element in self._make():
                key = tuple(
                    (leaf.tobytes() if leaf.dtype != object else tuple(leaf.flat), leaf.shape)
                    for leaf in tree.flatten(element)
                )
                if key not in seen:
                    seen.add(key)
                    yield element

        return self._step(make, UNKNOWN)

    def prefetch(self, buffer_size: int, name: str | None = None) -> Self:
        """The same elements: nothing is read in advance."""
        return self._step(self._make, self._count)

    def cache(self, filename: str = "", name: str | None = None) -> Self:
        """The same elements, which the first whole pass keeps in memory.

        A pass is whole when its last element was read, as TensorFlow reads in advance.

        Raises NotImplementedError for a ``filename``.
        """
        if filename:
            raise NotImplementedError(
                f"filename={describe(filename)}: no cache in files; pass none"
            )
        known: list[list[Any]] = []

        def noted(source: Iterator[Any]) -> Iterator[Any]:
            elements: list[Any] = []
            for element in source:
                if elements:
                    yield elements[-1]
                elements.append(element)
            known.append(elements)
            yield from elements[-1:]

        def make() -> Iterator[Any]:
            if known or peek.on:
                return iter(known[0]) if known else self._make()
            return noted(self._make())

        return self._step(make, self._count)

    @frames.filter_traceback
    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Self:
        """The elements in random order, drawn from a buffer (``shuffle_buffer.py``).

        buffer_size: elements in the buffer; as many as there are for a uniform order.
        seed: of the order, together with that of ``set_random_seed``.
        reshuffle_each_iteration: whether each pass has another order.
        """
        size = check_count("buffer_size", buffer_size, least=1)
        if seed is not None and not isinstance(seed, int | np.integer):
            raise TypeError(f"seed={describe(seed)}; expected an integer or None")
        pair = seeds.operation_pair(None if seed is None else int(seed))
        of_passes = Words(*pair)
        is_fixed = reshuffle_each_iteration is False

        def source() -> Iterator[Any]:  # which begins when the first element is wanted
            yield from self._make()

        def make() -> Iterator[Any]:
            if peek.on:
                return self._make()
            words = Words(*(pair if is_fixed else (next(of_passes), next(of_passes))))
            return shuffled(source(), size, words)

        dataset = self._step(make, self._count)
        dataset._is_shuffle = True
        return dataset

    @frames.filter_traceback
    def repeat(self, count: int | None = None, name: str | None = None) -> Self:
        """The elements ``count`` times, pass after pass; without end for None and -1."""
        if count is not None:
            count = check_count("count", count, least=-1)
        times = INFINITE if count is None or count < 0 else count

        # TensorFlow makes one step of `shuffle` and `repeat`. Otherwise, after the last pass of a
        # finite number it begins another one, from which nothing is read.
        makes_one_more = times != INFINITE and not self._is_shuffle

        def passes(source: Iterator[Any]) -> Iterator[Any]:
            left = times
            while True:
                is_empty, left = True, left - 1
                for element in source:
                    is_empty = False
                    yield element
                is_last = is_empty or left == 0
                if not is_last or makes_one_more:
                    source = self._make()
                if is_last:
                    return

        def make() -> Iterator[Any]:
            return passes(self._make()) if times else iter(())

        if times == INFINITE:
            return self._step(make, INFINITE if self._count else 0)
        return self._step(make, self._count if self._count < 0 and times else self._count * times)

    @frames.filter_traceback
    def concatenate(self, dataset: Any, name: str | None = None) -> Self:
        """The elements of this data set, then those of another one."""
        if not isinstance(dataset, Readable):
            raise TypeError(f"dataset={describe(dataset)}; expected a data set")
        counts = self._count, dataset._count
        count = INFINITE if INFINITE in counts else UNKNOWN if UNKNOWN in counts else sum(counts)

        def second() -> Iterator[Any]:  # which begins when it is needed
            yield from dataset._make()

        return self._step(lambda: itertools.chain(self._make(), second()), count)
