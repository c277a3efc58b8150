# Written by `python -m parity_tests.house.stubs`: change the classes, not this file.
# ruff: noqa
# mypy: disable-error-code="assignment, misc, override"
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, dataclass_transform

from minikeras.autograd import KerasTensor, Tensor, Variable
from minikeras.declare import field
from minikeras.dtype_policies import DTypePolicy
from minikeras.types import Array, DType, Shape, TensorLike

Identifier: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
InitialValue: TypeAlias = Identifier | Tensor | Variable | Array
Ints: TypeAlias = int | Sequence[int]

from minikeras.losses import binary_crossentropy as binary_crossentropy
from minikeras.losses import binary_focal_crossentropy as binary_focal_crossentropy
from minikeras.losses import categorical_crossentropy as categorical_crossentropy
from minikeras.losses import categorical_focal_crossentropy as categorical_focal_crossentropy
from minikeras.losses import categorical_hinge as categorical_hinge
from minikeras.losses import hinge as hinge
from minikeras.losses import huber as huber
from minikeras.losses import kl_divergence as kl_divergence
from minikeras.losses import log_cosh as log_cosh
from minikeras.losses import mean_absolute_error as mean_absolute_error
from minikeras.losses import mean_absolute_percentage_error as mean_absolute_percentage_error
from minikeras.losses import mean_squared_error as mean_squared_error
from minikeras.losses import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from minikeras.losses import poisson as poisson
from minikeras.losses import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from minikeras.losses import squared_hinge as squared_hinge
from minikeras.metrics.accuracy import Accuracy as _Accuracy
from minikeras.metrics.accuracy import BinaryAccuracy as _BinaryAccuracy
from minikeras.metrics.accuracy import CategoricalAccuracy as _CategoricalAccuracy
from minikeras.metrics.accuracy import SparseCategoricalAccuracy as _SparseCategoricalAccuracy
from minikeras.metrics.accuracy import (
    SparseTopKCategoricalAccuracy as _SparseTopKCategoricalAccuracy,
)
from minikeras.metrics.accuracy import TopKCategoricalAccuracy as _TopKCategoricalAccuracy
from minikeras.metrics.accuracy import binary_accuracy as binary_accuracy
from minikeras.metrics.accuracy import categorical_accuracy as categorical_accuracy
from minikeras.metrics.accuracy import sparse_categorical_accuracy as sparse_categorical_accuracy
from minikeras.metrics.accuracy import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from minikeras.metrics.accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from minikeras.metrics.auc import AUC as _AUC
from minikeras.metrics.confusion import FalseNegatives as _FalseNegatives
from minikeras.metrics.confusion import FalsePositives as _FalsePositives
from minikeras.metrics.confusion import Precision as _Precision
from minikeras.metrics.confusion import Recall as _Recall
from minikeras.metrics.confusion import TrueNegatives as _TrueNegatives
from minikeras.metrics.confusion import TruePositives as _TruePositives
from minikeras.metrics.correlation import ConcordanceCorrelation as _ConcordanceCorrelation
from minikeras.metrics.correlation import PearsonCorrelation as _PearsonCorrelation
from minikeras.metrics.correlation import concordance_correlation as concordance_correlation
from minikeras.metrics.correlation import pearson_correlation as pearson_correlation
from minikeras.metrics.f_score import F1Score as _F1Score
from minikeras.metrics.f_score import FBetaScore as _FBetaScore
from minikeras.metrics.identifiers import deserialize as deserialize
from minikeras.metrics.identifiers import get as get
from minikeras.metrics.identifiers import registry as registry
from minikeras.metrics.identifiers import serialize as serialize
from minikeras.metrics.iou import BinaryIoU as _BinaryIoU
from minikeras.metrics.iou import IoU as _IoU
from minikeras.metrics.iou import MeanIoU as _MeanIoU
from minikeras.metrics.iou import OneHotIoU as _OneHotIoU
from minikeras.metrics.iou import OneHotMeanIoU as _OneHotMeanIoU
from minikeras.metrics.margin import CategoricalHinge as _CategoricalHinge
from minikeras.metrics.margin import Hinge as _Hinge
from minikeras.metrics.margin import SquaredHinge as _SquaredHinge
from minikeras.metrics.metric import Metric as Metric
from minikeras.metrics.operating_point import PrecisionAtRecall as _PrecisionAtRecall
from minikeras.metrics.operating_point import RecallAtPrecision as _RecallAtPrecision
from minikeras.metrics.operating_point import SensitivityAtSpecificity as _SensitivityAtSpecificity
from minikeras.metrics.operating_point import SpecificityAtSensitivity as _SpecificityAtSensitivity
from minikeras.metrics.probabilistic import BinaryCrossentropy as _BinaryCrossentropy
from minikeras.metrics.probabilistic import CategoricalCrossentropy as _CategoricalCrossentropy
from minikeras.metrics.probabilistic import KLDivergence as _KLDivergence
from minikeras.metrics.probabilistic import Poisson as _Poisson
from minikeras.metrics.probabilistic import (
    SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy,
)
from minikeras.metrics.reduction import Mean as _Mean
from minikeras.metrics.reduction import MeanMetricWrapper as _MeanMetricWrapper
from minikeras.metrics.reduction import Sum as _Sum
from minikeras.metrics.regression import CosineSimilarity as _CosineSimilarity
from minikeras.metrics.regression import LogCoshError as _LogCoshError
from minikeras.metrics.regression import MeanAbsoluteError as _MeanAbsoluteError
from minikeras.metrics.regression import MeanAbsolutePercentageError as _MeanAbsolutePercentageError
from minikeras.metrics.regression import MeanSquaredError as _MeanSquaredError
from minikeras.metrics.regression import MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError
from minikeras.metrics.regression import R2Score as _R2Score
from minikeras.metrics.regression import RootMeanSquaredError as _RootMeanSquaredError

