"""Rounding, and values brought within limits."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.ops.core import as_kind, cast, is_floating, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.kinds import counting
from minikeras.ops.primitives.arithmetic import maximum, minimum
from minikeras.ops.primitives.comparison import isnan
from minikeras.ops.primitives.rounding import _round, ceil, floor
from minikeras.types import DType, TensorLike


@operation("ops.numpy Tensor numpy")
def clip(x: TensorLike, x_min: TensorLike, x_max: TensorLike) -> TensorLike:
    """y = max(min(x, x_max), x_min)

    Parity: the gradient is 1 on the edges, because ties go to the first argument.
    """
    x = as_kind(counting, x)
    high, low = tensor(x_max, x.dtype), tensor(x_min, x.dtype)
    return maximum(minimum(x, high), low)


@operation("ops")
def saturate_cast(x: TensorLike, dtype: DType) -> TensorLike:
    """x in another dtype, clipped to what that dtype can hold; "bool" holds 0 and 1."""
    x, wanted = tensor(x), dtypes.of(dtype)
    if wanted.kind in "iu":
        limits: Any = np.iinfo(wanted)
        own = dtypes.of(x.dtype)
        low, high = limits.min, limits.max
        if own.kind in "iu":
            low, high = builtins.max(low, np.iinfo(own).min), builtins.min(high, np.iinfo(own).max)
        elif own.kind == "f" and float(own.type(high)) > high:  # 2³¹ − 1 rounds up to 2³¹
            high = np.nextafter(own.type(high), own.type(0))
        x = clip(x, low, high)
    elif wanted.kind == "b":
        x = clip(x, 0, 1)
    elif wanted.kind == "f" and is_floating(x):
        bound = builtins.min(np.finfo(wanted).max, np.finfo(dtypes.of(x.dtype)).max)
        x = clip(x, -bound, bound)
    return cast(x, dtype)


@operation("ops.numpy Tensor numpy")
def round(x: TensorLike, decimals: int = 0) -> TensorLike:
    """x to `decimals` places; halves go to the even neighbour."""
    if decimals == 0:
        return _round(x)
    x = tensor(x)
    dtype = x.dtype
    if not is_floating(x):
        if decimals > 0:
            return x
        x = cast(x, None)
    factor = np.asarray(math.pow(10, decimals), x.dtype)
    return cast(_round(x * factor) / factor, dtype)


@operation("ops.numpy numpy")
def trunc(x: TensorLike) -> TensorLike:
    """x without its fraction; whole numbers keep their dtype."""
    x = tensor(x)
    return where(x < 0, ceil(x), floor(x)) if is_floating(x) else x


@operation("ops.numpy numpy")
def nan_to_num(
    x: TensorLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> TensorLike:
    """x with NaN and the infinities replaced; by default by 0 and the extremes of the dtype."""
    x = tensor(x)
    if not is_floating(x):
        return x
    limits = np.finfo(x.dtype)
    x = where(isnan(x), np.asarray(nan, x.dtype), x)
    x = where(x == np.inf, np.asarray(limits.max if posinf is None else posinf, x.dtype), x)
    return where(x == -np.inf, np.asarray(limits.min if neginf is None else neginf, x.dtype), x)
