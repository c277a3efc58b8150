"""``DataLayer``: the base of the layers that turn categories and text into numbers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from minikeras import dtypes, strings, tree
from minikeras.autograd import KerasTensor, Tensor, as_tensor
from minikeras.layers.arguments import as_symbols, has_symbols, shapes_of
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.types import Array

tensorflow = Library("tensorflow")


class DataLayer(Layer):
    """Computes with arrays, of numbers or of strings; its outputs have no gradient.

    A subclass states ``compute_output_shape`` and ``output_dtype``: ``call`` runs on values only.

    A tensor of a TensorFlow graph, such as ``Dataset.map`` gives to its function, is accepted too;
    the result is then one of TensorFlow.
    """

    _convert_input_args = False  # text is not converted, and whole numbers keep their dtype
    _allow_non_tensor_positional_args = True

    def _takes_text(self) -> bool:
        return True

    @property
    def output_dtype(self) -> str:
        """The name of the dtype of the outputs, as symbolic calls give it."""
        return str(self.compute_dtype)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """A KerasTensor like the output of ``call``."""
        shape = self.compute_output_shape(shapes_of(args[0]))
        return KerasTensor(shape, dtype=self.output_dtype)

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any], symbolic: bool) -> Any:
        if not symbolic and has_symbols(args):
            return as_symbols(self.compute_output_spec(*args, **kwargs))
        if any(map(_of_a_graph, tree.flatten(args))):
            return self._in_graph(args, kwargs)
        return super()._compute(args, kwargs, symbolic)

    def _in_graph(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The output as a tensor of a TensorFlow graph, which calls Python for its value."""

        def compute(*values: Any) -> Array:
            return np.asarray(self.call(*tree.pack_sequence_as(args, list(values)), **kwargs))

        given = tree.map_structure(lambda x: x if _of_a_graph(x) else np.asarray(x), args)
        spec = self.compute_output_spec(*given, **kwargs)
        computed = tensorflow.numpy_function(compute, tree.flatten(given), self._value_dtype())
        computed.set_shape(spec.shape)
        return computed

    def _value_dtype(self) -> str:
        """The dtype of values, where it is not that of symbols."""
        return self.output_dtype


def _of_a_graph(x: Any) -> bool:
    if not type(x).__module__.startswith("tensorflow"):
        return False
    return not hasattr(x, "numpy") and hasattr(x, "graph")


def values_of(x: Any) -> Array:
    """The array of an input: of numbers, or of ``bytes`` if the input holds strings.

    Python's whole numbers are int32, its other numbers float32; arrays keep their dtype.

    Raises ValueError for what is neither, and for lists of different lengths.
    """
    if isinstance(x, Tensor):
        return x._copied
    if strings.is_text(x):
        return strings.array(x)
    if hasattr(x, "numpy") and not isinstance(x, Tensor):
        x = x.numpy()
    return as_tensor(x)._copied


def check_choice(owner: Any, argument: str, value: Any, allowed: Collection[str]) -> None:
    """Raises ValueError unless the argument has one of these values."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(
            f"Unknown value for `{argument}` argument of layer {type(owner).__name__}. Allowed "
            f"values are: {tuple(allowed)}. Received: {argument}={describe(value)}"
        )


def refuse_sparse(sparse: Any) -> None:
    """Raises ValueError if a layer is to return sparse tensors."""
    if sparse:
        raise ValueError(
            "`sparse=True` cannot be used: sparse tensors do not exist on the NumPy backend. "
            f"Received: sparse={describe(sparse)}"
        )


def is_floating(values: Array) -> bool:
    return values.dtype.kind == "f" or dtypes.standardize(values.dtype).startswith("bfloat")
