"""Activation functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, shapes, tf_function
from minikeras.autograd import Symbol, Tensor
from minikeras.autograd.tape import is_tracked
from minikeras.declare import names
from minikeras.ops.core import cast, is_named_first, tensor
from minikeras.ops.cumulative import cumsum
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.joining import split
from minikeras.ops.primitives.activations import (
    _elu,
    _gelu,
    _gelu_by_tanh,
    _hard_silu,
    _leaky_relu,
    _log_softmax,
    _sigmoid,
    _softmax,
    softplus,
)
from minikeras.ops.primitives.arithmetic import absolute, maximum, minimum, power, sqrt, square
from minikeras.ops.primitives.exponential import expm1
from minikeras.ops.primitives.hyperbolic import tanh
from minikeras.ops.reduction import sum
from minikeras.ops.reshaping import reshape, transpose
from minikeras.ops.rounding import clip
from minikeras.ops.sorting import sort
from minikeras.types import TensorLike


@operation("ops.nn")
def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> TensorLike:
    """y = x where x > 0, else negative_slope · x

    Parity: the slope is rounded to float32 in every dtype.
    """
    return _leaky_relu(x, negative_slope=float(np.float32(negative_slope)))


@operation("ops.nn")
def elu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """y = x where x > 0, else α (eˣ − 1)

    Parity: with α = 1 the derivative at 0 is 1, with any other α it is α.  In functions TensorFlow
    computes elu with the bias before it, row by row, which rounds the last elements of a row,
    unless something else uses the sum with the bias.
    """
    fused = tf_function.is_inside() and getattr(x, "_is_biased", False)
    fused = fused and alpha == 1 and getattr(x, "_uses", 1) == 1
    y = _elu(x, by_rows=fused)
    return y if alpha == 1 else where(tensor(x) > 0, y, alpha * y)


@operation("ops.nn")
def celu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """y = max(x, 0) + α (e^(min(x, 0) / α) − 1)"""
    return maximum(x, 0.0) + alpha * expm1(minimum(x, 0.0) / alpha)


@operation("ops.nn")
def sigmoid(x: TensorLike) -> TensorLike:
    """y = 1 / (1 + e⁻ˣ)

    Parity: the result remembers x as its logits, and binary crossentropy uses them.
    """
    return remember(_sigmoid(x), x)


def remember(y: TensorLike, logits: TensorLike) -> TensorLike:
    if isinstance(y, (Tensor, Symbol)):
        y._keras_logits = logits  # type: ignore[union-attr]  # not declared: few results have it
    return y


@operation("ops.nn")
def log_sigmoid(x: TensorLike) -> TensorLike:
    """y = ln σ(x) = −softplus(−x)"""
    return -softplus(-tensor(x))


@operation("ops.nn")
def hard_tanh(x: TensorLike) -> TensorLike:
    """y = min(max(x, −1), 1); the derivative at ±1 is 1."""
    return clip(x, -1.0, 1.0)


@operation("ops.nn")
def gelu(x: TensorLike, approximate: bool = True) -> TensorLike:
    """y = x Φ(x), Φ the normal distribution; or its approximation by tanh.

    exact           ½ x erfc(−x / √2)
    approximate     ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))

    Parity: approximate by default here, exact by default in `activations`.
    """
    return _gelu_by_tanh(x) if approximate else _gelu(x)


@operation("ops.nn")
def glu(x: TensorLike, axis: int = -1) -> TensorLike:
    """y = a σ(b), where a and b are the halves of x along `axis`."""
    x = tensor(x)
    if x.shape[axis] is None or x.shape[axis] % 2:
        raise ValueError(
            f"axis size must be divisible by 2, received: x.shape={tuple(x.shape)}, axis={axis}"
        )
    a, b = split(x, 2, axis)
    return a * _sigmoid(b)


@operation("ops.nn")
def tanh_shrink(x: TensorLike) -> TensorLike:
    """y = x − tanh x"""
    x = tensor(x)
    return x - tanh(x)


@operation("ops.nn", also="hard_swish")
def hard_silu(x: TensorLike) -> TensorLike:
    """y = x min(max(x + 3, 0), 6) / 6

    Parity: a function multiplies 1/6 by the first factor in the alphabetical order of their names.
    In y it does so only if no gradient needs the hard sigmoid too.
    """
    x = tensor(x)
    path = names.open_scopes.names
    if not (tf_function.is_inside() and path):
        return _hard_silu(x, x_first=(False, False))
    is_first = not is_tracked(x) and is_named_first(x)
    return _hard_silu(x, x_first=(is_first, path[0] < "gradient_tape"))


@operation("ops.nn")
def soft_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """y = x − λ above λ, x + λ below −λ, 0 between; of whole numbers, truncated to whole ones."""
    x = tensor(x)
    inner = where(x < -threshold, x + threshold, np.zeros((), x.dtype))
    return cast(where(x > threshold, x - threshold, inner), x.dtype)


@operation("ops.nn")
def hard_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """y = x where |x| > λ, else 0"""
    x = tensor(x)
    return where(absolute(x) > threshold, x, np.zeros((), x.dtype))


@operation("ops.nn")
def threshold(x: TensorLike, threshold: float, default_value: float) -> TensorLike:
    """y = x where x > threshold, else default_value"""
    x = tensor(x)
    return where(x > threshold, x, np.asarray(default_value, x.dtype))


@operation("ops.nn")
def sparse_plus(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1)² / 4 up to 1, x from there"""
    x = tensor(x)
    parabola = 0.25 * power(x + 1, np.asarray(2, x.dtype))
    return where(x <= -1, np.zeros((), x.dtype), where(x < 1, parabola, x))


