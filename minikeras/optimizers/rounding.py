"""Where float32 is rounded differently in TensorFlow's compiled functions than in its eager ones.

Before TensorFlow runs a function it has traced, as ``fit`` does, it rewrites some formulas into
cheaper ones that are equal on paper.  Within ``with compiled():`` these functions follow it;
otherwise they compute what is written.

Source: TensorFlow's Grappler, ``constant_folding.cc``, ``arithmetic_optimizer.cc``.
"""

from __future__ import annotations

import functools
import threading
from typing import Any

import numpy as np

from minikeras.twins import twin


class _Scope(threading.local):
    compiled = False


_scope = _Scope()


class compiled:  # each training step enters it, and a generator would take 1 µs longer
    """Within the block, this thread rounds as TensorFlow's compiled functions do, or does not."""

    def __init__(self, yes: bool = True) -> None:
        self._yes = yes

    def __enter__(self) -> None:
        self._before, _scope.compiled = _scope.compiled, self._yes

    def __exit__(self, *exc: object) -> None:
        _scope.compiled = self._before


def is_compiled() -> bool:
    return _scope.compiled


def rounded(value: float, w: Any) -> Any:
    """``value`` in the type of ``w``, by way of float32.

    Parity: Keras's ``cast`` turns a Python float into float32 first, so 0.9 becomes
    0.8999999761581421 even for a float64 variable.
    """
    return _rounded(value, w.dtype)


@functools.lru_cache(maxsize=256)
def _rounded(value: float, dtype: np.dtype[Any]) -> Any:
    return dtype.type(np.float32(value))


def over(x: Any, constant: float, times: Any = 1) -> Any:
    """times (x / constant); compiled: x · (times · (1 / constant))"""
    number = x.dtype.type
    if is_compiled():
        return x * (number(times) * (number(1) / number(constant)))
    return number(times) * (x / number(constant))


def over_root(x: Any, y: Any) -> Any:
    """x / √y; compiled: x · rsqrt(y), where rsqrt may be off by one unit in the last place"""
    return x * _rsqrt(y) if is_compiled() else x / np.sqrt(y)


@twin(
    "minikeras.kernels.rounding.elementwise:rsqrt",
    when=lambda y: y.dtype == np.float32 and y.ndim > 0,
)
def _rsqrt(y: Any) -> Any:
    return 1 / np.sqrt(y)


def decay(w: Any, weight_decay: Any, lr: Any) -> Any:
    """w − w weight_decay lr; compiled: the two numbers are multiplied first"""
    return w - (w * (weight_decay * lr) if is_compiled() else w * weight_decay * lr)
