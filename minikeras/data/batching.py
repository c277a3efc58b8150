"""Steps that put elements together: batches, padded batches, windows and groups."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import numpy as np

from minikeras import frames, tree
from minikeras.data.elements import (
    INFINITE,
    UNKNOWN,
    Calls,
    as_tensors,
    check_count,
    row,
    stacked,
    standardized,
)
from minikeras.data.reading import Readable
from minikeras.messages import describe
from minikeras.types import Array


class Batching(Readable):
    """Elements that are made of several elements of another data set."""

    @frames.filter_traceback
    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Self:
        """Stacks of ``batch_size`` elements; the last one may be smaller.

        drop_remainder: leave out a smaller one.

        Raises ValueError if elements of a batch have different shapes.
        """
        return self._batched(batch_size, bool(drop_remainder), stacked)

    def _batched(
        self, batch_size: int, drop_remainder: bool, join: Callable[[list[Any]], Any]
    ) -> Self:
        size = check_count("batch_size", batch_size, least=1)

        def batches(source: Iterator[Any]) -> Iterator[Any]:
            while elements := list(itertools.islice(source, size)):
                if len(elements) == size or not drop_remainder:
                    yield join(elements)

        whole, rest = divmod(self._count, size)
        count = self._count if self._count < 0 else whole + bool(rest and not drop_remainder)
        batched = self._step(lambda: batches(self._make()), count, 0 if drop_remainder else 1)
        batched._fixed_size = size if drop_remainder else None
        vars(batched)["_batch_size"] = batch_size  # by which `split_dataset` knows batches
        return batched

    def unbatch(self, name: str | None = None) -> Self:
        """The rows of the elements."""

        def rows(batches: Iterator[Any]) -> Iterator[Any]:
            for batch in batches:
                yield from (row(batch, i) for i in range(len(tree.flatten(batch)[0])))

        count = INFINITE if self._count == INFINITE else UNKNOWN
        return self._step(lambda: rows(self._make()), count, -1)

    def rebatch(
        self, batch_size: int, drop_remainder: bool = False, name: str | None = None
    ) -> Self:
        """The rows of the elements in stacks of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    @frames.filter_traceback
    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Self:
        """Stacks of elements of different sizes, which are filled up at the end.

        padded_shapes: the shape of each leaf, None or −1 for the largest size in the batch; None
            for this everywhere.
        padding_values: what fills each leaf; None for 0, or an empty text.

        Raises ValueError for an element that is larger than ``padded_shapes``.
        """

        def padded(elements: list[Any]) -> Any:
            leaves = zip(*map(tree.flatten, elements))
            first = elements[0]
            shapes = _of_leaves(first, padded_shapes)
            values = _of_leaves(first, padding_values)
            joined = [_padded([*parts], *wanted) for parts, *wanted in zip(leaves, shapes, values)]
            return tree.pack_sequence_as(first, joined)

        return self._batched(batch_size, bool(drop_remainder), padded)

    @frames.filter_traceback
    def window(
        self,
        size: int,
        shift: int | None = None,
        stride: int = 1,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Self:
        """Data sets of ``size`` elements, or a nest of data sets if the elements are nests.

        shift: elements from the beginning of a window to that of the next one; None for ``size``.
        stride: elements from one of a window to its next one.
        drop_remainder: leave out windows that are smaller.
        """
        size, stride = check_count("size", size, 1), check_count("stride", stride, 1)
        shift = size if shift is None else check_count("shift", shift, 1)
        reach = (size - 1) * stride + 1

        def windows(source: Iterator[Any]) -> Iterator[Any]:
            buffer: list[Any] = []
            while True:
                buffer += itertools.islice(source, reach - len(buffer))
                chosen = buffer[:reach:stride]
                if not buffer or (len(chosen) < size and drop_remainder):
                    return
                yield self._parts_of(chosen)
                for _ in itertools.islice(source, max(shift - len(buffer), 0)):
                    pass
                del buffer[:shift]

        whole = (self._count - reach) // shift + 1 if drop_remainder else -(-self._count // shift)
        count = self._count if self._count < 0 else max(whole, 0)
        made = self._step(lambda: windows(self._make()), count)
        made._fixed_size = None
        return made

    def _parts_of(self, elements: list[Any]) -> Any:
        """A nest of data sets, each with one leaf of every element."""
        leaves = zip(*map(tree.flatten, elements))
        made = [type(self)(parts.__iter__, len(parts)) for parts in map(list, leaves)]
        return tree.pack_sequence_as(elements[0], made)

    @frames.filter_traceback
    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[[Any, Any], Any],
        window_size: int | None = None,
        window_size_func: Callable[[Any], Any] | None = None,
        name: str | None = None,
    ) -> Self:
        """The elements of the data sets that a function makes of each group.

        key_func: the number of the group of an element, of whose parts it is a function.
        reduce_func: a data set, of the number and a data set of ``window_size`` elements; of fewer
            at the end.
        window_size_func: in place of ``window_size``, a function of the number.

        Raises ValueError unless exactly one of the last two is given.
        """
        if (window_size is None) == (window_size_func is None):
            raise ValueError(
                f"window_size={describe(window_size)}, window_size_func="
                f"{describe(window_size_func)}; expected exactly one of them"
            )

        def limit_of(key: Any) -> int:
            if window_size_func is None:
                return int(window_size or 1)
            return int(Calls(window_size_func).result(as_tensors(key)))

        def emitted(key: Any, elements: list[Any]) -> Iterator[Any]:
            group = self._step(elements.__iter__, len(elements))
            yield from Calls(reduce_func).result(as_tensors(key), group)._make()

        def make() -> Iterator[Any]:
            groups: dict[int, list[Any]] = {}
            keys = Calls(key_func)
            for element in self._make():
                key = np.int64(keys.of(element))
                members = groups.setdefault(int(key), [])
                members.append(element)
                if len(members) == limit_of(key):
                    yield from emitted(key, groups.pop(int(key)))
            for number in sorted(groups):
                yield from emitted(np.int64(number), groups[number])

        return self._step(make, UNKNOWN, 1)

    @frames.filter_traceback
    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Self:
        """Padded batches of elements of similar length.

        element_length_func: the length of an element, of whose parts it is a function.
        bucket_boundaries: lengths at which the next bucket begins, ascending.
        bucket_batch_sizes: the batch size of each bucket, one more than boundaries.

        Raises ValueError for another number of sizes, NotImplementedError for
        ``pad_to_bucket_boundary``.
        """
        if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
            raise ValueError(
                f"bucket_batch_sizes has {len(bucket_batch_sizes)} elements; expected "
                f"{len(bucket_boundaries) + 1}, one more than bucket_boundaries"
            )
        if pad_to_bucket_boundary:
            raise NotImplementedError("pad_to_bucket_boundary=True is not in minikeras")

        def bucket(*parts: Any) -> Any:
            length = int(standardized(element_length_func(*parts)))
            return np.int64(np.searchsorted(bucket_boundaries, length, side="right"))

        def batches(key: Any, group: Self) -> Self:
            size = bucket_batch_sizes[int(key)]
            if no_padding:
                return group.batch(size, drop_remainder)
            return group.padded_batch(size, padded_shapes, padding_values, drop_remainder)

        return self.group_by_window(
            bucket, batches, window_size_func=lambda key: bucket_batch_sizes[int(key)]
        )

    def ragged_batch(self, *args: Any, **kwargs: Any) -> Self:
        """Raises NotImplementedError: there are no ragged tensors."""
        raise NotImplementedError("ragged tensors are not in minikeras; use padded_batch")


