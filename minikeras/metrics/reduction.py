"""Sums and means over everything that was seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from minikeras import losses, ops
from minikeras.autograd import Tensor, Variable
from minikeras.autograd.tensor import recording
from minikeras.autograd.variable import scopes
from minikeras.declare import serialization
from minikeras.losses.loss import apply_mask, get_mask, squeeze_or_expand_to_same_rank
from minikeras.metrics.metric import DeclaredMetric, array
from minikeras.ops.reduction import _sum as _sum_along
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
    """Σ w v / Σ w over samples, each first averaged over its other axes; 0 before the first.

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


class MeanMetricWrapper(Mean):
    """The mean of ``fn(y_true, y_pred, **kwargs)``, weighted by ``sample_weight`` and by the mask
    that ``y_pred`` carries.
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._wrap(fn, kwargs)

    def _wrap(self, fn: Callable[..., Any], kwargs: dict[str, Any]) -> None:
        self._fn, self._fn_kwargs = fn, kwargs
        if fn in losses.BUILT_IN or type(fn) in losses.BUILT_IN:
            self._direction = "down"

    def update_state(  # type: ignore[override]  # of pairs, not of values
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        sample_weight = apply_mask(sample_weight, get_mask(y_pred), self.dtype, "sum")
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        fn = serialization.serialize_keras_object(self._fn)
        kwargs = serialization.serialize_keras_object(self._fn_kwargs)
        return {**super().get_config(), "fn": fn, **kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        if "fn" in config:
            config = serialization.deserialize_keras_object(config)
        return cls(**config)


class FunctionMetric(MeanMetricWrapper):
    """The mean of a function of this library, ``fn``, whose arguments are the fields."""

    name: Any = None  # a field again, so that a constructor without ``fn`` is made
    fn: ClassVar[Callable[..., Any]]

    if TYPE_CHECKING:  # made from the fields

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def setup(self) -> None:
        super().setup()
        kwargs = {n: getattr(self, n) for n in self._fields if n not in ("name", "dtype")}
        direction = getattr(type(self), "_direction", None)
        self._wrap(self.fn, kwargs)
        if direction is not None:
            self._direction = direction

    def get_config(self) -> dict[str, Any]:
        return self._field_config()


def reduce_to_samplewise_values(
    values: TensorLike, sample_weight: TensorLike, fold: Callable[..., Any], dtype: Any
) -> tuple[Array, Array | None]:
    """Weighted values and weights, one per sample; ``fold`` (a sum or mean) joins other axes.

    Axes of the values that the weights do not have are folded before weighing.

    Parity: a mask on the values counts only if there are weights.
    """
    mask = get_mask(values)
    v = array(values, dtype)
    if sample_weight is None:
        return _fold_from(v, 1, fold), None
    w = array(sample_weight, dtype)
    if mask is not None:
        w = array(apply_mask(w, mask, dtype, "sum"))
    rank = w.ndim
    if v.shape != w.shape:
        v, w = squeeze_or_expand_to_same_rank(v, w)
        rank = w.ndim
        v = _fold_from(v, rank, fold)
        w = np.broadcast_to(w, v.shape)
    return _fold_from(np.multiply(v, w), 1, fold), _fold_from(w, 1, fold) if rank > 1 else w


def _fold_from(x: Array, axis: int, fold: Callable[..., Any]) -> Array:
    if x.ndim <= axis:
        return x
    if math.prod(x.shape[axis:]) == 1:
        return x.reshape(x.shape[:axis])
    folded: Array = fold(x, axis=tuple(range(axis, x.ndim)))._value
    return folded


def _sum(x: Array) -> Any:
    if x.ndim != 1:
        return ops.sum(x)._value if x.ndim else x
    return _sum_along(x, axis=(0,), keepdims=False)._value  # what ops.sum comes to, in every step


def _add(variable: Variable, amount: Array | int) -> None:
    """``assign_add`` on plain arrays: a fifth of the time, four times in every training step."""
    total = np.asarray(variable._read() + amount)
    plain = scopes.stateless is None and recording.account is None
    if plain and not total.ndim and total.dtype is variable._value.dtype:
        variable._value = total
    else:
        variable.assign(total)
