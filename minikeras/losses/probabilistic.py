"""Losses between distributions: cross-entropies, focal losses, divergences.

Parity: given the output of a softmax or sigmoid, the cross-entropies use the logits from which it
was computed; see `ops.binary_crossentropy`.  So nothing is clipped, and the gradients of saturated
outputs do not vanish.
"""

from __future__ import annotations

from typing import Any

from minikeras import frames, ops, settings, shapes, tf_function
from minikeras.declare import field
from minikeras.losses.loss import FunctionLoss, same_dtype
from minikeras.ops.primitives.arithmetic import divided_by_constant
from minikeras.types import TensorLike


def kl_divergence(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """Σ y ln(y / p) along the last axis, both clipped to [ε, 1]."""
    y, p = (ops.clip(v, settings.epsilon(), 1) for v in same_dtype(y_true, y_pred))
    return ops.sum(y * ops.log(y / p), axis=-1)


def poisson(y_true: TensorLike, y_pred: TensorLike) -> Any:
    """mean p − y ln(p + ε) over the last axis."""
    y, p = same_dtype(y_true, y_pred)
    epsilon = ops.convert_to_tensor(settings.epsilon(), dtype=p.dtype)
    return ops.mean(p - y * ops.log(p + epsilon), axis=-1)


def binary_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """mean −(y ln p + (1 − y) ln(1 − p)) over ``axis``.

    from_logits: whether predictions are logits; otherwise they are probabilities.
    label_smoothing: s, within [0, 1]; labels become y (1 − s) + ½ s.
    axis: the axis over which the mean is taken.
    """
    y, p = same_dtype(y_true, y_pred)
    y = _smoothed_binary(y, label_smoothing)
    return ops.mean(ops.binary_crossentropy(y, p, from_logits=from_logits), axis=axis)


def categorical_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """−Σ y ln p along ``axis``, y one-hot.

    from_logits: whether predictions are logits; otherwise they are probabilities.
    label_smoothing: s, within [0, 1]; labels become y (1 − s) + s / K with K classes.
    axis: the axis of the classes.

    Raises ValueError for a bool ``axis`` or arguments of different shape.
    Parity: K is the size of the *last* axis, whatever ``axis`` is.
    """
    _check(axis, y_pred, "categorical_crossentropy")
    y, p = same_dtype(y_true, y_pred)
    y = _smoothed_categorical(y, label_smoothing)
    return ops.categorical_crossentropy(y, p, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """−ln p[y] for labels y given as class numbers, of shape (N, ...) or (N, ..., 1).

    Where y is ``ignore_class`` the loss is 0, and the mask of the result excludes these entries
    from means.

    from_logits: whether predictions are logits; otherwise they are probabilities.
    ignore_class: a label whose entries are ignored.
    axis: the axis of the classes.

    Parity: probabilities are clipped, not normalized; the softmax of their logarithms then
    normalizes them.
    """
    rank = len(y_pred.shape)
    if len(y_true.shape) == rank and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis=axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    class_axis = shapes.normalize_axis(axis, rank)
    values_shape = tuple(n for i, n in enumerate(y_pred.shape) if i != class_axis)
    valid = ops.not_equal(y_true, ops.cast(ignore_class, y_pred.dtype))
    y = ops.where(valid, y_true, 0)
    p = ops.where(ops.expand_dims(valid, axis), y_pred, 0)
    values = ops.sparse_categorical_crossentropy(y, p, from_logits=from_logits, axis=axis)
    valid = ops.reshape(valid, values_shape)
    values = ops.where(valid, values, 0.0)
    values._keras_mask = valid
    return values


def binary_focal_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """mean (1 − pₜ)^γ · crossentropy over ``axis``, pₜ = y p + (1 − y)(1 − p): correct
    predictions count less (Lin et al., 2017, "Focal loss for dense object detection").

    apply_class_balancing: whether classes are weighted with α.
    alpha: α, the weight of class 1.
    gamma: γ, how strongly correct predictions are down-weighted.
    from_logits: whether predictions are logits; otherwise they are probabilities.
    label_smoothing: s; labels become y (1 − s) + ½ s.
    axis: the axis over which the mean is taken.

    Parity: α is used only with ``apply_class_balancing``, which weighs by α y + (1 − α)(1 − y).
    """
    y, p = same_dtype(y_true, y_pred)
    y = _smoothed_binary(y, label_smoothing)
    if from_logits:
        p = ops.sigmoid(p)
    crossentropy = ops.binary_crossentropy(y, p, from_logits=False)
    right, wrong = y * p, (1 - y) * (1 - p)
    error = 1.0 - wrong - right if tf_function.is_inside() else 1.0 - (right + wrong)
    focal = ops.power(error, gamma) * crossentropy
    if apply_class_balancing:
        focal = (y * alpha + (1 - y) * (1 - alpha)) * focal
    return ops.mean(focal, axis=axis)


def categorical_focal_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Σ α (1 − p)^γ (−y ln p) along ``axis``, p first normalized, then clipped to [ε, 1 − ε].

    alpha: α, the weight of the classes; a number, or one for each class.
    gamma: γ, how strongly correct predictions are down-weighted.
    from_logits: whether predictions are logits; otherwise they are probabilities.
    label_smoothing: s; labels become y (1 − s) + s / K with K classes.
    axis: the axis of the classes.

    Raises ValueError for a bool ``axis``.
    """
    _check(axis, y_pred, "categorical_focal_crossentropy")
    y, p = same_dtype(y_true, y_pred)
    y = _smoothed_categorical(y, label_smoothing)
    if from_logits:
        p = ops.softmax(p, axis=axis)
    p = p / ops.sum(p, axis=axis, keepdims=True)
    p = ops.clip(p, settings.epsilon(), 1.0 - settings.epsilon())
    crossentropy = -y * ops.log(p)
    weight = ops.multiply(ops.power(1.0 - p, gamma), alpha)
    return ops.sum(ops.multiply(weight, crossentropy), axis=axis)


def categorical_generalized_cross_entropy(y_true: TensorLike, y_pred: TensorLike, q: float) -> Any:
    """(1 − p[y]^q) / q for class numbers y: robust to wrong labels, from cross-entropy (q → 0) to
    mean absolute error (q = 1) (Zhang & Sabuncu, 2018).

    q: a number within (0, 1); the larger, the more robust.
    """
    y = ops.one_hot(ops.cast(y_true, "int32"), y_pred.shape[-1])
    p = ops.sum(y_pred * ops.cast(y, y_pred.dtype), axis=-1)
    rest = 1 - ops.power(p, q)
    quotient = divided_by_constant(rest, constant=q)
    quotient._factors = tf_function.reciprocal(q, rest.dtype), rest
    return quotient


def _smoothed_binary(y: Any, smoothing: float) -> Any:
    return y * (1.0 - smoothing) + 0.5 * smoothing if smoothing else y


def _smoothed_categorical(y: Any, smoothing: float) -> Any:
    if not smoothing:
        return y
    classes = ops.cast(y.shape[-1], y.dtype)
    return y * (1.0 - smoothing) + smoothing / classes


def _check(axis: Any, y_pred: Any, loss: str) -> None:
    if isinstance(axis, bool):
        raise ValueError(f"`axis` must be of type `int`, received axis={axis} of type {type(axis)}")
    if y_pred.shape[-1] == 1:
        frames.warn(
            f"In loss {loss}, expected y_pred.shape to be (batch_size, num_classes) with "
            f"num_classes > 1, received y_pred.shape={tuple(y_pred.shape)}. Consider "
            "binary_crossentropy for two classes.",
            SyntaxWarning,
        )


class KLDivergence(FunctionLoss, fn=kl_divergence):
    """Σ y ln(y / p): see `kl_divergence`."""


class Poisson(FunctionLoss, fn=poisson):
    """p − y ln p, averaged: see `poisson`."""


class BinaryCrossentropy(FunctionLoss, fn=binary_crossentropy):
    """For labels 0 and 1 and one score each: see `binary_crossentropy`."""


class BinaryFocalCrossentropy(FunctionLoss, fn=binary_focal_crossentropy):
    """Binary cross-entropy that down-weights easy samples: see `binary_focal_crossentropy`."""

    _config_order = ("name", "reduction", "from_logits", "label_smoothing", "axis")


class CategoricalCrossentropy(FunctionLoss, fn=categorical_crossentropy):
    """For one-hot labels: see `categorical_crossentropy`."""


class CategoricalFocalCrossentropy(FunctionLoss, fn=categorical_focal_crossentropy):
    """For one-hot labels; down-weights easy samples: see `categorical_focal_crossentropy`."""

    _config_order = ("name", "reduction", "from_logits", "label_smoothing", "axis")


class SparseCategoricalCrossentropy(FunctionLoss, fn=sparse_categorical_crossentropy):
    """For class numbers as labels: see `sparse_categorical_crossentropy`.

    Parity: the config does not contain ``axis``.  Labels are cast to ``dtype`` like all arguments,
    so a class number above 2²⁴ is rounded in float32.
    """

    from_logits: bool = False
    ignore_class: int | None = None
    reduction: str | None = "sum_over_batch_size"
    axis: int = field(-1, saved=False)


class CategoricalGeneralizedCrossEntropy(FunctionLoss, fn=categorical_generalized_cross_entropy):
    """(1 − p[y]^q) / q: see `categorical_generalized_cross_entropy`.

    Raises ValueError unless 0 < q < 1.
    """

    q: float = 0.5

    def setup(self) -> None:
        if not 0 < self.q < 1:
            raise ValueError(f"q must be in the interval (0, 1), received q={self.q}")
        super().setup()
