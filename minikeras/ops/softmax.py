"""Softmax and its kin."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.autograd import operation, primitive
from minikeras.dtypes import promote
from minikeras.ops.arithmetic import maximum
from minikeras.ops.core import tensor
from minikeras.ops.indexing import where
from minikeras.ops.kinds import in_float32, quiet
from minikeras.ops.manipulation import reshape, transpose
from minikeras.ops.nonlinear import remember
from minikeras.types import Array, Shape, TensorLike


def _unchanged(x: Shape) -> Shape:
    return x


@primitive(dtype=promote, shape=_unchanged)
@quiet
def _softmax(x: Array) -> Array:
    """y = e^(x − m) / Σ e^(x − m), m = max x, along the last axis          dx = (dy − Σ dy y) y"""
    e = np.exp(x - np.max(x, -1, keepdims=True))
    return e * (1 / np.sum(e, -1, keepdims=True))


@_softmax.vjp
def _softmax_vjp(dy: Array, y: Array, x: Array) -> Array:
    return (dy - np.sum(dy * y, -1, keepdims=True)) * y


_softmax.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@primitive(dtype=promote, shape=_unchanged)
@quiet
def _log_softmax(x: Array) -> Array:
    """y = x − m − ln Σ e^(x − m), m = max x, along the last axis           dx = dy − e^y Σ dy"""
    shifted = x - np.max(x, -1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), -1, keepdims=True))


@_log_softmax.vjp
def _log_softmax_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy - np.sum(dy, -1, keepdims=True) * np.exp(y)


_log_softmax.fast("minikeras.ops.tensorflow_float32", when=in_float32)


def _over_axes(rule: Any, x: TensorLike, axis: Any) -> TensorLike:
    """Apply a rule for the last axis to any axis, to several taken together, or to all."""
    rank = len(x.shape)
    if axis is None:
        return reshape(rule(reshape(x, (-1,))), x.shape)
    axes = shapes.normalize_axes(axis, rank)
    if axes == (rank - 1,):
        return rule(x)
    kept = tuple(i for i in range(rank) if i not in axes)
    order = (*kept, *axes)
    moved = transpose(x, order)
    y = rule(moved if len(axes) == 1 else reshape(moved, (*moved.shape[: len(kept)], -1)))
    return transpose(reshape(y, moved.shape), tuple(np.argsort(order).tolist()))


@operation
def softmax(x: TensorLike, axis: Any = -1) -> TensorLike:
    """y = eˣ / Σ eˣ along `axis` (several: together; None: over all elements).

    Parity: the result remembers x as its logits (unless `axis` is a tuple), and the
    categorical crossentropies use them.
    """
    x = tensor(x)
    if isinstance(axis, int) and -len(x.shape) <= axis < len(x.shape) and x.shape[axis] == 1:
        warnings.warn(
            f"softmax over axis {axis} of a tensor of shape {tuple(x.shape)}: an axis of size 1 "
            "always gives 1. Did you mean a sigmoid?",
            stacklevel=3,
        )
    y = _over_axes(_softmax, x, axis)
    return y if isinstance(axis, (tuple, list)) else remember(y, x)


@operation
def log_softmax(x: TensorLike, axis: Any = -1) -> TensorLike:
    """y = x − ln Σ eˣ along `axis` (several: together; None: over all elements)."""
    return _over_axes(_log_softmax, tensor(x), axis)


@operation
def sparsemax(x: TensorLike, axis: int = -1) -> TensorLike:
    """y = max(x − τ, 0), with a threshold τ from the k elements that support the result.

    Source: Martins and Astudillo (2016), where τ makes Σ y = 1.

    Parity: Keras sums the running sums s of the sorted elements, τ = (Σ sᵢ − 1) / k over the
    support, instead of taking the last of them; Σ y = 1 holds only for k = 1.
    """
    from minikeras.ops.arrangement import flip
    from minikeras.ops.core import cast
    from minikeras.ops.reduction import cumsum, sum
    from minikeras.ops.sorting import sort

    x = tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
    falling = flip(sort(x, axis), axis)
    total = cumsum(falling, axis)
    rank = np.arange(1, x.shape[axis] + 1, dtype=x.dtype)
    rank = rank.reshape(tuple(-1 if i == axis else 1 for i in range(len(x.shape))))
    support = falling - (total - 1) / rank > 0
    k = sum(cast(support, x.dtype), axis, True)
    tau = (sum(where(support, total, 0.0), axis, True) - 1) / k
    return maximum(x - tau, 0.0)
