"""The largest value of one rate where another is at least a given value."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import ops
from minikeras.metrics.confusion import CountingMetric, even_thresholds, make_counts

_RATES = {  # the rate is first / (first + second)
    "sensitivity": ("tp", "fn"),
    "specificity": ("tn", "fp"),
    "precision": ("tp", "fp"),
    "recall": ("tp", "fn"),
}


class _BestAt(CountingMetric):
    """max over thresholds of ``_wanted``, where ``_bound`` ≥ the first argument; 0 if none is.

    num_thresholds: how many thresholds, evenly spaced over [0, 1].
    class_id: the only class that is counted; None for all.

    Raises ValueError for a bound outside [0, 1] and for fewer than 1 threshold.
    """

    _wanted: ClassVar[str]
    _bound: ClassVar[str]
    _direction = "up"

    num_thresholds: int = 200
    class_id: int | None = None

    _config_order = ("name", "dtype", "class_id", "num_thresholds")

    def setup(self) -> None:
        self.value = getattr(self, self._bound)
        if self.value < 0 or self.value > 1:
            raise ValueError(
                f"Argument `{self._bound}` must be in the range [0, 1], "
                f"received {self._bound}={self.value}"
            )
        super().setup()
        n = self.num_thresholds
        if n <= 0:
            raise ValueError(
                f"Argument `num_thresholds` must be an integer > 0, received num_thresholds={n}"
            )
        self.thresholds = [0.5] if n == 1 else [0.0, *even_thresholds(n), 1.0]
        self._counts = make_counts(self, (len(self.thresholds),))
        self._options = {"class_id": self.class_id, "even": n > 1}

    def result(self) -> Any:
        feasible = ops.greater_equal(self._rate(self._bound), self.value)
        return ops.max(ops.where(feasible, self._rate(self._wanted), 0), initial=0)

    def _rate(self, name: str) -> Any:
        hit, miss = (self._counts[kind].value for kind in _RATES[name])
        return ops.divide_no_nan(hit, hit + miss)


class SensitivityAtSpecificity(_BestAt):
    """The best tp / (tp + fn) where tn / (tn + fp) ≥ ``specificity``.

    specificity: a number within [0, 1].
    """

    specificity: float
    _wanted, _bound = "sensitivity", "specificity"


class SpecificityAtSensitivity(_BestAt):
    """The best tn / (tn + fp) where tp / (tp + fn) ≥ ``sensitivity``.

    sensitivity: a number within [0, 1].
    """

    sensitivity: float
    _wanted, _bound = "specificity", "sensitivity"


class PrecisionAtRecall(_BestAt):
    """The best tp / (tp + fp) where tp / (tp + fn) ≥ ``recall``.

    recall: a number within [0, 1].
    """

    recall: float
    _wanted, _bound = "precision", "recall"


class RecallAtPrecision(_BestAt):
    """The best tp / (tp + fn) where tp / (tp + fp) ≥ ``precision``.

    precision: a number within [0, 1].
    """

    precision: float
    _wanted, _bound = "recall", "precision"
