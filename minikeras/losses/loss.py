"""The base of all losses: values per sample, weighted, masked and reduced to one number."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, ClassVar, Self

from minikeras import dtype_policies, frames, ops, settings, tf_function, tree
from minikeras.declare import Configurable, auto_name, field, serialization
from minikeras.losses.mismatch import add_shapes
from minikeras.ops.core import tensor
from minikeras.ops.primitives.arithmetic import scaled_product
from minikeras.types import TensorLike

MEANS = ("sum_over_batch_size", "mean")  # two names for one reduction
REDUCTIONS = (*MEANS, "sum", "mean_with_sample_weight", "none", None)


class Loss:
    """A function of labels and predictions, reduced to one number.

    loss = Σ w v / n        v = call(y_true, y_pred), n the number of values in v

    reduction   result
    "sum_over_batch_size", "mean"   Σ w v / n
    "mean_with_sample_weight"       Σ w v / Σ w
    "sum"                           Σ w v
    "none", None                    w v

    Both arguments are first cast to ``dtype``.  If ``y_pred`` or the values
    carry a mask, the means run over the valid entries only.  To write a loss, override ``call``.

    name: its name in logs and configs.
    reduction: how the values become one number: "sum_over_batch_size", "mean",
        "mean_with_sample_weight", "sum" or "none".
    dtype: to which labels and predictions are cast; ``floatx`` by default.

    Parity: "sum_over_batch_size" divides by n, whatever the weights are.
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self.dtype: str = dtype_policies.get(dtype or settings.floatx()).compute_dtype

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    @frames.filter_traceback
    def __call__(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> Any:
        in_mask = getattr(y_pred, "_keras_mask", None)
        y_pred = _map(self._cast, y_pred)
        y_true = _map(self._cast, y_true)
        try:
            values = self.call(y_true, y_pred)
        except ValueError as error:
            own = type(self).call is not LossFunctionWrapper.call
            function = self.call if own else getattr(self, "fn", None)
            add_shapes(error, f"loss {self.name!r}", function, y_true, y_pred)
            raise
        out_mask = getattr(values, "_keras_mask", None)
        mask = in_mask if out_mask is None else out_mask
        if in_mask is not None and out_mask is not None:
            mask = ops.logical_and(in_mask, out_mask)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction, self.dtype)

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> Any:
        """Values per sample: override this."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def _cast(self, x: TensorLike) -> Any:
        return tensor(x, self.dtype)

    def _obj_type(self) -> str:
        return "Loss"


class FunctionConfig:
    """The config of a loss or metric that calls ``fn(y_true, y_pred, **kwargs)``."""

    fn: Callable[..., Any]
    _fn_kwargs: dict[str, Any]

    def get_config(self) -> dict[str, Any]:
        own = serialization.serialize_keras_object({"fn": self.fn, **self._fn_kwargs})
        return {**super().get_config(), **own}  # type: ignore[misc]  # of Loss or Metric

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        if "fn" in config:
            config = serialization.deserialize_keras_object(config)
        return cls(**config)


class LossFunctionWrapper(FunctionConfig, Loss):
    """Any ``fn(y_true, y_pred, **kwargs)`` as a loss.

    The ranks of the arguments are made equal first, see `squeeze_or_expand_to_same_rank`.

    fn: the function, which returns a value per sample.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> Any:
        if tree.is_nested(y_true):
            pairs = tree.map_structure(squeeze_or_expand_to_same_rank, y_true, y_pred)
            y_true = tree.map_structure_up_to(y_true, lambda pair: pair[0], pairs)
            y_pred = tree.map_structure_up_to(y_pred, lambda pair: pair[1], pairs)
        else:
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def __repr__(self) -> str:
        name = getattr(self.fn, "__name__", self.fn)
        return f"<LossFunctionWrapper({name}, kwargs={self._fn_kwargs})>"


class FunctionLoss(Configurable, LossFunctionWrapper):
    """A function of this library as a class: ``class Huber(FunctionLoss, fn=huber)``.

    Its first fields are the arguments of ``fn`` after ``y_true`` and ``y_pred``, unless the class
    body declares fields; its default name is that of ``fn``, unless the body sets another.
    """

    reduction: str | None = "sum_over_batch_size"
    name: Any = None
    dtype: Any = field(None, saved=False)

    _config_order: ClassVar[tuple[str, ...]] = ("name", "reduction")

    def __init_subclass__(cls, fn: Callable[..., Any] | None = None, **options: Any) -> None:
        if fn is not None:  # else it is the base's
            take_arguments(cls, fn)
        super().__init_subclass__(**options)

    def setup(self) -> None:
        general = ("reduction", "name", "dtype")
        kwargs = {n: getattr(self, n) for n in self._fields if n not in general}
        super().__init__(self.fn, self.reduction, self.name, self.dtype, **kwargs)


