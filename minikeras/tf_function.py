"""Whether the code runs as a ``tf.function`` in Keras on TensorFlow, as the steps of ``fit`` do.

TensorFlow rewrites the graph of a function before it runs it (Grappler, its graph optimizer).  Some
formulas become cheaper ones that are equal on paper but are rounded differently.  What follows the
rewritten form asks ``is_inside()``.

A division by a constant becomes a multiplication by its reciprocal.  The number of samples in a
batch is a constant only if the function was traced for batches of one size; ``knows_batch_size()``
tells.

Source: TensorFlow's Grappler, ``constant_folding.cc``, ``arithmetic_optimizer.cc``.
"""

from __future__ import annotations

import threading
from typing import Any


class _Scope(threading.local):
    inside = False
    batch_size_known = True


_scope = _Scope()


class inside:  # each training step enters it, and a generator would take 1 µs longer
    """Within the block, this thread rounds as a function of TensorFlow does.

    With ``yes=False`` it rounds as TensorFlow's eager operations do.
    """

    def __init__(self, yes: bool = True, batch_size_known: bool = True) -> None:
        self._new = yes, batch_size_known or not yes

    def __enter__(self) -> None:
        self._before = _scope.inside, _scope.batch_size_known
        _scope.inside, _scope.batch_size_known = self._new

    def __exit__(self, *exc: object) -> None:
        _scope.inside, _scope.batch_size_known = self._before


def is_inside() -> bool:
    return _scope.inside


def knows_batch_size() -> bool:
    """True outside of functions, where every size is known."""
    return _scope.batch_size_known


def state() -> Any:
    """What the form of a recorded formula depends on."""
    return _scope.inside, _scope.batch_size_known


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
