"""A data set as a chain of steps, like ``tf.data.Dataset``: what the functions of ``utils`` return.

    for x, y in image_dataset_from_directory("cats_and_dogs").map(augment).take(2): ...

Each step is a data set of its own that can be iterated over as often as wanted. Elements are arrays
inside; a program gets tensors. As in TensorFlow, `iter` begins a pass in all steps at once, which
is when a shuffled order is drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import numpy as np

from minikeras import frames, ops, strings, tree
from minikeras.messages import describe
from minikeras.training.adapters.data_adapter import to_array
from minikeras.types import Array
from minikeras.utils.shuffle_buffer import Words, seeds_of, shuffled

INFINITE, UNKNOWN = -1, -2  # as TensorFlow counts them
_HAS = (
    "as_numpy_iterator batch cache cardinality concatenate enumerate filter map prefetch repeat "
    "shard shuffle skip take unbatch"
)


class Dataset:
    """Elements, each a tensor or a nest of tuples and dicts of tensors, that can be iterated over.

    make: a function that begins a new pass over the elements, which are arrays or nests of them.
    count: how many there are; ``INFINITE`` or ``UNKNOWN``.

    What TensorFlow does on several threads and in advance (``num_parallel_calls``, ``prefetch``) is
    done when it is needed; the elements and their order are the same.
    """

    class_names: list[str] | None
    file_paths: list[str]
    _is_shuffle = False

    def __init__(self, make: Callable[[], Iterator[Any]], count: int = UNKNOWN) -> None:
        self._make, self._count = make, count

    def __repr__(self) -> str:
        counted = {INFINITE: "infinitely many", UNKNOWN: "an unknown number of"}
        return f"<Dataset of {counted.get(self._count, self._count)} elements>"

    def __getattr__(self, name: str) -> NoReturn:
        hint = "" if name[:1] == "_" or hasattr(type(self), name) else f". It has {_HAS}"
        raise AttributeError(f"minikeras's Dataset has no attribute {name!r}{hint}", name=name)

    # Making

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """The rows of arrays that have equally many, in the nest in which the arrays are.

        Raises ValueError if their numbers of rows differ.
        """
        arrays = _standardized(tensors)
        leaves = tree.flatten(arrays)
        lengths = {len(leaf) if leaf.ndim else -1 for leaf in leaves}
        if len(lengths) != 1 or lengths == {-1}:
            shapes = [leaf.shape for leaf in leaves]
            raise ValueError(f"tensors of the shapes {shapes} do not have equally many rows")
        count = lengths.pop()
        return Dataset(lambda: (_row(arrays, i) for i in range(count)), count)

    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """One element."""
        arrays = _standardized(tensors)
        return Dataset(lambda: iter([arrays]), 1)

    @staticmethod
    def range(*arguments: int) -> Dataset:
        """The integers of Python's ``range``, as int64."""
        numbers = range(*arguments)
        return Dataset(lambda: map(np.int64, numbers), len(numbers))

    @staticmethod
    def zip(*datasets: Any) -> Dataset:
        """Tuples of elements of several data sets, as many as the shortest one has.

        datasets: data sets, or one tuple of them.
        """
        parts = datasets[0] if len(datasets) == 1 else datasets
        if not isinstance(parts, tuple) or not all(isinstance(part, Dataset) for part in parts):
            raise TypeError(f"datasets={describe(parts)}; expected data sets")
        counts = [part._count for part in parts if part._count != INFINITE]
        count = UNKNOWN if UNKNOWN in counts else min(counts, default=INFINITE)
        return Dataset(lambda: zip(*(part._make() for part in parts)), count)

    # Reading

    def __iter__(self) -> Iterator[Any]:
        return map(_as_tensors, self._make())

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as arrays; a string is ``bytes``."""
        return (tree.map_structure(_as_numpy, element) for element in self._make())

    def cardinality(self) -> Any:
        """The number of elements, an int64; -1 if it is infinite, -2 if it is not known."""
        return ops.convert_to_tensor(np.int64(self._count))

    def __len__(self) -> int:
        if self._count < 0:
            what = "infinite" if self._count == INFINITE else "not known"
            raise TypeError(f"the number of elements of the data set is {what}")
        return self._count

    def __bool__(self) -> bool:
        return True

    # Steps

    @frames.filter_traceback
    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The results of a function of each element, whose parts it gets as arguments.

        Parity: the function is called for every element, with tensors; TensorFlow traces it once.
        """
        if not callable(map_func):
            raise TypeError(f"map_func={describe(map_func)}; expected a function")
        return Dataset(lambda: (_called(map_func, e) for e in self._make()), self._count)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements for which a function of their parts is true."""
        return Dataset(lambda: (e for e in self._make() if bool(_called(predicate, e))))

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stacks of ``batch_size`` elements; the last one may be smaller.

        drop_remainder: leave out a smaller one.

        Raises ValueError if elements of a batch have different shapes.
        """
        _check_count("batch_size", batch_size, least=1)

        def batches(source: Iterator[Any]) -> Iterator[Any]:
            while elements := list(itertools.islice(source, int(batch_size))):
                if len(elements) == batch_size or not drop_remainder:
                    yield _stacked(elements)

        whole, rest = divmod(self._count, batch_size)
        count = self._count if self._count < 0 else whole + bool(rest and not drop_remainder)
        batched = Dataset(lambda: batches(self._make()), count)
        vars(batched)["_batch_size"] = batch_size  # by which `split_dataset` knows batches
        return batched

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of the elements."""

        def rows(batches: Iterator[Any]) -> Iterator[Any]:
            for batch in batches:
                yield from (_row(batch, i) for i in range(len(tree.flatten(batch)[0])))

        count = INFINITE if self._count == INFINITE else UNKNOWN
        return Dataset(lambda: rows(self._make()), count)

    def take(self, count: int, name: str | None = None) -> Dataset:
        """The first ``count`` elements; all for -1."""
        _check_count("count", count, least=-1)
        if count < 0:
            return Dataset(self._make, self._count)
        known = count if self._count == INFINITE else min(self._count, count)
        return Dataset(lambda: itertools.islice(self._make(), int(count)), int(known))

    def skip(self, count: int, name: str | None = None) -> Dataset:
        """All but the first ``count`` elements; none for -1."""
        _check_count("count", count, least=-1)
        if count < 0:
            return Dataset(lambda: iter(()), 0)
        known = self._count if self._count < 0 else max(self._count - count, 0)
        return Dataset(lambda: itertools.islice(self._make(), int(count), None), int(known))

    def prefetch(self, buffer_size: int, name: str | None = None) -> Dataset:
        """The same elements: nothing is read in advance."""
        return Dataset(self._make, self._count)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """The same elements, which the first whole pass keeps in memory.

        Raises NotImplementedError for a ``filename``.
        """
        if filename:
            raise NotImplementedError(
                f"filename={describe(filename)}: no cache in files; pass none"
            )
        known: list[list[Any]] = []

        def noted(source: Iterator[Any]) -> Iterator[Any]:
            elements = []
            for element in source:
                elements.append(element)
                yield element
            known.append(elements)

        return Dataset(lambda: iter(known[0]) if known else noted(self._make()), self._count)

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Dataset:
        """The elements in random order, drawn from a buffer (``shuffle_buffer.py``).

        buffer_size: elements in the buffer; as many as there are for a uniform order.
        seed: of the order, together with that of ``set_random_seed``.
        reshuffle_each_iteration: whether each pass has another order.
        """
        _check_count("buffer_size", buffer_size, least=1)
        if seed is not None and not isinstance(seed, int | np.integer):
            raise TypeError(f"seed={describe(seed)}; expected an integer or None")
        pair = seeds_of(None if seed is None else int(seed))
        of_passes = Words(*pair)
        is_fixed = reshuffle_each_iteration is False

        def make() -> Iterator[Any]:
            words = Words(*(pair if is_fixed else (next(of_passes), next(of_passes))))
            return shuffled(self._make(), int(buffer_size), words)

        dataset = Dataset(make, self._count)
        dataset._is_shuffle = True
        return dataset

    def repeat(self, count: int | None = None, name: str | None = None) -> Dataset:
        """The elements ``count`` times, pass after pass; without end for None and -1.

        Parity: behind two shuffles, TensorFlow fills the second buffer beyond the end of a pass,
        and so begins passes of the first one earlier.
        """
        if count is not None:
            _check_count("count", count, least=-1)
        times = INFINITE if count is None or count < 0 else int(count)

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
            return Dataset(make, INFINITE if self._count else 0)
        return Dataset(make, self._count if self._count < 0 and times else self._count * times)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """The elements of this data set, then those of another one."""
        if not isinstance(dataset, Dataset):
            raise TypeError(f"dataset={describe(dataset)}; expected a data set")
        counts = self._count, dataset._count
        count = INFINITE if INFINITE in counts else UNKNOWN if UNKNOWN in counts else sum(counts)

        def second() -> Iterator[Any]:  # which begins when it is needed
            yield from dataset._make()

        return Dataset(lambda: itertools.chain(self._make(), second()), count)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Pairs of a number, int64, and an element."""

        def make() -> Iterator[Any]:
            return zip(map(np.int64, itertools.count(start)), self._make())

        return Dataset(make, self._count)

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Dataset:
        """Every ``num_shards``-th element, from ``index`` on."""
        _check_count("num_shards", num_shards, least=1)
        if not 0 <= index < num_shards:
            raise ValueError(f"index={describe(index)}; expected one in [0, {num_shards})")
        count = self._count if self._count < 0 else len(range(index, self._count, num_shards))
        return Dataset(lambda: itertools.islice(self._make(), index, None, num_shards), count)


