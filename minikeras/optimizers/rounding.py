"""Formulas of optimizers and schedules that are rounded differently within a ``tf.function``.

Source: TensorFlow's Grappler, ``constant_folding.cc``, ``arithmetic_optimizer.cc``.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.autograd import IndexedSlices
from minikeras.tf_function import is_inside
from minikeras.twins import twin


def rounded(value: float, w: Any) -> Any:
    """``value`` in the type of ``w``, by way of float32.

    Parity: Keras's ``cast`` turns a Python float into float32 first, so 0.9 becomes
    0.8999999761581421 even for a float64 variable.
    """
    return _rounded(value, w.dtype)


@functools.lru_cache(maxsize=256)
def _rounded(value: float, dtype: np.dtype[Any]) -> Any:
    return dtype.type(np.float32(value))


def over_root(x: Any, y: Any) -> Any:
    """x / √y; within a function: x · rsqrt(y), where rsqrt may be off by 1 ULP

    Slices are always divided.
    """
    exact = isinstance(x, IndexedSlices) or not is_inside()
    return x / np.sqrt(y) if exact else x * _rsqrt(y)


def centered(v: Any, mean: Any, epsilon: float) -> Any:
    """(v − mean²) + ε; within a function: (ε − mean²) + v"""
    return epsilon - mean * mean + v if is_inside() else v - mean * mean + epsilon


def plus(w: Any, x: Any) -> Any:
    """w + x, the new value of a variable; slices are added one after another"""
    return _scattered(np.add, w, x) if isinstance(x, IndexedSlices) else w + x


def minus(w: Any, x: Any) -> Any:
    """w − x, the new value of a variable; slices are subtracted one after another"""
    return _scattered(np.subtract, w, x) if isinstance(x, IndexedSlices) else w - x


def _scattered(operation: Any, w: Any, x: IndexedSlices) -> Any:
    w = w.copy()
    operation.at(w, x._indices, x._values)
    return w


@twin(
    "minikeras.kernels.rounding.elementwise:rsqrt",
    when=lambda y: y.dtype == np.float32 and y.ndim > 0,
)
def _rsqrt(y: Any) -> Any:
    return 1 / np.sqrt(y)