class AUC(_AUC):
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
    Parity: an approximation: predictions between the same two thresholds count as equal."""
    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: Any = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None: ...

class FBetaScore(_FBetaScore):
    """(1 + β²) · precision · recall / (β² · precision + recall), per class.

    A class is predicted where p > ``threshold``; without threshold where p is the largest of its
    row and |p| > 1e-9.

    average: None for one score per class; "micro" counts all classes in one confusion matrix;
        "macro" takes the mean, "weighted" the mean weighted by the number of true labels.
    beta: how much recall counts in comparison with precision.

    Raises ValueError for an unknown average, β ≤ 0 or no float, a threshold outside (0, 1], data of
    rank other than 2.
    Parity: ε is added to each denominator, so a perfect score is just below 1; of equal largest
    entries of a row all are predicted."""
    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: Any = "fbeta_score",
        dtype: Any = None,
    ) -> None: ...

class IoU(_IoU):
    """mean over ``target_class_ids`` of tp / (tp + fp + fn).

    Classes that never occur do not enter the mean.  Labels outside [0, num_classes) are ignored.

    num_classes: the number of classes.
    target_class_ids: the classes over which the mean is taken.
    ignore_class: a label that is ignored as well.
    sparse_y_true, sparse_y_pred: whether these are class numbers; otherwise scores along ``axis``.

    Raises ValueError for a target outside [0, num_classes).
    Parity: the matrix holds int64 unless ``dtype`` says otherwise, so weights are truncated."""
    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: Any = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None: ...

class Mean(_Mean):
    """Σ w v / Σ w over samples, each first averaged over its other axes; 0 before the first batch.

    total ← total + Σ w v           count ← count + Σ w

    Without weights every sample weighs 1."""
    def __init__(self, name: Any = "mean", dtype: Any = None) -> None: ...

class Sum(_Sum):
    """Σ w v of all values v of all batches."""
    def __init__(self, name: Any = "sum", dtype: Any = None) -> None: ...

class R2Score(_R2Score):
    """Coefficient of determination, per output column: R² = 1 − Σ w (y − p)² / Σ w (y − ȳ)².

    class_aggregation: None for one number per column; "uniform_average" or
        "variance_weighted_average" (weights Σ w (y − ȳ)²) for their mean.
    num_regressors: above 0, the adjusted R² for this number of predictors is returned.

    Raises ValueError for an unknown aggregation, a negative number, data of rank other than 2.
    Parity: a column of constant targets scores 0 (NaN if it is predicted perfectly)."""
    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: Any = "r2_score",
        dtype: Any = None,
    ) -> None: ...

class F1Score(_F1Score, FBetaScore):
    """`FBetaScore` with β = 1."""
    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: Any = "f1_score",
        dtype: Any = None,
    ) -> None: ...

class BinaryIoU(_BinaryIoU, IoU):
    """`IoU` of classes 0 and 1; p ≥ ``threshold`` is class 1."""
    def __init__(
        self,
        target_class_ids: Any = ...,
        threshold: float = 0.5,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class MeanIoU(_MeanIoU, IoU):
    """`IoU` averaged over all classes."""
    def __init__(
        self,
        num_classes: int,
        name: Any = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None: ...

class OneHotIoU(_OneHotIoU, IoU):
    """`IoU` of one-hot labels and scores (or class numbers, with ``sparse_y_pred``)."""
    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: Any = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None: ...

class PrecisionAtRecall(_PrecisionAtRecall):
    """The best tp / (tp + fp) where tp / (tp + fn) ≥ ``recall``."""
    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class RecallAtPrecision(_RecallAtPrecision):
    """The best tp / (tp + fn) where tp / (tp + fp) ≥ ``precision``."""
    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class SensitivityAtSpecificity(_SensitivityAtSpecificity):
    """The best tp / (tp + fn) where tn / (tn + fp) ≥ ``specificity``."""
    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class SpecificityAtSensitivity(_SpecificityAtSensitivity):
    """The best tn / (tn + fp) where tp / (tp + fn) ≥ ``sensitivity``."""
    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class RootMeanSquaredError(_RootMeanSquaredError, Mean):
    """√(mean (p − y)²): the root is taken of the mean over everything seen."""
    def __init__(self, name: Any = "root_mean_squared_error", dtype: Any = None) -> None: ...

class FalseNegatives(_FalseNegatives):
    """Σ w where the label is 1 and p ≤ threshold."""
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class FalsePositives(_FalsePositives):
    """Σ w where the label is 0 and p > threshold."""
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class Precision(_Precision):
    """The share of positive predictions that are right: tp / (tp + fp)."""
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class Recall(_Recall):
    """The share of positive labels that are predicted: tp / (tp + fn)."""
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class TrueNegatives(_TrueNegatives):
    """Σ w where the label is 0 and p ≤ threshold."""
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class TruePositives(_TruePositives):
    """Σ w where the label is 1 and p > threshold."""
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class OneHotMeanIoU(_OneHotMeanIoU, MeanIoU):
    """`MeanIoU` of one-hot labels and scores (or class numbers, with ``sparse_y_pred``)."""
    def __init__(
        self,
        num_classes: int,
        name: Any = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None: ...

class MeanMetricWrapper(_MeanMetricWrapper, Mean):
    """The mean of ``fn(y_true, y_pred, **kwargs)``, weighted by ``sample_weight`` and by the mask
    that ``y_pred`` carries."""
    def __init__(self, fn: Callable[..., Any], name: Any = None, dtype: Any = None) -> None: ...

class Accuracy(_Accuracy, MeanMetricWrapper):
    """How often labels and predictions are equal: see `accuracy`."""
    def __init__(self, name: Any = "accuracy", dtype: Any = None) -> None: ...

class BinaryAccuracy(_BinaryAccuracy, MeanMetricWrapper):
    """How often p > threshold equals the label: see `binary_accuracy`."""
    def __init__(
        self, name: Any = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None: ...

class CategoricalAccuracy(_CategoricalAccuracy, MeanMetricWrapper):
    """How often the one-hot label has the largest score: see `categorical_accuracy`."""
    def __init__(self, name: Any = "categorical_accuracy", dtype: Any = None) -> None: ...

class SparseCategoricalAccuracy(_SparseCategoricalAccuracy, MeanMetricWrapper):
    """How often the label has the largest score: see `sparse_categorical_accuracy`."""
    def __init__(self, name: Any = "sparse_categorical_accuracy", dtype: Any = None) -> None: ...

class SparseTopKCategoricalAccuracy(_SparseTopKCategoricalAccuracy, MeanMetricWrapper):
    """How often the label is among the k largest: see `sparse_top_k_categorical_accuracy`."""
    def __init__(
        self,
        k: int = 5,
        name: Any = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None: ...

class TopKCategoricalAccuracy(_TopKCategoricalAccuracy, MeanMetricWrapper):
    """How often the one-hot label has one of the k largest: see `top_k_categorical_accuracy`."""
    def __init__(
        self, k: int = 5, name: Any = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None: ...

class ConcordanceCorrelation(_ConcordanceCorrelation, MeanMetricWrapper):
    """Mean of `concordance_correlation`."""
    def __init__(
        self, name: Any = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None: ...

class PearsonCorrelation(_PearsonCorrelation, MeanMetricWrapper):
    """Mean of `pearson_correlation`."""
    def __init__(
        self, name: Any = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None: ...

class CategoricalHinge(_CategoricalHinge, MeanMetricWrapper):
    """Mean of `losses.categorical_hinge`."""
    def __init__(self, name: Any = "categorical_hinge", dtype: Any = None) -> None: ...

class Hinge(_Hinge, MeanMetricWrapper):
    """Mean of `losses.hinge`."""
    def __init__(self, name: Any = "hinge", dtype: Any = None) -> None: ...

class SquaredHinge(_SquaredHinge, MeanMetricWrapper):
    """Mean of `losses.squared_hinge`."""
    def __init__(self, name: Any = "squared_hinge", dtype: Any = None) -> None: ...

class BinaryCrossentropy(_BinaryCrossentropy, MeanMetricWrapper):
    """Mean of `losses.binary_crossentropy`."""
    def __init__(
        self,
        name: Any = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None: ...

class CategoricalCrossentropy(_CategoricalCrossentropy, MeanMetricWrapper):
    """Mean of `losses.categorical_crossentropy`."""
    def __init__(
        self,
        name: Any = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None: ...

class KLDivergence(_KLDivergence, MeanMetricWrapper):
    """Mean of `losses.kl_divergence`."""
    def __init__(self, name: Any = "kl_divergence", dtype: Any = None) -> None: ...

class Poisson(_Poisson, MeanMetricWrapper):
    """Mean of `losses.poisson`."""
    def __init__(self, name: Any = "poisson", dtype: Any = None) -> None: ...

class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy, MeanMetricWrapper):
    """Mean of `losses.sparse_categorical_crossentropy`.

    Parity: entries of ``ignore_class`` add 0 to the sum, but count in the mean."""
    def __init__(
        self,
        name: Any = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None: ...

class CosineSimilarity(_CosineSimilarity, MeanMetricWrapper):
    """Mean cosine of the angle between y and p; the loss of this name is its negative.

    Parity: the config does not contain ``axis``."""
    def __init__(
        self, name: Any = "cosine_similarity", dtype: Any = None, axis: int = -1
    ) -> None: ...

class LogCoshError(_LogCoshError, MeanMetricWrapper):
    """Mean of `losses.log_cosh`."""
    def __init__(self, name: Any = "logcosh", dtype: Any = None) -> None: ...

class MeanAbsoluteError(_MeanAbsoluteError, MeanMetricWrapper):
    """Mean of `losses.mean_absolute_error`."""
    def __init__(self, name: Any = "mean_absolute_error", dtype: Any = None) -> None: ...

class MeanAbsolutePercentageError(_MeanAbsolutePercentageError, MeanMetricWrapper):
    """Mean of `losses.mean_absolute_percentage_error`."""
    def __init__(self, name: Any = "mean_absolute_percentage_error", dtype: Any = None) -> None: ...

class MeanSquaredError(_MeanSquaredError, MeanMetricWrapper):
    """Mean of `losses.mean_squared_error`."""
    def __init__(self, name: Any = "mean_squared_error", dtype: Any = None) -> None: ...

class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError, MeanMetricWrapper):
    """Mean of `losses.mean_squared_logarithmic_error`."""
    def __init__(self, name: Any = "mean_squared_logarithmic_error", dtype: Any = None) -> None: ...
