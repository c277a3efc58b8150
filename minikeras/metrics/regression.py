"""The root of the mean squared error, the coefficient of determination."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.losses.loss import squeeze_or_expand_to_same_rank
from minikeras.messages import describe
from minikeras.metrics.metric import DeclaredMetric, array, check_2d
from minikeras.metrics.reduction import Mean
from minikeras.types import Shape, TensorLike


class RootMeanSquaredError(Mean):
    """√(mean (p − y)²): the root is taken of the mean over everything seen."""

    name = "root_mean_squared_error"
    _direction = "down"

    def update_state(  # type: ignore[override]  # of pairs, not of values
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        y, p = squeeze_or_expand_to_same_rank(array(y_true, self.dtype), array(y_pred, self.dtype))
        super().update_state(np.square(p - y), sample_weight=sample_weight)

    def result(self) -> Any:
        return ops.sqrt(super().result())


class R2Score(DeclaredMetric):
    """Coefficient of determination, per output column: R² = 1 − Σ w (y − p)² / Σ w (y − ȳ)².

    class_aggregation: None for one number per column; "uniform_average" or
        "variance_weighted_average" (weights Σ w (y − ȳ)²) for their mean.
    num_regressors: above 0, the adjusted R² for this number of predictors is returned.

    Raises ValueError for an unknown aggregation, a negative number, data of rank other than 2.
    Parity: a column of constant targets scores 0 (NaN if it is predicted perfectly).
    """

    class_aggregation: str | None = "uniform_average"
    num_regressors: int = 0
    name = "r2_score"
    _direction = "up"

    def setup(self) -> None:
        allowed = (None, "uniform_average", "variance_weighted_average")
        if self.class_aggregation not in allowed:
            raise ValueError(
                f"Invalid value for argument `class_aggregation`: expected one of {allowed}, "
                f"received class_aggregation={describe(self.class_aggregation)}"
            )
        if self.num_regressors < 0:
            raise ValueError(
                "Invalid value for argument `num_regressors`: expected a value >= 0, "
                f"received num_regressors={self.num_regressors}"
            )
        super().setup()
        self.num_samples = self.zeros("num_samples")
        self._built = False

    def _build(self, y_shape: Shape, p_shape: Shape) -> None:
        check_2d("R2Score", y_shape, p_shape)
        columns = (p_shape[-1],)
        self.squared_sum = self.zeros("squared_sum", columns)
        self.sum = self.zeros("sum", columns)
        self.total_mse = self.zeros("residual", columns)
        self.count = self.zeros("count", columns)
        self._built = True

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        y, p = squeeze_or_expand_to_same_rank(array(y_true, self.dtype), array(y_pred, self.dtype))
        if not self._built:
            self._build(y.shape, p.shape)
        w = array(1 if sample_weight is None else sample_weight, self.dtype)
        w = np.broadcast_to(w[:, None] if w.ndim == 1 else w, y.shape)
        weighted = y * w
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(y * weighted, axis=0))
        self.total_mse.assign_add(ops.sum(ops.power(y - p, 2) * w, axis=0))
        self.count.assign_add(ops.sum(w, axis=0))
        self.num_samples.assign_add(y.size)

    def result(self) -> Any:
        mean = self.sum.value / self.count
        total = self.squared_sum - self.sum * mean
        scores = 1 - self.total_mse / total
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.sum(total * scores) / ops.sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, score: Any) -> Any:
        """1 − (1 − R²)(n − 1) / (n − k − 1). Parity: n counts values, not rows."""
        n, k = ops.convert_to_tensor(self.num_samples, dtype="float32"), self.num_regressors
        if k >= n - 1:
            why = "Division by zero" if k == n - 1 else "More predictors than datapoints"
            frames.warn(f"{why} in adjusted R2 score: the plain score is given")
            return score
        return 1.0 - (1.0 - score) * (n - 1.0) / (n - float(k) - 1.0)
