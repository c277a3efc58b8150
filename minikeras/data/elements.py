"""Elements of data sets: nests of tuples and dicts whose leaves are arrays, or data sets.

A program gets tensors; inside, elements are arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import ops, strings, tf_function, tree
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.random import seeds
from minikeras.training.adapters.data_adapter import to_array
from minikeras.types import Array

INFINITE, UNKNOWN = -1, -2  # as TensorFlow counts elements


def check_count(name: str, value: Any, least: int) -> int:
    """The integer; TypeError if it is none, ValueError if it is less than ``least``."""
    if isinstance(value, Tensor) and not value.ndim:
        value = value.numpy()
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise TypeError(f"{name}={describe(value)}; expected an integer")
    if value < least:
        raise ValueError(f"{name}={value}; expected at least {least}")
    return int(value)


def is_array(leaf: Any) -> bool:
    """Whether a leaf is an array, and no data set."""
    return isinstance(leaf, np.ndarray | np.generic)


def standardized(tensors: Any) -> Any:
    """A nest of arrays: lists become arrays, as everywhere in TensorFlow's data sets."""
    if isinstance(tensors, dict):
        return {name: standardized(part) for name, part in tensors.items()}
    if isinstance(tensors, tuple):
        return tuple(map(standardized, tensors))
    if hasattr(tensors, "as_numpy_iterator"):
        return tensors
    if isinstance(tensors, np.ndarray | np.generic) and tensors.dtype != object:
        return strings.array(tensors) if tensors.dtype.kind in "US" else np.asarray(tensors)
    if isinstance(tensors, Tensor):
        return tensors._value
    if strings.is_text(tensors):
        return strings.array(tensors)
    columns = getattr(tensors, "columns", None)
    if columns is not None:  # a data frame of pandas
        return np.asarray(tensors)
    return to_array(ops.convert_to_tensor(tensors))


def row(arrays: Any, i: int) -> Any:
    """Row ``i`` of each array of a nest, as arrays."""

    def of(array: Array) -> Array:
        if array.dtype != object:
            return np.asarray(array[i])
        text = np.empty(array.shape[1:], object)  # asarray makes another dtype of bytes
        text[...] = array[i]
        return text

    return tree.map_structure(of, arrays)


def stacked(elements: list[Any]) -> Any:
    """The elements as rows of arrays.  Raises ValueError if their shapes differ."""

    def stack(*leaves: Array) -> Array:
        shapes = {np.shape(leaf) for leaf in leaves}
        if len(shapes) > 1:
            raise ValueError(f"a batch cannot be made of elements of the shapes {sorted(shapes)}")
        return np.stack(leaves)

    return tree.map_structure(stack, *elements)


def as_tensors(element: Any) -> Any:
    """The element as a program gets it."""
    return tree.map_structure(_as_tensor, element)


def _as_tensor(leaf: Any) -> Any:
    if not is_array(leaf):
        return leaf
    is_text = leaf.dtype == object
    return ops.convert_to_tensor(leaf, dtype="string" if is_text else None)


def as_numpy(element: Any) -> Any:
    """The element with arrays, and numbers of NumPy; a string is ``bytes``."""
    return tree.map_structure(_as_numpy, element)


def _as_numpy(leaf: Any) -> Any:
    return leaf[()] if is_array(leaf) and not leaf.ndim else leaf


class Calls:
    """The calls in one pass of a program's function, which TensorFlow would trace."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._random = function, seeds.Function()

    def __repr__(self) -> str:
        return f"<Calls of {self._function!r}>"

    def result(self, *arguments: Any) -> Any:
        """What the function returns."""
        with tf_function.inside(), seeds.in_function(self._random):
            return self._function(*arguments)

    def of(self, element: Any) -> Any:
        """The result for an element, whose parts the function gets as arguments, as arrays."""
        tensors = as_tensors(element)
        arguments = tensors if isinstance(tensors, tuple) else (tensors,)
        return standardized(self.result(*arguments))
