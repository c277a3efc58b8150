"""Whether the code runs as a ``tf.function`` in Keras on TensorFlow, as the steps of ``fit`` do.

TensorFlow rewrites the graph of a function before it runs it (Grappler, its graph optimizer).  Some
formulas become cheaper ones that are equal on paper but are rounded differently.  What follows the
rewritten form asks ``is_inside()``.

A division by a constant becomes a multiplication by its reciprocal.  The number of samples in a
batch is a constant only if the function was traced for batches of one size; ``knows_sizes()``
tells.

A product that is only used to be multiplied by a number is multiplied the other way round; a
``Product`` waits for that number.

Source: TensorFlow's Grappler, ``constant_folding.cc``, ``arithmetic_optimizer.cc``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from minikeras.types import Array


class _Scope(threading.local):
    state = False, True, True  # inside, batch_size_known, has_losses: one attribute is fast
    choices: dict[Any, Any] | None = None


_scope = _Scope()


class inside:  # each training step enters it, and a generator would take 1 µs longer
    """Within the block, this thread rounds as a function of TensorFlow does.

    With ``yes=False`` it rounds as TensorFlow's eager operations do.
    """

    def __init__(
        self, yes: bool = True, batch_size_known: bool = True, has_losses: bool = True
    ) -> None:
        self._new = yes, batch_size_known or not yes, has_losses

    def __enter__(self) -> None:
        self._before, _scope.state = _scope.state, self._new

    def __exit__(self, *exc: object) -> None:
        _scope.state = self._before


class tracing:  # as above
    """Within the block, this thread runs a function whose Python code TensorFlow ran once.

    choices: what that code chose, by who chose it; empty before the first run.
    """

    def __init__(self, choices: dict[Any, Any] | None) -> None:
        self._new = choices

    def __enter__(self) -> None:
        self._before, _scope.choices = _scope.choices, self._new

    def __exit__(self, *exc: object) -> None:
        _scope.choices = self._before


def chosen_once(owner: Any, choose: Callable[[], Any]) -> Any:
    """What ``choose`` gives; within ``tracing``, what it gave in the first run."""
    choices = _scope.choices
    if choices is None:
        return choose()
    if owner not in choices:
        choices[owner] = choose()
    return choices[owner]


def is_inside() -> bool:
    return _scope.state[0]


def knows_batch_size() -> bool:
    """True outside of functions, where every size is known."""
    return _scope.state[1]


def has_losses() -> bool:
    """Not in ``predict``: TensorFlow leaves out penalties on activations, which nothing uses."""
    return _scope.state[2]


def knows_sizes() -> bool:
    """Within a function that was traced for batches of one size."""
    return _scope.state[0] and _scope.state[1]


def is_constant(dy: Any) -> bool:
    """Whether TensorFlow knows a gradient before it runs a function.

    It knows that of a loss without weights if it knows the batch size.  Its numbers are equal, by
    which it is recognised here.
    """
    if not knows_sizes():
        return False
    numbers = getattr(dy, "_value", dy)  # of a tensor, where a tape observes the gradient
    return bool(numbers.min() == numbers.max())


def state() -> Any:
    """What the form of a recorded formula depends on."""
    return _scope.state


def over(x: Any, constant: float, times: float = 1) -> Any:
    """times (x / constant) of an array or tensor; inside a function x · (times · (1 / constant))"""
    number = x.dtype.type
    if is_inside():
        return x * (number(times) * reciprocal(constant, x.dtype))
    quotient = x / number(constant)
    return quotient if times == 1 else number(times) * quotient


def reciprocal(constant: float, dtype: Any) -> Any:
    """1 / constant"""
    return dtype.type(1) / dtype.type(constant)


class Product(NDArrayOperatorsMixin):
    """The array first · second; but number · Product is (number · first) · second.

    Any other use takes ``_value``, the array.
    """

    __slots__ = ("__weakref__", "_first", "_second")

    def __init__(self, first: Array, second: Array) -> None:
        self._first, self._second = first, second

    @property
    def shape(self) -> tuple[int, ...]:
        return self._first.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._first.dtype

    @property
    def _value(self) -> Array:
        found: Array = self._first * self._second
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self._value.astype(dtype or self.dtype, copy=False)

    def astype(self, dtype: Any) -> Array:
        return self._value.astype(dtype)

    def rows(self) -> tuple[Array, Product]:
        """The numbers of the rows, all of them; with ``IndexedSlices`` those that are not zero."""
        return np.arange(len(self._first)), self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        numbers = [x for x in inputs if x is not self and not np.ndim(x)]
        if ufunc is np.multiply and method == "__call__" and numbers:
            return numbers[0] * self._first * self._second
        values = [x._value if type(x) is Product else x for x in inputs]
        return getattr(ufunc, method)(*values, **options)