def _check_count(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(f"{name}={describe(value)}; expected an integer")
    if value < least:
        raise ValueError(f"{name}={value}; expected at least {least}")


def _standardized(tensors: Any) -> Any:
    """A nest of arrays: lists become arrays, as everywhere in TensorFlow's data sets."""
    if isinstance(tensors, dict):
        return {name: _standardized(part) for name, part in tensors.items()}
    if isinstance(tensors, tuple):
        return tuple(map(_standardized, tensors))
    if isinstance(tensors, np.ndarray | np.generic) and tensors.dtype != object:
        return strings.array(tensors) if tensors.dtype.kind in "US" else np.asarray(tensors)
    if strings.is_text(tensors):
        return strings.array(tensors)
    return to_array(ops.convert_to_tensor(tensors))


def _row(arrays: Any, i: int) -> Any:
    """Row ``i`` of each array of a nest, as arrays."""

    def row(array: Array) -> Array:
        if array.dtype != object:
            return np.asarray(array[i])
        text = np.empty(array.shape[1:], object)  # asarray makes another dtype of bytes
        text[...] = array[i]
        return text

    return tree.map_structure(row, arrays)


def _stacked(elements: list[Any]) -> Any:
    def stack(*leaves: Array) -> Array:
        shapes = {np.shape(leaf) for leaf in leaves}
        if len(shapes) > 1:
            raise ValueError(f"a batch cannot be made of elements of the shapes {sorted(shapes)}")
        return np.stack(leaves)

    return tree.map_structure(stack, *elements)


def _as_tensors(element: Any) -> Any:
    return tree.map_structure(_as_tensor, element)


def _as_tensor(array: Any) -> Any:
    is_text = array.dtype == object
    return ops.convert_to_tensor(array, dtype="string" if is_text else None)


def _as_numpy(array: Any) -> Any:
    return array[()] if not array.ndim else array


def _called(function: Callable[..., Any], element: Any) -> Any:
    """The result of a function of an element, as arrays."""
    tensors = _as_tensors(element)
    found = function(*tensors) if isinstance(tensors, tuple) else function(tensors)
    return _standardized(found)


def take_all(elements: Iterable[Any]) -> list[Any]:
    """The elements as a list of nests of arrays."""
    make = elements._make if isinstance(elements, Dataset) else elements.__iter__
    return list(make())
