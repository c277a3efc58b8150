"""Formulas of optimizers and schedules that are rounded differently within a ``tf.function``.

Source: TensorFlow's Grappler, ``constant_folding.cc``, ``arithmetic_optimizer.cc``.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

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


def over(x: Any, constant: float, times: Any = 1) -> Any:
    """times (x / constant); within a function: x · (times · (1 / constant))"""
    number = x.dtype.type
    if is_inside():
        return x * (number(times) * (number(1) / number(constant)))
    return number(times) * (x / number(constant))


def over_root(x: Any, y: Any) -> Any:
    """x / √y; within a function: x · rsqrt(y), where rsqrt may be off by 1 ULP"""
    return x * _rsqrt(y) if is_inside() else x / np.sqrt(y)


@twin(
    "minikeras.kernels.rounding.elementwise:rsqrt",
    when=lambda y: y.dtype == np.float32 and y.ndim > 0,
)
def _rsqrt(y: Any) -> Any:
    return 1 / np.sqrt(y)


def decay(w: Any, weight_decay: Any, lr: Any) -> Any:
    """w − w weight_decay lr; within a function: the two numbers are multiplied first"""
    return w - (w * (weight_decay * lr) if is_inside() else w * weight_decay * lr)
