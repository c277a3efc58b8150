"""``DataLayer``: the base of the layers that turn categories and text into numbers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from minikeras import dtypes, strings
from minikeras.autograd import KerasTensor, Tensor, as_tensor
from minikeras.autograd.listeners import recording
from minikeras.layers.arguments import as_symbols, has_symbols, shapes_of
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import Array


class DataLayer(Layer):
    """Computes with arrays, of numbers or of strings; its outputs have no gradient.

    A subclass states ``compute_output_shape`` and ``output_dtype``: ``call`` runs on values only.
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
            if recording.on_symbols is not None:
                return self._by_operations(*args, **kwargs)
            return as_symbols(self.compute_output_spec(*args, **kwargs))
        return super()._compute(args, kwargs, symbolic)

    def _by_operations(self, *args: Any, **kwargs: Any) -> Any:
        """What ``call`` computes, by operations on symbols, which an export writes down.

        Raises ValueError if there are none for it.
        """
        raise ValueError(
            f"layer {self.name!r} ({type(self).__name__}) cannot be exported: ONNX has no "
            "operation for it; export the model behind it, and let the layer change the data before"
        )

    def _kinds_in_graph(self) -> list[str]:
        return [self._value_dtype()]

    def _value_dtype(self) -> str:
        """The dtype of values, where it is not that of symbols."""
        return self.output_dtype


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