def _of_leaves(element: Any, wanted: Any) -> list[Any]:
    """What is wanted for each leaf: a nest like the element, or the same for all of them."""
    leaves = tree.flatten(element)
    if wanted is None or not isinstance(element, tuple | dict):
        return [wanted] * len(leaves)
    if not isinstance(wanted, tuple | dict):
        return [wanted] * len(leaves)
    if isinstance(element, dict):
        parts = [(element[key], wanted[key]) for key in sorted(element)]
    else:
        parts = list(zip(element, wanted, strict=True))
    return [shape for part, shapes in parts for shape in _of_leaves(part, shapes)]


def _padded(leaves: list[Array], shape: Any, value: Any) -> Array:
    largest = [max(sizes) for sizes in zip(*(np.shape(leaf) for leaf in leaves))]
    if shape is not None:
        sizes = [None if n is None or int(n) < 0 else int(n) for n in shape]
        if len(sizes) != len(largest) or any(
            n is not None and n < most for n, most in zip(sizes, largest)
        ):
            raise ValueError(
                f"padded_shapes={describe(tuple(sizes))}; an element of the batch has the shape "
                f"{tuple(largest)}"
            )
        largest = [most if n is None else n for n, most in zip(sizes, largest)]
    dtype = leaves[0].dtype
    empty: Any = b"" if dtype.kind == "O" else 0
    if value is not None:
        given = standardized(value)
        empty = given[()]
    joined = np.full((len(leaves), *largest), empty, dtype)
    for i, leaf in enumerate(leaves):
        block: Any = (i, *(slice(0, n) for n in leaf.shape))
        joined[block] = leaf
    return joined
