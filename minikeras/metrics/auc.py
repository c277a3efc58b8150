"""The area under a curve of two rates, as functions of the threshold."""

from __future__ import annotations

from typing import Any

from minikeras import ops, settings
from minikeras.metrics import confusion
from minikeras.types import Shape, TensorLike

_CURVES = {k: name for name in ("ROC", "PR", "PRGAIN") for k in (name, name.lower())}
_SUMMATIONS = {
    k: name for name in ("interpolation", "majoring", "minoring") for k in (name, name.capitalize())
}


class AUC(confusion.CountingMetric):
    """Area under the curve y(x) that ``num_thresholds`` thresholds sample.

    curve       x                       y
    "ROC"       fp / (fp + tn)          tp / (tp + fn)
    "PR"        tp / (tp + fn)          tp / (tp + fp)
    "PRGAIN"    1 − π fn / tp           1 − π fp / tp,  π = (tp + fn) / (fp + tn)

    area = Σ (xᵢ − xᵢ₊₁) hᵢ, h the mean ("interpolation"), larger ("majoring") or smaller
    ("minoring") of yᵢ and yᵢ₊₁; "PR" interpolates tp instead (Davis & Goadrich, 2006).

    num_thresholds: how many thresholds, evenly spaced over [0, 1].
    curve: "ROC", "PR" or "PRGAIN".
    summation_method: "interpolation", "majoring" or "minoring".
    thresholds: the thresholds themselves, in place of evenly spaced ones.
    multi_label: whether each column has an area of its own; the result is their mean.
    num_labels: the number of columns, if it is known before the first batch.
    label_weights: weights of the columns in this mean; without ``multi_label``, of predictions.
    from_logits: whether a sigmoid is applied to predictions first.

    Raises ValueError for unknown names, fewer than 2 thresholds, ``num_labels`` without
    ``multi_label``.
    Parity: an approximation: predictions between the same two thresholds count as equal.
    """

    num_thresholds: int = 200
    curve: str = "ROC"
    summation_method: str = "interpolation"
    name: Any = None
    dtype: Any = None
    thresholds: Any = None
    multi_label: bool = False
    num_labels: int | None = None
    label_weights: Any = None
    from_logits: bool = False
    _direction = "up"

    def setup(self) -> None:
        self.curve = _choose("curve", self.curve, _CURVES)
        self.summation_method = _choose("summation method", self.summation_method, _SUMMATIONS)
        self._given = None if self.thresholds is None else sorted(self.thresholds)
        if self._given is None:
            n = self.num_thresholds
            if n <= 1:
                raise ValueError(
                    f"Argument `num_thresholds` must be an integer > 1, received num_thresholds={n}"
                )
            inner = confusion.even_thresholds(n)
            even = True
        else:
            inner = self._given
            self.num_thresholds = len(inner) + 2
            even = confusion.evenly_spaced([0.0, *inner, 1.0])
        self.thresholds = [0.0 - settings.epsilon(), *inner, 1.0 + settings.epsilon()]
        super().setup()
        if self.label_weights is not None:
            self.label_weights = ops.convert_to_tensor(self.label_weights, dtype=self.dtype)
        weights = None if self.multi_label else self.label_weights
        self._options = {"multi_label": self.multi_label, "label_weights": weights, "even": even}
        if self.num_labels and not self.multi_label:
            raise ValueError("`num_labels` is needed only when `multi_label` is True.")
        if not self.multi_label:
            self._build(())
        elif self.num_labels:
            self._build((None, self.num_labels))

    def _build(self, shape: Shape) -> None:
        if self.multi_label and len(shape) != 2:
            raise ValueError(
                f"`y_pred` must have rank 2 when `multi_label=True`, found rank {len(shape)}: "
                f"y_pred.shape={shape}"
            )
        self._counts = confusion.make_counts(self, (self.num_thresholds, *shape[1:]))

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        if not self._counts:
            self._build(tuple(y_pred.shape))
        p = ops.sigmoid(y_pred) if self.from_logits else y_pred
        super().update_state(y_true, p, sample_weight)

    def result(self) -> Any:
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._total(self._interpolated_pr())
        x, y = self._points()
        left, right = y[:-1], y[1:]
        if self.summation_method == "interpolation":
            heights = (left + right) / 2.0
        else:
            extreme = ops.minimum if self.summation_method == "minoring" else ops.maximum
            heights = extreme(left, right)
        return self._total((x[:-1] - x[1:]) * heights)

    def _points(self) -> tuple[Any, Any]:
        tp, fp, tn, fn = (v.value for v in self._counts.values())
        ratio = ops.divide_no_nan
        recall = ratio(tp, tp + fn)
        if self.curve == "ROC":
            return ratio(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, ratio(tp, tp + fp)
        scale = ratio(tp + fn, tn + fp)
        none = ops.equal(tp, 0.0)
        recall_gain = ops.where(none, 0.0, 1.0 - scale * ratio(fn, tp))
        precision_gain = ops.where(none, 1.0, 1.0 - scale * ratio(fp, tp))
        return ops.maximum(recall_gain, 0.0), precision_gain

    def _interpolated_pr(self) -> Any:
        """Precision between two thresholds as if tp grew linearly with the positives p = tp + fp:

        ∫ tp / p dp = s (Δtp + (tp₁ − s p₁) ln(p₀ / p₁)),  s = Δtp / Δp
        """
        tp, fp, _, fn = (v.value for v in self._counts.values())
        p = tp + fp
        step, positives = tp[:-1] - tp[1:], p[:-1] - p[1:]
        slope = ops.divide_no_nan(step, ops.maximum(positives, 0))
        intercept = tp[1:] - slope * p[1:]
        both = ops.logical_and(p[:-1] > 0, p[1:] > 0)
        quotient = ops.divide_no_nan(p[:-1], ops.maximum(p[1:], 0))
        growth = ops.where(both, quotient, ops.ones_like(p[1:]))
        area = slope * (step + intercept * ops.log(growth))
        return ops.divide_no_nan(area, ops.maximum(tp[1:] + fn[1:], 0))

    def _total(self, terms: Any) -> Any:
        if not self.multi_label:
            return ops.sum(terms)
        areas = ops.sum(terms, axis=0)
        if self.label_weights is None:
            return ops.mean(areas)
        return ops.divide_no_nan(ops.sum(areas * self.label_weights), ops.sum(self.label_weights))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["thresholds"]
        return config if self._given is None else {**config, "thresholds": self._given}


def _choose(what: str, value: Any, allowed: dict[str, str]) -> str:
    if value not in allowed:
        raise ValueError(f"Invalid AUC {what} value: {value!r}; expected one of {sorted(allowed)}")
    return allowed[value]
