"""A data set as a chain of steps, like ``tf.data.Dataset``: what the functions of ``utils`` return.

    for x, y in image_dataset_from_directory("cats_and_dogs").map(augment).take(2): ...

Each step is a data set of its own that can be iterated over as often as wanted. Elements are arrays
inside; a program gets tensors. As in TensorFlow, `iter` begins a pass in all steps at once, which
is when a shuffled order is drawn.
"""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, frames, ops, strings, tree
from minikeras.data.batching import Batching
from minikeras.data.elements import INFINITE, UNKNOWN, row, standardized
from minikeras.data.mapping import Mapping
from minikeras.data.reading import Readable
from minikeras.data.selecting import Selecting
from minikeras.data.shuffle_buffer import Words
from minikeras.messages import describe
from minikeras.random import distributions, seeds
from minikeras.types import Array


class Dataset(Mapping, Batching, Selecting):
    """Elements, each a tensor or a nest of tuples and dicts of tensors, that can be iterated over.

    make: a function that begins a new pass over the elements, which are arrays or nests of them.
    count: how many there are; ``INFINITE`` or ``UNKNOWN``.

    What TensorFlow does on several threads and in advance (``num_parallel_calls``, ``prefetch``) is
    done when it is needed; the elements and their order are the same.
    """

    def __init__(self, make: Callable[[], Iterator[Any]], count: int = UNKNOWN) -> None:
        super().__init__(make, count)

    @staticmethod
    @frames.filter_traceback
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """The rows of arrays that have equally many, in the nest in which the arrays are.

        Raises ValueError if their numbers of rows differ.
        """
        arrays = standardized(tensors)
        leaves = tree.flatten(arrays)
        lengths = {len(leaf) if leaf.ndim else -1 for leaf in leaves}
        if len(lengths) != 1 or lengths == {-1}:
            shapes = [leaf.shape for leaf in leaves]
            raise ValueError(f"tensors of the shapes {shapes} do not have equally many rows")
        count = lengths.pop()
        return Dataset(lambda: (row(arrays, i) for i in range(count)), count)

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """One element."""
        arrays = standardized(tensors)
        return Dataset(lambda: iter([arrays]), 1)

    @staticmethod
    @frames.filter_traceback
    def from_generator(
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple[Any, ...] | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What a generator yields; each pass calls the function that makes it.

        output_types: the dtype of each leaf.
        output_shapes: the shape of each leaf.
        args: arguments of the function; it gets arrays.
        output_signature: in place of types and shapes, a ``tf.TensorSpec`` of each leaf.

        Raises TypeError for what is no function or does not fit the dtypes, ValueError without
        dtypes.
        """
        if not callable(generator):
            raise TypeError(f"generator={describe(generator)}; expected a function")
        if output_signature is None and output_types is None:
            raise ValueError("output_signature=None; expected a tf.TensorSpec of each leaf")
        wanted = output_types if output_signature is None else output_signature
        given = tuple(standardized(argument) for argument in args or ())

        def make() -> Iterator[Any]:
            return (_typed(element, wanted) for element in generator(*given))

        made = Dataset(make, UNKNOWN)
        made._spec = output_signature
        return made

    @staticmethod
    def range(*args: Any, output_type: Any = "int64", name: str | None = None) -> Dataset:
        """The integers of Python's ``range``, as int64."""
        numbers, kind = range(*map(int, args)), dtypes.of(output_type).type
        return Dataset(lambda: map(kind, numbers), len(numbers))

    @staticmethod
    def counter(
        start: int = 0, step: int = 1, dtype: Any = "int64", name: str | None = None
    ) -> Dataset:
        """Numbers from ``start`` on, without end."""
        kind = dtypes.of(dtype).type
        return Dataset(lambda: map(kind, itertools.count(start, step)), INFINITE)

    @staticmethod
    @frames.filter_traceback
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Tuples of elements of several data sets, as many as the shortest one has.

        args: data sets, or one nest of them, whose elements are then such nests.
        """
        nest = datasets if datasets is not None else args[0] if len(args) == 1 else args
        parts: list[Any] = tree.flatten(nest) if isinstance(nest, tuple | dict) else [None]
        if not all(isinstance(part, Readable) for part in parts):
            raise TypeError(f"datasets={describe(nest)}; expected data sets")
        counts = [part._count for part in parts if part._count != INFINITE]
        count = UNKNOWN if UNKNOWN in counts else min(counts, default=INFINITE)

        def make() -> Iterator[Any]:
            rows = zip(*(part._make() for part in parts))
            return (_nested(nest, iter(found)) for found in rows)

        zipped = Dataset(make, count)
        zipped._open_axes = min(part._open_axes for part in parts)
        return zipped

    @staticmethod
    @frames.filter_traceback
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: Any = None
    ) -> Dataset:
        """The paths of files that match a pattern such as "*.png", or several patterns.

        shuffle: whether in random order, which is also the default; else sorted.

        Raises ValueError if there is none.
        """
        patterns = np.atleast_1d(strings.array(file_pattern))
        paths = [path for p in patterns for path in sorted(glob.glob(os.fsdecode(p)))]
        if not paths:
            raise ValueError(f"file_pattern={describe(file_pattern)}: no file matches")
        dataset = Dataset.from_tensor_slices(strings.array(sorted(paths)))
        return dataset if shuffle is False else dataset.shuffle(len(paths), seed)

    @staticmethod
    def random(
        seed: int | None = None,
        rerandomize_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Random integers of [0, 2³²), int64, the same in every pass."""
        pair = seeds.operation_pair(seed)
        if rerandomize_each_iteration:
            raise NotImplementedError("rerandomize_each_iteration=True is not in minikeras")
        return Dataset(lambda: map(np.int64, Words(*pair)), INFINITE)

    @staticmethod
    @frames.filter_traceback
    def choose_from_datasets(
        datasets: Sequence[Dataset], choice_dataset: Dataset, stop_on_empty_dataset: bool = True
    ) -> Dataset:
        """At each step the next element of the data set that a number names.

        stop_on_empty_dataset: whether all ends when the chosen data set has no more elements; else
            the number is passed over.
        """
        _check_datasets(datasets)

        def make() -> Iterator[Any]:
            open_: list[Iterator[Any] | None] = [part._make() for part in datasets]
            for number in choice_dataset._make():
                source = open_[int(number)]
                for element in source or ():
                    yield element
                    break
                else:
                    open_[int(number)] = None
                    if stop_on_empty_dataset or all(part is None for part in open_):
                        return

        is_endless = any(part._count == INFINITE for part in datasets)
        return Dataset(make, INFINITE if is_endless else UNKNOWN)

    @staticmethod
    @frames.filter_traceback
    def sample_from_datasets(
        datasets: Sequence[Dataset],
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """At each step the next element of a data set that is chosen at random.

        weights: the probability of each data set; None if they are equal.
        """
        _check_datasets(datasets)
        count = len(datasets)
        if weights is None:
            logits = np.ones((1, count), np.float32)
        else:
            given = standardized(weights)
            if given.shape != (count,):
                raise ValueError(f"weights={describe(weights)}; expected {count} numbers")
            logits = standardized(ops.log(ops.convert_to_tensor(given)))[None]
        pairs = Dataset.random(seed).batch(2)

        def choices() -> Iterator[Any]:
            for first, second in pairs._make():
                yield distributions.categorical((int(first), int(second)), logits, 1)[0, 0]

        return Dataset.choose_from_datasets(
            datasets, Dataset(choices, INFINITE), stop_on_empty_dataset
        )


class TextLineDataset(Dataset):
    """The lines of files, without their ends.

    filenames: a path, or several.

    Raises NotImplementedError for compressed files.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        if compression_type:
            raise NotImplementedError(
                f"compression_type={describe(compression_type)} is not in minikeras; expected None"
            )
        paths = [os.fsdecode(path) for path in np.atleast_1d(standardized(filenames))]

        def make() -> Iterator[Any]:
            for path in paths:
                with open(path, "rb") as file:
                    for line in file:
                        yield strings.filled([line.rstrip(b"\n").removesuffix(b"\r")], ())

        super().__init__(make, UNKNOWN)

    def _step(self, make: Callable[[], Iterator[Any]], count: int, more_axes: int = 0) -> Any:
        return Dataset(make, count)


def cardinality(dataset: Dataset) -> Any:
    """The number of elements; see ``Dataset.cardinality``."""
    return dataset.cardinality()


def _check_datasets(datasets: Any) -> None:
    if not datasets or not all(isinstance(part, Readable) for part in datasets):
        raise TypeError(f"datasets={describe(datasets)}; expected a list of data sets")


def _nested(nest: Any, leaves: Iterator[Any]) -> Any:
    """The leaves in a nest of tuples and dicts; a leaf may itself be a nest."""
    if isinstance(nest, tuple):
        return tuple(_nested(part, leaves) for part in nest)
    if isinstance(nest, dict):
        found = {key: _nested(nest[key], leaves) for key in sorted(nest)}
        return {key: found[key] for key in nest}
    return next(leaves)


def _typed(element: Any, wanted: Any) -> Any:
    """What a generator yielded, with the dtypes that are wanted."""
    if isinstance(wanted, dict):
        return {key: _typed(element[key], part) for key, part in wanted.items()}
    if isinstance(wanted, tuple):
        if not isinstance(element, tuple | list) or len(element) != len(wanted):
            raise TypeError(
                f"the generator yielded {describe(element)}; expected {len(wanted)} parts"
            )
        return tuple(map(_typed, element, wanted))
    dtype = getattr(wanted, "dtype", wanted)
    shape = getattr(wanted, "shape", None)
    found = _array(element, dtypes.standardize(dtype))
    if shape is not None:
        fits = len(shape) == found.ndim
        if not fits or any(n is not None and n != m for n, m in zip(shape, found.shape)):
            raise TypeError(
                f"the generator yielded an element of shape {found.shape}; expected {tuple(shape)}"
            )
    return found


def _array(value: Any, dtype: str) -> Array:
    if dtype == "string":
        return strings.array(value)
    try:
        return np.asarray(standardized(value), dtype)
    except (TypeError, ValueError):
        raise TypeError(f"the generator yielded {describe(value)}; expected {dtype}") from None


def take_all(elements: Iterable[Any]) -> list[Any]:
    """The elements as a list of nests of arrays."""
    make = elements._make if isinstance(elements, Dataset) else elements.__iter__
    return list(make())
