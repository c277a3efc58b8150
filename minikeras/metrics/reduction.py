"""Sums and means over all batches since the last reset."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras import losses, ops, tf_function
from minikeras.autograd import Tensor, Variable
from minikeras.autograd.listeners import recording
from minikeras.autograd.variable import scopes
from minikeras.losses.loss import (
    FunctionConfig,
    apply_mask,
    squeeze_or_expand_to_same_rank,
    take_arguments,
)
from minikeras.losses.mismatch import add_shapes
from minikeras.metrics.metric import DeclaredMetric, array
from minikeras.ops.primitives.reduction import _sum as _sum_along
from minikeras.types import Array, TensorLike


class Sum(DeclaredMetric):
    """Σ w v of all values v of all batches."""

    name = "sum"

    def setup(self) -> None:
        super().setup()
        self.total = self.zeros("total", dtype=self.dtype)

    def update_state(self, values: TensorLike, sample_weight: TensorLike = None) -> None:
        values, _ = reduce_to_samplewise_values(values, sample_weight, ops.sum, self.dtype)
        _add(self.total, _sum(values))

    def result(self) -> Any:
        return ops.cast(self.total, self.dtype)


class Mean(DeclaredMetric):
    """Σ w v / Σ w over samples, each first averaged over its other axes; 0 before the first batch.

    total ← total + Σ w v           count ← count + Σ w

    Without weights every sample weighs 1.
    """

    name = "mean"

    def setup(self) -> None:
        super().setup()
        self.total = self.zeros("total", dtype=self.dtype)
        self.count = self.zeros("count", dtype=self.dtype)

    def update_state(self, values: TensorLike, sample_weight: TensorLike = None) -> None:
        v, w = reduce_to_samplewise_values(values, sample_weight, ops.mean, self.dtype)
        _add(self.total, _sum(v))
        _add(self.count, _sum(w) if w is not None else len(v) if v.ndim else 1)

    def result(self) -> Any:
        total, count = self.total._read(), self.count._read()
        return Tensor(np.asarray(total / count if count else np.zeros_like(total)))


class MeanMetricWrapper(FunctionConfig, Mean):
    """The mean of ``fn(y_true, y_pred, **kwargs)``, weighted by ``sample_weight`` and by the mask
    that ``y_pred`` carries.

    fn: the function, which returns a value per sample.
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._wrap(fn, kwargs)

    def _wrap(self, fn: Callable[..., Any], kwargs: dict[str, Any]) -> None:
        self.fn, self._fn_kwargs = fn, kwargs
        built_in = fn in losses.BUILT_IN or type(fn) in losses.BUILT_IN
        if built_in and not hasattr(type(self), "_direction"):
            self._direction = "down"

    def update_state(  # type: ignore[override]  # of pairs, not of values
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        try:
            values = self.fn(y_true, y_pred, **self._fn_kwargs)
        except ValueError as error:
            add_shapes(error, f"metric {self.name!r}", self.fn, y_true, y_pred)
            raise
        mask = getattr(y_pred, "_keras_mask", None)
        sample_weight = apply_mask(sample_weight, mask, self.dtype, "sum")
        super().update_state(values, sample_weight=sample_weight)


class FunctionMetric(MeanMetricWrapper):
    """The mean of a function of this library: ``class Hinge(FunctionMetric, fn=losses.hinge)``.

    The fields are ``name``, ``dtype`` and the arguments of ``fn`` after ``y_true`` and ``y_pred``,
    unless the class body declares others.  direction: "up" if larger values are better.
    """

    name: Any = None  # a field again, so that a constructor without ``fn`` is made

    if TYPE_CHECKING:  # made from the fields

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __init_subclass__(
        cls, fn: Callable[..., Any] | None = None, direction: str | None = None, **options: Any
    ) -> None:
        if fn is not None:  # else it is the base's
            take_arguments(cls, fn, first=("name", "dtype"))
        if direction is not None:
            cls._direction = direction
        super().__init_subclass__(**options)

    def setup(self) -> None:
        super().setup()
        self._wrap(self.fn, {n: getattr(self, n) for n in self._fields if n not in _GENERAL})

    def get_config(self) -> dict[str, Any]:
        return self._field_config()


_GENERAL = ("name", "dtype")


def reduce_to_samplewise_values(
    values: TensorLike, sample_weight: TensorLike, reduce: Callable[..., Any], dtype: Any
) -> tuple[Array, Array | None]:
    """Weighted values and weights, one per sample; ``reduce`` is a sum or mean over the other axes.

    Axes that the values have and the weights lack are reduced before the weights are applied.

    Parity: a mask on the values has an effect only if there are weights.  If the values are the
    product of a constant and an array, as percentages are, TensorFlow's functions multiply the
    weights by the constant first, where the batch size is known.
    """
    mask = getattr(values, "_keras_mask", None)
    v = array(values, dtype)
    if sample_weight is None:
        return _reduce_axes_from(v, 1, reduce), None
    w = array(sample_weight, dtype)
    if mask is not None:
        w = array(apply_mask(w, mask, dtype, "sum"))
    rank = w.ndim
    if v.shape != w.shape:
        v, w = squeeze_or_expand_to_same_rank(v, w)
        rank = w.ndim
        v = _reduce_axes_from(v, rank, reduce)
        w = np.broadcast_to(w, v.shape)
    factors = getattr(values, "_factors", None) if v.shape == values.shape else None
    if factors and tf_function.knows_sizes():
        constant, rest = factors
        weighted = array(rest, dtype) * (v.dtype.type(constant) * w)
    else:
        weighted = np.multiply(v, w)
    weighted = _reduce_axes_from(weighted, 1, reduce)
    return weighted, _reduce_axes_from(w, 1, reduce) if rank > 1 else w


def _reduce_axes_from(x: Array, axis: int, reduce: Callable[..., Any]) -> Array:
    if x.ndim <= axis:
        return x
    if math.prod(x.shape[axis:]) == 1:
        return x.reshape(x.shape[:axis])
    reduced: Array = reduce(x, axis=tuple(range(axis, x.ndim)))._value
    return reduced


def _sum(x: Array) -> Any:
    if x.ndim != 1:
        return ops.sum(x)._value if x.ndim else x
    return _sum_along(x, axis=(0,), keepdims=False)._value  # ops.sum without its checks


def _add(variable: Variable, amount: Array | int) -> None:
    """``assign_add`` on plain arrays, five times faster; a training step calls this four times."""
    total = np.asarray(variable._read() + amount)
    plain = scopes.stateless is None and recording.observer is None
    if plain and not total.ndim and total.dtype is variable._value.dtype:
        variable._value = total
    else:
        variable.assign(total)
