"""Quantiles, histograms, correlations, and reductions that pass over NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.dtypes import floating
from minikeras.messages import describe
from minikeras.ops import cumulative, reduction
from minikeras.ops.core import as_kind, cast, is_floating, tensor
from minikeras.ops.creation import linspace
from minikeras.ops.declarations import operation
from minikeras.ops.diagonals import diagonal
from minikeras.ops.exponential import log10
from minikeras.ops.indexing import take, where
from minikeras.ops.primitives.arithmetic import divide, maximum, minimum, sqrt, square
from minikeras.ops.primitives.comparison import isnan, logical_not
from minikeras.ops.primitives.conversion import stop_gradient
from minikeras.ops.primitives.reduction import Axis
from minikeras.ops.primitives.rounding import ceil, floor
from minikeras.ops.primitives.sorting import _histogram
from minikeras.ops.products import matmul, outer
from minikeras.ops.reduction import all as all_along
from minikeras.ops.reduction import any as any_along
from minikeras.ops.reshaping import moveaxis, reshape, swapaxes
from minikeras.ops.rounding import clip, nan_to_num, round
from minikeras.ops.sorting import sort
from minikeras.types import TensorLike

METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


@operation("ops.numpy")
def quantile(
    x: TensorLike, q: TensorLike, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> TensorLike:
    """The value below which a fraction q of the elements along `axis` lies.

    Between two elements: "linear" interpolation, "lower", "higher", "midpoint" or "nearest".
    Several q give a new first axis.  NaN anywhere gives NaN.
    """
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {METHODS}, received {describe(method)}")
    x = as_kind(floating, x)
    axes = shapes.normalize_axes(axis, len(x.shape))
    fractions = cast(tensor(q), "float64")  # Python's 0.6 is a float32 first
    others = tuple(x.shape[i] for i in range(len(x.shape)) if i not in axes)
    n = shapes.size(x.shape[i] for i in axes)
    if n is None:
        raise ValueError(f"quantile needs the sizes of axis {axis} of shape {tuple(x.shape)}")
    rows = reshape(moveaxis(x, axes, tuple(range(-len(axes), 0))), (*others, n))
    ordered = sort(rows, -1)
    place = (n - 1) * fractions
    exact = stop_gradient(place)
    upper = cast(ceil(exact), "int32")
    low = maximum(upper - 1, 0)
    high = minimum(low + 1, n - 1)
    if method == "linear":
        fraction = cast(cast(high, "float64") - place, x.dtype)
        y = take(ordered, high, -1) * (1 - fraction) + take(ordered, low, -1) * fraction
    elif method == "midpoint":
        y = 0.5 * (take(ordered, cast(floor(exact), "int32"), -1) + take(ordered, upper, -1))
    else:
        rounding = {"lower": floor, "higher": ceil, "nearest": round}[method]
        y = take(ordered, cast(rounding(exact), "int32"), -1)
    lost = any_along(isnan(rows), -1)
    y = where(reshape(lost, (*others, *(1,) * len(exact.shape))), np.asarray(np.nan, x.dtype), y)
    if exact.shape:
        y = moveaxis(y, -1, 0)
    if keepdims:
        y = reshape(y, (*exact.shape, *shapes.reduced(tuple(x.shape), axes, True)))
    return y


@operation("ops.numpy")
def median(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """The middle element along `axis`, or the mean of the two in the middle."""
    return quantile(x, 0.5, axis=axis, keepdims=keepdims)


@operation("ops.numpy")
def percentile(
    x: TensorLike, q: TensorLike, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> TensorLike:
    """`quantile` at q / 100."""
    fraction = tensor(q, dtypes.of(None)) / np.asarray(100, dtypes.of(None))
    return quantile(x, fraction, axis=axis, method=method, keepdims=keepdims)


def _passing_over(
    reduction_of: Callable[..., Any], nothing: float, name: str
) -> Callable[..., Any]:
    def reduce(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
        x = tensor(x)
        if not is_floating(x):
            return reduction_of(x, axis, keepdims)
        missing = isnan(x)
        if 0 in x.shape and name in ("nanmax", "nanmin"):  # of nothing, NaN
            return nanmean(x, axis, keepdims)
        y = reduction_of(where(missing, np.asarray(nothing, x.dtype), x), axis, keepdims)
        if name in ("nansum", "nanprod"):
            return y
        lost = -1 if name.startswith("nanarg") else np.nan
        return where(all_along(missing, axis, keepdims), np.asarray(lost, y.dtype), y)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = f"`{reduction_of.__name__}` of the elements that are numbers."
    return operation("ops.numpy")(reduce)


nansum = _passing_over(reduction.sum, 0, "nansum")
nanprod = _passing_over(reduction.prod, 1, "nanprod")
nanmax = _passing_over(reduction.max, -np.inf, "nanmax")
nanmin = _passing_over(reduction.min, np.inf, "nanmin")
nanargmax = _passing_over(reduction.argmax, -np.inf, "nanargmax")
nanargmin = _passing_over(reduction.argmin, np.inf, "nanargmin")


@operation("ops.numpy")
def nanmean(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Mean of the elements that are numbers; of none, NaN."""
    x = tensor(x)
    if not is_floating(x):
        return reduction.mean(x, axis, keepdims)
    count = reduction.sum(cast(logical_not(isnan(x)), x.dtype), axis, keepdims)
    return divide(nansum(x, axis, keepdims), count)


