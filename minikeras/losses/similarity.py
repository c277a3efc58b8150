"""A loss on embeddings: small when rows of one class are near and other rows far away."""

from __future__ import annotations

from typing import Any

from minikeras import ops, tf_function
from minikeras.losses.loss import FunctionLoss
from minikeras.ops.primitives.arithmetic import scaled_product
from minikeras.types import TensorLike


def circle(
    y_true: TensorLike,
    y_pred: TensorLike,
    ref_labels: TensorLike = None,
    ref_embeddings: TensorLike = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """Circle loss of L2-normalized embeddings (Sun et al., 2020), a value per row, at m = margin:

    softplus(logsumexp₊ γ max(d + m, 0) (d − m) + logsumexp₋ γ max(1 + m − d, 0) (1 − m − d))

    d = max(1 − E Rᵀ, 0)        distances (N, M) from the references, by default the rows themselves

    + runs over the references of the same label (without the row itself, if ``remove_diagonal``),
    − over the others.  The result carries a mask of the rows whose loss is above 0.

    gamma: γ, a scale.
    margin: m, the margin of the distances.
    ref_labels, ref_embeddings: the references, in place of the rows themselves.
    remove_diagonal: whether a row is excluded from its own references.
    """
    e = ops.convert_to_tensor(y_pred)
    y = ops.cast(y_true, "int32")
    references = e if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    labels = y if ref_labels is None else ops.cast(ref_labels, "int32")

    d = ops.maximum(1 - ops.matmul(e, ops.transpose(references)), 0.0)
    same, other = _pairs(y, labels, remove_diagonal)
    same_weight = ops.maximum((margin + d) * ops.cast(same, d.dtype), 0.0)
    other_weight = ops.maximum(((1 + margin) - d) * ops.cast(other, d.dtype), 0.0)
    attract = scaled_product(same_weight, margin - d, scale=-1 * gamma)
    repel = scaled_product(other_weight, (1 - margin) - d, scale=gamma)
    values = ops.softplus(_sum_of_logsumexps(_only(same, attract), _only(other, repel)))
    values._keras_mask = values > 0
    return values


def _only(mask: Any, x: Any) -> Any:
    return ops.where(mask, x, float("-inf"))


def _sum_of_logsumexps(x: Any, y: Any) -> Any:
    """In functions TensorFlow adds four terms of known shape from the first to the last."""
    if not tf_function.knows_sizes():
        return ops.logsumexp(x, axis=1) + ops.logsumexp(y, axis=1)
    (log_x, max_x), (log_y, max_y) = _logsumexp_terms(x), _logsumexp_terms(y)
    return log_x + max_x + log_y + max_y


def _logsumexp_terms(x: Any) -> tuple[Any, Any]:
    m = ops.stop_gradient(ops.max(x, axis=1, keepdims=True))
    m = ops.where(ops.isfinite(m), m, 0)
    return ops.log(ops.sum(ops.exp(x - m), axis=1)), ops.squeeze(m, axis=1)


def _pairs(rows: Any, columns: Any, remove_diagonal: bool) -> tuple[Any, Any]:
    """Two masks (N, M): same label, different label."""
    rows = ops.reshape(rows, (-1, 1)) if len(rows.shape) == 1 else rows
    columns = ops.reshape(columns, (-1, 1)) if len(columns.shape) == 1 else columns
    same = ops.equal(rows, ops.transpose(columns))
    other = ops.logical_not(same)
    if remove_diagonal:
        diagonal = ops.eye(rows.shape[0], columns.shape[0], dtype="bool")
        same = ops.logical_and(same, ops.logical_not(diagonal))
    return same, other


class Circle(FunctionLoss, fn=circle):
    """Moves rows of one class together and other rows apart: see `circle`."""

    gamma: float = 80.0
    margin: float = 0.4
    remove_diagonal: bool = True
