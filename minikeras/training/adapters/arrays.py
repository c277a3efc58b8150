"""Batches of arrays in memory."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from minikeras import dtypes, settings, strings, tree
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.random import shuffling
from minikeras.training.adapters import packing
from minikeras.training.adapters.data_adapter import Batch, DataAdapter, to_array
from minikeras.types import Array


def can_slice(value: Any) -> bool:
    return value is None or hasattr(value, "__array__")


def can_slice_all(structure: Any) -> bool:
    return all(map(can_slice, tree.flatten(structure)))


def no_arrays(argument: str, value: Any) -> str:
    """The sentence about a value that holds something else than arrays."""
    sentence = f"expected an array or a nest of arrays, received {argument}={describe(value)}"
    return f"{sentence}. Use np.array({argument})" if isinstance(value, list | tuple) else sentence


def _is_foreign_float(dtype: Any) -> bool:
    name = dtypes.standardize(dtype)
    return name.startswith("float") and name != settings.floatx()


def standardize(value: Any, argument: str = "x") -> Array | None:
    """An ndarray; floats are cast to ``floatx``, other dtypes stay.

    Data frames become (rows, columns), their columns (rows, 1).
    Raises ValueError for dtypes that are not numeric; it names the argument.

    Parity: if one column is a float of another precision, the whole data frame is cast.
    """
    if value is None:
        return None
    if hasattr(value, "iloc") and hasattr(value, "to_numpy"):  # pandas, which is not imported
        is_frame = hasattr(value, "columns")  # whose columns may share a name
        columns = [*value.dtypes.items()] if is_frame else [(value.name, value.dtype)]
        for name, dtype in columns:
            _check_numeric(f"column {name!r} of {argument}", dtype)
        if any(_is_foreign_float(dtype) for _, dtype in columns):
            value = value.astype(settings.floatx())
        array = value.to_numpy()
        return array if array.ndim > 1 else array[:, None]
    array = to_array(value)
    if array.dtype == object and array.ndim == 1 and array.size and isinstance(array[0], str):
        return strings.array(array)  # Parity: other arrays of strings are refused
    if array.dtype == object and isinstance(value, Tensor):
        return array  # a tensor of strings
    _check_numeric(argument, array.dtype)
    return array.astype(settings.floatx()) if _is_foreign_float(array.dtype) else array


def _check_numeric(what: str, dtype: Any) -> None:
    kind = getattr(dtype, "kind", "O")
    if kind in "biufc":
        return
    advice = "Convert it to numbers, .astype('float32')"
    if kind in "UST" or str(dtype) in ("str", "string", "category"):
        advice = "Encode text as numbers, np.unique(text, return_inverse=True)[1]"
    elif kind == "O":
        advice += (
            ", if all entries are numbers; rows of unequal length must be padded, text encoded"
        )
    raise ValueError(f"Invalid dtype: {what} has dtype {dtype}, expected numbers. {advice}")


class ArrayAdapter(DataAdapter):
    """Slices of arrays, in order or shuffled.

    shuffle: True for a permutation of all samples in each epoch, "batch" for one within each batch.
    batch_size: 32 by default, or such that there are ``steps`` batches.

    Parity: after ``set_random_seed`` every epoch of every fit has the same order.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: bool | str = False,
        class_weight: Mapping[int, float] | None = None,
    ) -> None:
        if sample_weight is not None:
            if class_weight is not None:
                raise ValueError("class_weight and sample_weight exclude each other; received both")
            sample_weight = _for_each_output(sample_weight, y)
        if class_weight is not None:
            packing.refuse_several_outputs(y)
            sample_weight = packing.class_weight_to_sample_weights(y, class_weight)
        arrays = [
            tree.map_structure(functools.partial(standardize, argument=name), value)
            for name, value in zip(packing.ARGUMENTS, (x, y, sample_weight))
        ]
        self._inputs = tree.lists_to_tuples(packing.pack_x_y_sample_weight(*arrays))
        self.weighted = arrays[2] is not None
        self._samples = packing.check_cardinality(self._inputs)
        if not isinstance(batch_size, int) and hasattr(batch_size, "shape"):
            raise ValueError(
                f"batch_size must be an integer, received {describe(batch_size)}. It is the third "
                "argument of fit; validation data are given as validation_data=(x, y)"
            )
        if not batch_size:
            batch_size = math.ceil(self._samples / steps) if steps else 32
        self._batch_size = _positive("batch_size", batch_size) if self._samples else 32
        self._shuffle = shuffle
        self.num_batches = math.ceil(self._samples / self._batch_size)
        self.batch_size = None if self._samples % self._batch_size else self._batch_size

    def batches(self) -> Iterator[Batch]:
        n, size = self._samples, self._batch_size
        if not self._shuffle:
            for start in range(0, n, size):
                yield self._select(operator.itemgetter(slice(start, start + size)))
            return
        for samples in shuffling.fit_batches(n, size, self._shuffle, self.order):
            yield self._select(functools.partial(np.take, indices=samples, axis=0))

    def _select(self, samples_of: Callable[[Array], Array]) -> Batch:
        if type(self._inputs) is tuple and {*map(type, self._inputs)} == {np.ndarray}:
            return tuple(map(samples_of, self._inputs))  # the common case, three times faster
        return tree.map_structure(samples_of, self._inputs, none_is_leaf=False)


def _positive(name: str, value: Any) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, received {value!r}") from None
    if number <= 0:
        raise ValueError(f"{name} must be positive, received {value!r}")
    return number


def _for_each_output(sample_weight: Any, y: Any) -> Any:
    """One array of weights for each output; a single array is used for all outputs."""
    if not tree.is_nested(y):
        return sample_weight
    if tree.is_nested(sample_weight):
        try:
            tree.assert_same_structure(y, sample_weight)
        except ValueError:
            raise ValueError(
                "sample_weight needs one array for each output in y, in the same structure; "
                f"received y={describe(y)} and sample_weight={describe(sample_weight)}"
            ) from None
        return sample_weight
    shape = sample_weight.shape
    if len(shape) != 1 and not (len(shape) == 2 and shape[1] == 1):
        raise ValueError(
            "sample_weight for several outputs must be one number for each sample, "
            f"(samples,), or one array for each output; received shape {shape}"
        )
    return tree.map_structure(lambda _: sample_weight, y)


def train_validation_split(arrays: Any, validation_split: float) -> tuple[Any, Any]:
    """The first ⌊n (1 − validation_split)⌋ samples, and the rest.

    Raises ValueError if one of the two would be empty or an array cannot be sliced.
    """
    leaves = tree.flatten(arrays)
    for name, value in zip(packing.ARGUMENTS, arrays):
        if not can_slice_all(value):
            raise ValueError(
                f"validation_split needs arrays that can be sliced. {no_arrays(name, value)}"
            )
    if all(leaf is None for leaf in leaves):
        return arrays, arrays
    arrays = tree.map_structure(standardize, arrays)
    n = len(next(leaf for leaf in tree.flatten(arrays) if leaf is not None))
    count = math.floor(n * (1.0 - validation_split))
    if count in (0, n):
        raise ValueError(
            f"validation_split={validation_split} of {n} samples leaves nothing to train on or "
            "nothing to validate with; give more data or another fraction"
        )
    first = tree.map_structure(lambda a: a[:count], arrays, none_is_leaf=False)
    rest = tree.map_structure(lambda a: a[count:n], arrays, none_is_leaf=False)
    return first, rest