@operation("ops.numpy")
def nanvar(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Population variance of the elements that are numbers."""
    x = as_kind(floating, x)
    valid = logical_not(isnan(x))
    d = where(valid, x - nanmean(x, axis, True), np.zeros((), x.dtype))
    count = reduction.sum(cast(valid, x.dtype), axis, keepdims)
    return reduction.sum(square(d), axis, keepdims) / count


@operation("ops.numpy")
def nanstd(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> TensorLike:
    """Square root of `nanvar`."""
    return sqrt(nanvar(x, axis, keepdims))


@operation("ops.numpy")
def nancumsum(x: TensorLike, axis: int | None = None, dtype: str | None = None) -> TensorLike:
    """Running sum that counts NaN as 0."""
    return cumulative.cumsum(nan_to_num(x), axis, dtype)


@operation("ops.numpy")
def nancumprod(x: TensorLike, axis: int | None = None, dtype: str | None = None) -> TensorLike:
    """Running product that counts NaN as 1."""
    return cumulative.cumprod(nan_to_num(x, nan=1.0), axis, dtype)


@operation("ops.numpy")
def corrcoef(x: TensorLike) -> TensorLike:
    """Correlation of every row of x with every other, clipped to [−1, 1]."""
    x = as_kind(floating, x)
    d = x - reduction.mean(x, -1, True)
    covariance = matmul(d, swapaxes(d, -1, -2)) / (x.shape[-1] - 1)
    deviation = sqrt(diagonal(covariance, 0, -2, -1))
    return clip(covariance / outer(deviation, deviation), -1.0, 1.0)


@operation("ops.numpy")
def histogram(
    x: TensorLike, bins: int = 10, range: tuple[float, float] | None = None
) -> tuple[TensorLike, TensorLike]:
    """How many elements fall in each of `bins` equal intervals, and the edges of these.

    Parity: the counts have the dtype of x.
    """
    x = tensor(x)
    low, high = (reduction.min(x), reduction.max(x)) if range is None else range
    edges = cast(linspace(low, high, bins + 1), x.dtype)
    return _histogram(x, low, high, edges), edges


@operation("ops.nn")
def psnr(x1: TensorLike, x2: TensorLike, max_val: float) -> TensorLike:
    """Peak signal-to-noise ratio in decibel: 20 log₁₀ max − 10 log₁₀ mean (x₁ − x₂)²"""
    x1, x2 = tensor(x1), tensor(x2)
    if tuple(x1.shape) != tuple(x2.shape):
        raise ValueError(f"Input shapes {x1.shape} and {x2.shape} must match for PSNR calculation.")
    peak = log10(np.asarray(max_val, x2.dtype))
    return 20 * peak - 10 * log10(reduction.mean(square(x1 - x2)))
