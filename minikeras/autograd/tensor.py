"""What operations accept and return: a tensor.

Operators and NumPy's protocols are added by ``minikeras.ops``: the engine knows no operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from minikeras.autograd.listeners import value_observed
from minikeras.types import Array


class _EngineOps:
    """The operations that the engine itself uses.  ``minikeras.ops`` declares and binds them."""

    add_at: Any
    cast: Any
    copy: Any
    sum: Any


engine_ops = _EngineOps()


class _Text:
    """How tensors are printed."""

    is_tensorflows = False


_text = _Text()


def print_as_tensorflow() -> None:
    """From now on, tensors are printed in the words of TensorFlow, as Keras prints them on it."""
    _text.is_tensorflows = True


# Attributes that Keras sets on tensors: the mask of a layer's output, and the logits from which an
# activation computed probabilities (losses prefer them, for accuracy).  Three are our own: a loss
# before its weight in ``compile`` applied; the constant and the array whose product this is; a
# gradient as a ``tf_function.Product``.
MARKS = ("_keras_mask", "_keras_logits", "_unweighted", "_factors", "_product")


class Tensor:
    """An immutable array that a tape can recognise.

    ``numpy()`` gives a copy; ``shape`` is a tuple of ints, ``dtype`` a NumPy dtype.
    """

    _is_biased: bool  # it is a product plus a bias, with which TensorFlow fuses some activations

    _maker: str  # the name of the layer in a functional model that made it
    _uses: int  # how often the layers of that model use it
    _addends: Callable[[], Iterable[Any]] | None  # what was added to make it; see `add_all`
    _multiplied: tuple[Any, Any, bool]  # what was multiplied to make it; see `rescaled`
    __slots__ = (
        "__weakref__",
        "_addends",
        "_is_biased",
        "_maker",
        "_multiplied",
        "_uses",
        "_value",
        *MARKS,
    )
    __array_priority__ = 100
    __hash__ = object.__hash__

    def __init__(self, value: Array) -> None:
        self._value = value

    @property
    def shape(self) -> tuple[int, ...]:
        return self._value.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._value.dtype

    @property
    def ndim(self) -> int:
        return self._value.ndim

    @property
    def size(self) -> int:
        return self._value.size

    @property
    def _observed(self) -> Array:
        """The array, for uses that let Python see its values."""
        value_observed()
        return self._value

    @property
    def _copied(self) -> Array:
        """The array, for uses whose result no tape can follow: it is an array or a number."""
        value_observed(self)
        return self._value

    def numpy(self) -> Array:
        """A copy that may be written to; without axes a number of NumPy, or ``bytes``."""
        found: Array = self._copied.copy()[()]
        return found

    def item(self) -> Any:
        return self._copied.item()

    def tolist(self) -> Any:
        return self._copied.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("a tensor's array can only be copied: a tensor does not change")
        return np.array(self._copied, dtype=dtype)

    def __len__(self) -> int:
        if not self._value.ndim:
            raise TypeError("a tensor of rank 0 has no len()")
        return len(self._value)

    def __iter__(self) -> Iterator[Any]:
        if not self._value.ndim:
            raise TypeError("a tensor of rank 0 cannot be iterated over")
        return (self[i] for i in range(len(self._value)))  # type: ignore[index]  # an operator, added in ops

    def __bool__(self) -> bool:
        return bool(self._observed)

    def __float__(self) -> float:
        return float(self._copied)

    def __int__(self) -> int:
        return int(self._observed)

    def __index__(self) -> int:
        return self._observed.__index__()

    def __format__(self, spec: str) -> str:
        return format(self._observed if self.ndim else self._observed.item(), spec)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __reduce__(self) -> Any:
        return Tensor, (self._observed,)

    def __repr__(self) -> str:
        if _text.is_tensorflows:
            value = self._observed[()]
            text = _below(repr(value) if self.ndim else str(value))
            return f"<tf.Tensor: shape={self.shape}, dtype={self._dtype_name()}, numpy={text}>"
        text = np.array2string(self._observed, separator=", ")
        return f"<Tensor: shape={self.shape}, dtype={self.dtype}, value={text}>"

    def __str__(self) -> str:
        text = str(self._observed[()])
        if _text.is_tensorflows:
            return f"tf.Tensor({_below(text)}, shape={self.shape}, dtype={self._dtype_name()})"
        return text

    def _dtype_name(self) -> str:
        return "string" if self.dtype.kind == "O" else self.dtype.name


def _below(text: str) -> str:
    """The text, on lines of its own if it has several."""
    return f"\n{text}" if "\n" in text else text


def marked(tensor: Tensor, **marks: Any) -> Tensor:
    """The tensor, with attributes set: ``_keras_mask=mask``."""
    for name, value in marks.items():
        setattr(tensor, name, value)
    return tensor