@operation("ops.nn")
def sparse_sigmoid(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1) / 2 up to 1, 1 from there"""
    x = tensor(x)
    zero, one = np.zeros((), x.dtype), np.ones((), x.dtype)
    return where(x <= -1, zero, where(x >= 1, one, 0.5 * (x + 1)))


@operation("ops.nn")
def squareplus(x: TensorLike, b: float = 4) -> TensorLike:
    """y = (x + √(x² + b)) / 2"""
    x = tensor(x)
    return (x + sqrt(square(x) + np.asarray(b, x.dtype))) / 2


def _over_axes(rule: Any, x: TensorLike, axis: Any) -> TensorLike:
    """Apply a rule for the last axis to any axis, to several as one, or to all."""
    rank = len(x.shape)
    if axis is None:
        return reshape(rule(reshape(x, (-1,))), x.shape)
    axes = shapes.normalize_axes(axis, rank)
    if axes == (rank - 1,):
        return rule(x)
    others = tuple(i for i in range(rank) if i not in axes)
    order = (*others, *axes)
    moved = transpose(x, order)
    y = rule(moved if len(axes) == 1 else reshape(moved, (*moved.shape[: len(others)], -1)))
    return transpose(reshape(y, moved.shape), tuple(np.argsort(order).tolist()))


@operation("ops.nn")
def softmax(x: TensorLike, axis: Any = -1) -> TensorLike:
    """y = eˣ / Σ eˣ along `axis` (several: as one; None: over all elements).

    Parity: the result remembers x as its logits (unless `axis` is a tuple), and the
    categorical crossentropies use them.
    """
    x = tensor(x)
    if isinstance(axis, int) and -len(x.shape) <= axis < len(x.shape) and x.shape[axis] == 1:
        frames.warn(
            f"softmax over axis {axis}, an axis of size 1, always gives 1. Did you mean a sigmoid?"
        )
    y = _over_axes(_softmax, x, axis)
    return y if isinstance(axis, (tuple, list)) else remember(y, x)


@operation("ops.nn")
def log_softmax(x: TensorLike, axis: Any = -1) -> TensorLike:
    """y = x − ln Σ eˣ along `axis` (several: as one; None: over all elements)."""
    return _over_axes(_log_softmax, tensor(x), axis)


@operation("ops.nn")
def sparsemax(x: TensorLike, axis: int = -1) -> TensorLike:
    """y = max(x − τ, 0), with a threshold τ from the k elements that support the result.

    Source: Martins and Astudillo (2016), where τ makes Σ y = 1.

    Parity: Keras sums the running sums s of the sorted elements, τ = (Σ sᵢ − 1) / k over the
    support, instead of taking the last of them; Σ y = 1 holds only for k = 1.
    """
    x = tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
    falling = -sort(-x, axis)  # of equal elements the first stays first
    total = cumsum(falling, axis)
    rank = np.arange(1, x.shape[axis] + 1, dtype=x.dtype)
    rank = rank.reshape(tuple(-1 if i == axis else 1 for i in range(len(x.shape))))
    support = falling - (total - 1) / rank > 0
    k = sum(cast(support, x.dtype), axis, True)
    tau = (sum(where(support, total, 0.0), axis, True) - 1) / k
    return maximum(x - tau, 0.0)
