"""The values that operations accept: a tensor, and the abstract symbol of one.

Operators and NumPy's protocols are installed by ``minikeras.ops``: this floor knows no
operation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.types import Array, DType, Shape


class _Recording(threading.local):
    """Who is told of operations, and who besides of gradients, assignments and looked-at values."""

    tapes: tuple[Any, ...] = ()
    account: Any = None


recording = _Recording()


def look() -> None:
    if recording.account is not None:
        recording.account.refuse("a value was looked at")


class Tensor:
    """An immutable array that a tape can recognise.

    ``numpy()`` gives a copy; ``shape`` is a tuple of ints, ``dtype`` a NumPy dtype.
    """

    __slots__ = ("__weakref__", "_keras_logits", "_keras_mask", "_value")
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

    def numpy(self) -> Array:
        """A copy that may be written to."""
        look()
        return self._value.copy()

    def item(self) -> Any:
        look()
        return self._value.item()

    def tolist(self) -> Any:
        look()
        return self._value.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        look()
        if copy is False and dtype is not None and dtype != self._value.dtype:
            raise ValueError(f"cannot view {self.dtype} as {dtype} without a copy")
        return np.array(self._value, dtype=dtype)

    def __len__(self) -> int:
        if not self._value.ndim:
            raise TypeError("a tensor of rank 0 has no len()")
        return len(self._value)

    def __iter__(self) -> Iterator[Any]:
        if not self._value.ndim:
            raise TypeError("a tensor of rank 0 cannot be iterated over")
        return (self[i] for i in range(len(self._value)))  # type: ignore[index]

    def __bool__(self) -> bool:
        look()
        return bool(self._value)

    def __float__(self) -> float:
        look()
        return float(self._value)

    def __int__(self) -> int:
        look()
        return int(self._value)

    def __index__(self) -> int:
        look()
        return self._value.__index__()

    def __format__(self, spec: str) -> str:
        look()
        return format(self._value.item() if not self._value.ndim else self._value, spec)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __reduce__(self) -> Any:
        look()
        return Tensor, (self._value,)

    def __repr__(self) -> str:
        look()
        text = np.array2string(self._value, separator=", ")
        return f"<Tensor: shape={self.shape}, dtype={self.dtype}, value={text}>"

    def __str__(self) -> str:
        look()
        return str(self._value)


class Symbol:
    """What is known of a tensor before it is computed: shape (None: not yet known) and dtype."""

    __slots__ = ("__dict__", "__weakref__", "dtype", "shape")
    __array_priority__ = 200
    __hash__ = object.__hash__

    def __init__(self, shape: Shape, dtype: DType = "float32") -> None:
        self.shape: Shape = tuple(shape)
        self.dtype: str = dtypes.standardize(dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int | None:
        return shapes.size(self.shape)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            f"{self!r} has no value: it stands for a tensor that is computed later. Inside a "
            "functional model use keras.ops or a layer, not Python control flow or NumPy"
        )

    __bool__ = __float__ = __int__ = __index__ = __iter__ = numpy = _refuse

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise ValueError(
            f"{self!r} has no value and cannot become a NumPy array: it stands for a tensor that "
            "is computed later. Use keras.ops or a layer instead of NumPy"
        )

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"{self!r} has no known length")
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} shape={self.shape}, dtype={self.dtype}>"
