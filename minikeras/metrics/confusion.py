"""Counts of the confusion matrix at one or many thresholds, and ratios of these counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minikeras import ops, settings, tf_function
from minikeras.autograd import Variable
from minikeras.losses.loss import squeeze_or_expand_to_same_rank
from minikeras.metrics.metric import DeclaredMetric, array
from minikeras.types import Array, Shape, TensorLike

NEG_INF = -1e10  # the score of a class that is not among the top k
COUNTS = {
    "tp": "true_positives",
    "fp": "false_positives",
    "tn": "true_negatives",
    "fn": "false_negatives",
}


class CountingMetric(DeclaredMetric):
    """Adds counts of each batch, at each of ``thresholds``, to the variables ``_counts``."""

    _counts: dict[str, Variable] = {}
    _options: dict[str, Any] = {}  # further arguments of `update`

    if TYPE_CHECKING:  # no field
        thresholds: Any

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike = None
    ) -> None:
        update(self._counts, y_true, y_pred, self.thresholds, sample_weight, **self._options)


class _AtThresholds(CountingMetric):
    thresholds: Any = None

    def setup(self, default: float = 0.5) -> None:
        super().setup()
        self.init_thresholds = self.thresholds
        self.thresholds = parse_thresholds(self.thresholds, default)

    def _for_each_threshold(self, values: Any) -> Any:
        return values[0] if len(self.thresholds) == 1 else values

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.init_thresholds}


class _Count(_AtThresholds):
    """Σ w over the predictions p of one kind, at each threshold: p > threshold is positive.

    thresholds: a number or a list of numbers within [0, 1]; 0.5 by default.
    """

    _kind: ClassVar[str]

    def setup(self, default: float = 0.5) -> None:
        super().setup(default)
        self.accumulator = self.zeros("accumulator", (len(self.thresholds),))
        self._counts = {self._kind: self.accumulator}

    def result(self) -> Any:
        """Parity: of several thresholds the variable itself, which later batches change.  ``fit``
        thus logs the counts of the validation data for those of the training data.
        """
        return self._for_each_threshold(self.accumulator)


class TruePositives(_Count):
    """Σ w where the label is 1 and p > threshold."""

    _kind = "tp"


class FalsePositives(_Count):
    """Σ w where the label is 0 and p > threshold."""

    _kind = "fp"


class TrueNegatives(_Count):
    """Σ w where the label is 0 and p ≤ threshold."""

    _kind = "tn"


class FalseNegatives(_Count):
    """Σ w where the label is 1 and p ≤ threshold."""

    _kind = "fn"


class _Ratio(_AtThresholds):
    """tp / (tp + the count of another kind), at each threshold; 0 / 0 is 0.

    thresholds: a number or a list of numbers within [0, 1]; 0.5 by default, none with ``top_k``.
    top_k: only the k largest scores of a sample can be positive.
    class_id: the only class that is counted; None for all.
    """

    thresholds: Any = None
    top_k: int | None = None
    class_id: int | None = None
    _other: ClassVar[str]
    _direction = "up"

    def setup(self, default: float = 0.5) -> None:
        super().setup(default if self.top_k is None else NEG_INF)
        self._counts = make_counts(self, (len(self.thresholds),), ("tp", self._other))
        self._options = {"top_k": self.top_k, "class_id": self.class_id}

    def result(self) -> Any:
        tp, other = (variable.value for variable in self._counts.values())
        return self._for_each_threshold(ops.divide_no_nan(tp, tp + other))


class Precision(_Ratio):
    """The fraction of positive predictions that are right: tp / (tp + fp)."""

    _other = "fp"


class Recall(_Ratio):
    """The fraction of positive labels that are predicted: tp / (tp + fn)."""

    _other = "fn"


def make_counts(
    metric: DeclaredMetric, shape: Shape, kinds: Iterable[str] = tuple(COUNTS)
) -> dict[str, Variable]:
    """Create a variable for each kind of count: "tp" is the attribute ``true_positives``."""
    counts = {kind: metric.zeros(COUNTS[kind], shape) for kind in kinds}
    for kind, variable in counts.items():
        setattr(metric, COUNTS[kind], variable)
    return counts


def even_thresholds(n: int) -> list[float]:
    """1/(n − 1), 2/(n − 1), ..., without 0 and 1."""
    return [(i + 1) * 1.0 / (n - 1) for i in range(n - 2)]


def parse_thresholds(thresholds: Any, default: float) -> list[float]:
    """A list of thresholds from a number, a list or None; ValueError outside [0, 1]."""
    if thresholds is None:
        return [default]
    found = list(thresholds) if isinstance(thresholds, list | tuple) else [thresholds]
    wrong = [t for t in found if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1], received: {wrong}")
    return found


def evenly_spaced(thresholds: Sequence[float]) -> bool:
    """Whether these are 0, 1/(n−1), 2/(n−1), ..., 1 for some n ≥ 3, to within ε."""
    n = len(thresholds)
    if n < 3:
        return False
    even = np.arange(n, dtype=np.float32) / (n - 1)
    return bool(np.allclose(thresholds, even, atol=settings.epsilon()))


def update(
    variables: dict[str, Variable],
    y_true: TensorLike,
    y_pred: TensorLike,
    thresholds: Sequence[float],
    sample_weight: TensorLike = None,
    *,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: TensorLike = None,
    even: bool | None = None,
) -> None:
    """Add the counts "tp", "fp", "tn", "fn" of a batch to the variables of these names.

    Every label except 0 is positive.  A prediction is positive at a threshold that it exceeds.
    Counts have the shape (thresholds,), or (thresholds, labels) for ``multi_label``.

    Raises ValueError for a ``class_id`` and predictions of rank 1.
    """
    dtype = next(iter(variables.values())).dtype
    p, y = squeeze_or_expand_to_same_rank(array(y_pred, dtype), array(y_true, dtype))
    w = None
    if sample_weight is not None:
        w = array(sample_weight, dtype)[..., None]
        w = squeeze_or_expand_to_same_rank(y, w, expand_rank_1=False)[1]
    if top_k is not None:
        p = _only_top_k(p, top_k)
    if class_id is not None:
        if p.ndim == 1:
            raise ValueError(
                "When class_id is provided, y_pred must be a 2D array with shape "
                f"(num_samples, num_classes), found shape: {p.shape}"
            )
        y, p = y[..., class_id, None], p[..., class_id, None]
    positive = y.astype(bool)
    if w is not None:
        w = np.broadcast_to(w, p.shape)
    if label_weights is not None:
        weights = np.broadcast_to(array(label_weights, dtype)[None], p.shape)
        w = weights if w is None else w * weights
    if not multi_label:
        positive, p = positive.reshape(-1), p.reshape(-1)
        w = None if w is None else w.reshape(-1)
    count = _count_buckets if (evenly_spaced(thresholds) if even is None else even) else _count
    counts = count(positive, p, w, np.asarray(thresholds), np.dtype(dtype), set(variables))
    for kind, variable in variables.items():
        variable.assign_add(counts[kind])


def _count(
    positive: Array, p: Array, w: Array | None, thresholds: Array, dtype: Any, kinds: set[str]
) -> dict[str, Array]:
    """Compare every prediction with every threshold: (thresholds, samples[, labels]) booleans.

    Parity: NaN exceeds no threshold.  But where nothing else needs p > threshold, TensorFlow's
    functions write its negation as p ≤ threshold, which does not hold for NaN either.
    """
    limits = thresholds.astype(dtype).reshape(-1, *(1,) * p.ndim)
    over = p[None] > limits
    only_under = tf_function.is_inside() and kinds.isdisjoint(("tp", "fp"))
    under = p[None] <= limits if only_under else ~over
    cells = {
        "tp": lambda: positive & over,
        "fp": lambda: ~positive & over,
        "tn": lambda: ~positive & under,
        "fn": lambda: positive & under,
    }
    weight = dtype.type(1) if w is None else w
    zero = dtype.type(0)
    return {kind: array(ops.sum(np.where(cells[kind](), weight, zero), axis=1)) for kind in kinds}


def _count_buckets(
    positive: Array, p: Array, w: Array | None, thresholds: Array, dtype: Any, kinds: set[str]
) -> dict[str, Array]:
    """A histogram of the predictions between n even thresholds, summed from above.

    bucket = ⌈p (n − 1)⌉ − 1: p exceeds the thresholds 0 to bucket

    Parity: p = 0 is in bucket 0 if the first threshold is below 0, in no bucket if it is 0.  Sums
    add one number after another in ``dtype``.
    """
    n = len(thresholds)
    p = np.clip(p, 0, 1)
    bucket = np.ceil(p * dtype.type(n - 1)) - 1
    if thresholds[0] < 0 or thresholds[-1] > 1:
        bucket = np.maximum(bucket, 0)
    w = np.ones((), dtype) if w is None else w
    label = positive.astype(dtype)
    counts = {}
    for over, under, values in (("tp", "fn", label * w), ("fp", "tn", (1 - label) * w)):
        filled = np.zeros((n, *p.shape[1:]), dtype)
        known = (bucket >= 0) & (bucket < n)  # NaN is in no bucket
        cells = np.nonzero(known)
        np.add.at(filled, (bucket[cells].astype(np.intp), *cells[1:]), values[cells])
        counts[over] = np.flip(np.cumsum(np.flip(filled, 0), axis=0, dtype=dtype), 0)
        if under in kinds:
            counts[under] = array(ops.sum(values, axis=0)) - counts[over]
    return counts


def _only_top_k(x: Array, k: int) -> Array:
    """The k largest of each row, the first among equals; ``NEG_INF`` elsewhere."""
    best = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    mask = np.zeros_like(x)
    np.put_along_axis(mask, best, 1, axis=-1)
    return x * mask + x.dtype.type(NEG_INF) * (1 - mask)
