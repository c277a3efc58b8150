"""Harmonic means of precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, settings, tf_function
from minikeras.messages import describe
from minikeras.metrics.metric import DeclaredMetric, array, check_2d
from minikeras.types import Array, Shape, TensorLike


class FBetaScore(DeclaredMetric):
    """(1 + β²) · precision · recall / (β² · precision + recall), per class.

    A class is predicted where p > ``threshold``; without threshold where p is the largest of its
    row and |p| > 1e-9.

    average: None for one score per class; "micro" counts all classes in one confusion matrix;
        "macro" takes the mean, "weighted" the mean weighted by the number of true labels.
    threshold: a number within (0, 1], or None.
    beta: how much recall counts in comparison with precision.

    Raises ValueError for an unknown average, β ≤ 0 or no float, a threshold outside (0, 1], data of
    rank other than 2.
    Parity: ε is added to each denominator, so a perfect score is just below 1; of equal largest
    entries of a row all are predicted.
    """

    average: str | None = None
    beta: float = 1.0
    threshold: float | None = None
    name = "fbeta_score"
    _direction = "up"

    def setup(self) -> None:
        if self.average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                "Invalid `average` argument value: expected None, 'micro', 'macro' or 'weighted', "
                f"received average={describe(self.average)}"
            )
        if not isinstance(self.beta, float) or self.beta <= 0:
            raise ValueError(
                "Invalid `beta` argument value: expected a Python float > 0, received "
                f"beta={describe(self.beta)} of type {type(self.beta)}"
            )
        t = self.threshold
        if t is not None and (not isinstance(t, float) or not 0 < t <= 1):
            raise ValueError(
                "Invalid `threshold` argument value: expected None or a Python float with "
                f"0 < threshold <= 1, received threshold={describe(t)} of type {type(t)}"
            )
        super().setup()

    def _build(self, y_shape: Shape, p_shape: Shape) -> None:
        check_2d("FBetaScore", y_shape, p_shape)
        classes = () if self.average == "micro" else (p_shape[-1],)
        self.true_positives = self.zeros("true_positives", classes, self.dtype)
        self.false_positives = self.zeros("false_positives", classes, self.dtype)
        self.false_negatives = self.zeros("false_negatives", classes, self.dtype)
        self.intermediate_weights = self.zeros("intermediate_weights", classes, self.dtype)

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        y, p = array(y_true, self.dtype), array(y_pred, self.dtype)
        if not self._variables:
            self._build(y.shape, p.shape)
        if self.threshold is None:
            predicted = (p >= p.max(axis=-1, keepdims=True)) & (np.abs(p) > 1e-9)
        else:
            predicted = p > p.dtype.type(self.threshold)
        p = predicted.astype(self.dtype)
        w = None if sample_weight is None else array(sample_weight, self.dtype)[:, None]
        axis = None if self.average == "micro" else 0

        def total(values: Array) -> Any:
            return ops.sum(values if w is None else values * w, axis=axis)

        self.true_positives.assign_add(total(p * y))
        self.false_positives.assign_add(total(p * (1 - y)))
        self.false_negatives.assign_add(total((1 - p) * y))
        self.intermediate_weights.assign_add(total(y))

    def result(self) -> Any:
        tp, fp, fn, weights = (v.value for v in self.variables)
        epsilon, beta2 = settings.epsilon(), self.beta**2
        precision = tp / (tp + fp + epsilon)
        recall = tp / (tp + fn + epsilon)
        if tf_function.is_inside() and not tp.shape:  # sorted by the names of the operations
            total = epsilon + beta2 * precision + recall
        else:
            total = beta2 * precision + recall + epsilon
        score = precision * recall / total * (1 + beta2)
        if self.average == "weighted":
            return ops.sum(score * (weights / (ops.sum(weights) + epsilon)))
        return score if self.average is None else ops.mean(score)


class F1Score(FBetaScore, fixed=("beta",)):
    """`FBetaScore` with β = 1."""

    name = "f1_score"