def take_arguments(cls: type, fn: Callable[..., Any], first: tuple[str, ...] = ()) -> None:
    """Declare the fields of a class that calls ``fn``: ``first``, then the arguments of ``fn``."""
    defaults: dict[str, Any] = {"fn": staticmethod(fn), "name": fn.__name__}
    arguments = list(inspect.signature(fn).parameters.values())[2:]
    if arguments and not inspect.get_annotations(cls):
        kinds = dict.fromkeys(first, "Any") | {a.name: a.annotation for a in arguments}
        cls.__annotations__ = kinds
        defaults |= {name: getattr(cls, name) for name in first if name != "name"}
        defaults |= {argument.name: argument.default for argument in arguments}
    for name, value in defaults.items():
        if name not in vars(cls):
            setattr(cls, name, value)


def standardize_reduction(reduction: str | None) -> str | None:
    """The reduction itself; ValueError if it is not one of ``REDUCTIONS``."""
    if reduction not in set(REDUCTIONS):
        raise ValueError(
            f"Invalid value for argument `reduction`: expected one of {REDUCTIONS}, "
            f"received reduction={reduction!r}"
        )
    return reduction


def aligned(y_true: TensorLike, y_pred: TensorLike) -> tuple[Any, Any]:
    """Both as tensors of the dtype of ``y_pred`` and of the same rank."""
    p = ops.convert_to_tensor(y_pred)
    return squeeze_or_expand_to_same_rank(ops.convert_to_tensor(y_true, dtype=p.dtype), p)


def same_dtype(y_true: TensorLike, y_pred: TensorLike) -> tuple[Any, Any]:
    """Both as tensors of the dtype of ``y_pred``."""
    p = ops.convert_to_tensor(y_pred)
    return ops.cast(y_true, p.dtype), p


def squeeze_or_expand_to_same_rank(a: Any, b: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Make ranks equal that differ by one, if the longer shape ends in 1; arrays or tensors.

    (N, T, 1), (N, T) → (N, T), (N, T)      the longer one loses its last axis
    (N, 1), (N,)      → (N, 1), (N, 1)      a vector gains an axis instead, if ``expand_rank_1``
    """
    rank_a, rank_b = len(a.shape), len(b.shape)
    if rank_a == rank_b + 1 and a.shape[-1] == 1:
        return (a, b[..., None]) if rank_b == 1 and expand_rank_1 else (a[..., 0], b)
    if rank_b == rank_a + 1 and b.shape[-1] == 1:
        return (a[..., None], b) if rank_a == 1 and expand_rank_1 else (a, b[..., 0])
    return a, b


def apply_mask(sample_weight: Any, mask: Any, dtype: Any, reduction: str | None) -> Any:
    """The weights multiplied by the mask.

    w ← w · mask · (n / Σ mask)     for a mean: dividing by n later then divides by Σ mask
    w ← w · mask                    otherwise
    """
    if mask is None:
        return sample_weight
    weight = ops.cast(mask, dtype)
    if reduction in MEANS:
        total = ops.convert_to_tensor(math.prod(mask.shape), dtype=dtype)
        valid = ops.sum(weight)  # may be 0
        weight = ops.where(ops.cast(mask, "bool"), ops.divide_no_nan(total, valid), 0)
    if sample_weight is None:
        return weight
    weight, sample_weight = squeeze_or_expand_to_same_rank(weight, ops.cast(sample_weight, dtype))
    return sample_weight * weight


def reduce_values(
    values: Any, sample_weight: Any = None, reduction: str | None = "sum_over_batch_size"
) -> Any:
    """Reduce weighted values; a scalar or an empty vector is returned as it is, and x / 0 is 0."""
    shape = tuple(values.shape)
    if reduction in (None, "none") or shape in ((), (0,)):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return ops.divide_no_nan(total, ops.cast(ops.sum(sample_weight), total.dtype))
    if None in shape:  # symbolic: the number of values is not known yet
        return ops.mean(values)
    return total / math.prod(shape) if 0 not in shape else total


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> Any:
    """Mask, weigh and reduce; weights are brought to the rank of the values and broadcast."""
    values = ops.convert_to_tensor(values, dtype=dtype)
    if sample_weight is not None:
        sample_weight = ops.convert_to_tensor(sample_weight, dtype=dtype)
    weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if weight is not None:
        weight = ops.cast(weight, values.dtype)
        values, weight = squeeze_or_expand_to_same_rank(values, weight)
        values = _weighted(values, weight, reduction)
    return reduce_values(values, weight, reduction)


def _weighted(values: Any, weight: Any, reduction: str | None) -> Any:
    """Parity: functions of known shapes multiply a constant factor with the weights first."""
    scale, x = getattr(values, "_factors", (1, None))
    if x is None or not tf_function.knows_sizes():
        return values * weight
    if reduction == "mean_with_sample_weight":  # its gradient has equal numbers, but is no constant
        return weight * scale * x
    return scaled_product(weight, x, scale=scale)


def _map(function: Callable[[Any], Any], structure: Any) -> Any:
    if isinstance(structure, list | tuple | dict):
        return tree.map_structure(function, structure)
    return function(structure)
