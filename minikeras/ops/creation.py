"""Creation of tensors: zeros, ones, arange, eye, ..."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.autograd import Symbol, Tensor
from minikeras.ops.core import cast, convert_to_tensor, tensor
from minikeras.ops.declarations import operation, public
from minikeras.ops.joining import concatenate
from minikeras.ops.primitives.arithmetic import absolute, power, sign
from minikeras.ops.primitives.exponential import log
from minikeras.ops.primitives.rounding import floor
from minikeras.ops.reshaping import broadcast_to, expand_dims
from minikeras.types import DType, TensorLike


def _shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    return (int(shape),) if not hasattr(shape, "__iter__") else tuple(map(int, shape))


@public("ops.numpy", also="empty")
def zeros(shape: int | Sequence[int], dtype: DType = None) -> TensorLike:
    """A tensor of zeros."""
    return Tensor(np.zeros(_shape(shape), dtypes.of(dtype)))


@public("ops.numpy")
def ones(shape: int | Sequence[int], dtype: DType = None) -> TensorLike:
    """A tensor of ones."""
    return Tensor(np.ones(_shape(shape), dtypes.of(dtype)))


@public("ops.numpy")
def full(shape: int | Sequence[int], fill_value: TensorLike, dtype: DType = None) -> TensorLike:
    """A tensor of one value, or of a tensor that broadcasts to the shape."""
    return broadcast_to(tensor(fill_value, dtypes.of(dtype)), _shape(shape))


@operation("ops.numpy numpy", also="empty_like")
def zeros_like(x: TensorLike, dtype: DType = None) -> TensorLike:
    """Zeros of the shape of x."""
    return _like(x, 0, dtype)


@operation("ops.numpy numpy")
def ones_like(x: TensorLike, dtype: DType = None) -> TensorLike:
    """Ones of the shape of x."""
    return _like(x, 1, dtype)


@operation("ops.numpy numpy")
def full_like(x: TensorLike, fill_value: TensorLike, dtype: DType = None) -> TensorLike:
    """One value, or a tensor that broadcasts, in the shape of x."""
    x = tensor(x)
    if isinstance(x, Symbol):
        return Symbol(x.shape, dtype or x.dtype)
    return full(x.shape, fill_value, dtype or x.dtype)


def _like(x: TensorLike, value: int, dtype: DType) -> TensorLike:
    x = tensor(x)
    dtype = dtypes.of(dtype or x.dtype)
    if isinstance(x, Symbol):
        return Symbol(x.shape, dtype)
    return Tensor(np.full(x.shape, value, dtype))


@public("ops.numpy")
def array(x: TensorLike, dtype: DType = None) -> TensorLike:
    """A tensor of x."""
    return convert_to_tensor(x, dtype=dtype)


@public("ops.numpy")
def arange(start: Any, stop: Any = None, step: Any = None, dtype: DType = None) -> TensorLike:
    """start, start + step, ... below stop; arange(n) counts from 0.

    The dtype is the common one of the arguments: int32 for Python ints, floatx for floats.
    """
    if dtype is None:
        given = [v for v in (start, stop, step) if v is not None]
        dtype = dtypes.result_type(*(getattr(v, "dtype", type(v)) for v in given))
    if stop is None:
        start, stop = 0, start
    wanted = dtypes.of(dtype)
    first, last, by = (
        np.asarray(v, wanted)[()] for v in (start, stop, 1 if step is None else step)
    )
    if by == 0:
        raise ValueError(f"`step` must not be zero, received step={step}")
    count = max(0, math.ceil((last.item() - first.item()) / by.item()))
    return Tensor((first + np.arange(count).astype(wanted) * by).astype(wanted))


def _ends(start: TensorLike, stop: TensorLike, dtype: DType) -> tuple[TensorLike, TensorLike]:
    """Both ends with the same axes, in the dtype in which the steps between them are computed."""
    start, stop = tensor(start, dtype), tensor(stop, dtype)
    if dtypes.of(dtype).kind in "iu":
        start, stop = cast(start, "float64"), cast(stop, "float64")
    shape = shapes.broadcast(tuple(start.shape), tuple(stop.shape))
    return broadcast_to(start, shape), broadcast_to(stop, shape)


@operation("ops.numpy")
def linspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DType = None,
    axis: int = 0,
) -> Any:
    """`num` equally spaced values from start to stop, which is left out unless `endpoint`."""
    if num < 0:
        raise ValueError(f"`num` must be a non-negative integer, received num={num}")
    if dtype is None:
        kinds = [getattr(v, "dtype", type(v)) for v in (start, stop)]
        dtype = dtypes.result_type(*kinds, float)
    first, last = _ends(start, stop, dtype)
    intervals = num - 1 if endpoint else num
    step = (last - first) / np.asarray(intervals if intervals else np.nan, first.dtype)
    if not endpoint and num > 1:
        last = last - step
    axis = shapes.normalize_axis(axis, len(first.shape) + 1)
    first, last = expand_dims(first, axis), expand_dims(last, axis)
    n = max(num - 1, 1)
    between = np.arange(1, n, dtype=first.dtype).reshape(
        (-1, *(1,) * (len(first.shape) - 1 - axis))
    )
    delta = (last - first) / np.asarray(n, first.dtype)
    y = concatenate([first, first + delta * between, last], axis)
    y = y[(*(slice(None),) * axis, slice(num))]
    y = cast(floor(y) if dtypes.of(dtype).kind in "iu" else y, dtype)
    return (y, step) if retstep else y


@operation("ops.numpy")
def logspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: DType = None,
    axis: int = 0,
) -> TensorLike:
    """base to the power of `linspace`."""
    powers = linspace(start, stop, num, endpoint, dtype=dtype, axis=axis)
    return power(np.asarray(base, dtypes.of(powers.dtype)), powers)


@operation("ops.numpy")
def geomspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    dtype: DType = None,
    axis: int = 0,
) -> TensorLike:
    """`num` values in a constant ratio from start to stop, which have the same sign.

    Parity: without `dtype`, float64 too is computed in floatx.
    """
    wide = dtypes.of(dtype)
    first, last = cast(start, wide), cast(stop, wide)
    ten = np.log(np.asarray(10, wide))
    low, high = log(absolute(first)) / ten, log(absolute(last)) / ten
    y = logspace(low, high, num, endpoint, dtype=dtype, axis=axis)
    signs = broadcast_to(sign(first), shapes.broadcast(tuple(first.shape), tuple(last.shape)))
    return y * cast(expand_dims(signs, axis), y.dtype)


@public("ops.numpy")
def eye(N: int, M: int | None = None, k: int = 0, dtype: DType = None) -> TensorLike:
    """Ones on the k-th diagonal of an N × M matrix of zeros."""
    return Tensor(np.eye(int(N), None if M is None else int(M), int(k), dtypes.of(dtype)))


@public("ops.numpy")
def identity(n: int, dtype: DType = None) -> TensorLike:
    """The n × n unit matrix."""
    return eye(n, dtype=dtype)


@public("ops.numpy")
def tri(N: int, M: int | None = None, k: int = 0, dtype: DType = None) -> TensorLike:
    """Ones on and below the k-th diagonal of an N × M matrix of zeros."""
    return Tensor(np.tri(int(N), None if M is None else int(M), int(k), dtypes.of(dtype)))


@operation("ops.numpy")
def vander(x: TensorLike, N: int | None = None, increasing: bool = False) -> TensorLike:
    """Powers of x as columns: x^(N−1), ..., x, 1 (`increasing`: 1, x, ...)."""
    x = tensor(x)
    n = x.shape[0] if N is None else N
    wide = dtypes.result_type(x.dtype, "float32")
    powers = np.arange(n) if increasing else np.arange(n - 1, -1, -1)
    return cast(power(expand_dims(cast(x, wide), -1), powers.astype(wide)), x.dtype)
