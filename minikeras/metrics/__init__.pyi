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
from minikeras.metrics.mean_losses import BinaryCrossentropy as _BinaryCrossentropy
from minikeras.metrics.mean_losses import CategoricalCrossentropy as _CategoricalCrossentropy
from minikeras.metrics.mean_losses import CategoricalHinge as _CategoricalHinge
from minikeras.metrics.mean_losses import CosineSimilarity as _CosineSimilarity
from minikeras.metrics.mean_losses import Hinge as _Hinge
from minikeras.metrics.mean_losses import KLDivergence as _KLDivergence
from minikeras.metrics.mean_losses import LogCoshError as _LogCoshError
from minikeras.metrics.mean_losses import MeanAbsoluteError as _MeanAbsoluteError
from minikeras.metrics.mean_losses import (
    MeanAbsolutePercentageError as _MeanAbsolutePercentageError,
)
from minikeras.metrics.mean_losses import MeanSquaredError as _MeanSquaredError
from minikeras.metrics.mean_losses import (
    MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError,
)
from minikeras.metrics.mean_losses import Poisson as _Poisson
from minikeras.metrics.mean_losses import (
    SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy,
)
from minikeras.metrics.mean_losses import SquaredHinge as _SquaredHinge
from minikeras.metrics.metric import Metric as Metric
from minikeras.metrics.operating_point import PrecisionAtRecall as _PrecisionAtRecall
from minikeras.metrics.operating_point import RecallAtPrecision as _RecallAtPrecision
from minikeras.metrics.operating_point import SensitivityAtSpecificity as _SensitivityAtSpecificity
from minikeras.metrics.operating_point import SpecificityAtSensitivity as _SpecificityAtSensitivity
from minikeras.metrics.reduction import Mean as _Mean
from minikeras.metrics.reduction import MeanMetricWrapper as _MeanMetricWrapper
from minikeras.metrics.reduction import Sum as _Sum
from minikeras.metrics.regression import R2Score as _R2Score
from minikeras.metrics.regression import RootMeanSquaredError as _RootMeanSquaredError

class FBetaScore(_FBetaScore):
    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: Any = "fbeta_score",
        dtype: Any = None,
    ) -> None: ...

class IoU(_IoU):
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
    def __init__(self, name: Any = "mean", dtype: Any = None) -> None: ...

class Sum(_Sum):
    def __init__(self, name: Any = "sum", dtype: Any = None) -> None: ...

class R2Score(_R2Score):
    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: Any = "r2_score",
        dtype: Any = None,
    ) -> None: ...

class AUC(_AUC):
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

class F1Score(_F1Score, FBetaScore):
    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: Any = "f1_score",
        dtype: Any = None,
    ) -> None: ...

class BinaryIoU(_BinaryIoU, IoU):
    def __init__(
        self,
        target_class_ids: Any = ...,
        threshold: float = 0.5,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class MeanIoU(_MeanIoU, IoU):
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

class RootMeanSquaredError(_RootMeanSquaredError, Mean):
    def __init__(self, name: Any = "root_mean_squared_error", dtype: Any = None) -> None: ...

class OneHotMeanIoU(_OneHotMeanIoU, MeanIoU):
    def __init__(
        self,
        num_classes: int,
        name: Any = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None: ...

class PrecisionAtRecall(_PrecisionAtRecall):
    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class RecallAtPrecision(_RecallAtPrecision):
    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class SensitivityAtSpecificity(_SensitivityAtSpecificity):
    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class SpecificityAtSensitivity(_SpecificityAtSensitivity):
    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class MeanMetricWrapper(_MeanMetricWrapper, Mean):
    def __init__(self, fn: Callable[..., Any], name: Any = None, dtype: Any = None) -> None: ...

class FalseNegatives(_FalseNegatives):
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class FalsePositives(_FalsePositives):
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class Precision(_Precision):
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class Recall(_Recall):
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None: ...

class TrueNegatives(_TrueNegatives):
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class TruePositives(_TruePositives):
    def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None: ...

class Accuracy(_Accuracy, MeanMetricWrapper):
    def __init__(self, name: Any = "accuracy", dtype: Any = None) -> None: ...

class BinaryAccuracy(_BinaryAccuracy, MeanMetricWrapper):
    def __init__(
        self, name: Any = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None: ...

class CategoricalAccuracy(_CategoricalAccuracy, MeanMetricWrapper):
    def __init__(self, name: Any = "categorical_accuracy", dtype: Any = None) -> None: ...

class SparseCategoricalAccuracy(_SparseCategoricalAccuracy, MeanMetricWrapper):
    def __init__(self, name: Any = "sparse_categorical_accuracy", dtype: Any = None) -> None: ...

class SparseTopKCategoricalAccuracy(_SparseTopKCategoricalAccuracy, MeanMetricWrapper):
    def __init__(
        self,
        k: int = 5,
        name: Any = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None: ...

class TopKCategoricalAccuracy(_TopKCategoricalAccuracy, MeanMetricWrapper):
    def __init__(
        self, k: int = 5, name: Any = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None: ...

class ConcordanceCorrelation(_ConcordanceCorrelation, MeanMetricWrapper):
    def __init__(
        self, name: Any = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None: ...

class PearsonCorrelation(_PearsonCorrelation, MeanMetricWrapper):
    def __init__(
        self, name: Any = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None: ...

class BinaryCrossentropy(_BinaryCrossentropy, MeanMetricWrapper):
    def __init__(
        self,
        name: Any = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None: ...

class CategoricalCrossentropy(_CategoricalCrossentropy, MeanMetricWrapper):
    def __init__(
        self,
        name: Any = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None: ...

class CategoricalHinge(_CategoricalHinge, MeanMetricWrapper):
    def __init__(self, name: Any = "categorical_hinge", dtype: Any = None) -> None: ...

class CosineSimilarity(_CosineSimilarity, MeanMetricWrapper):
    def __init__(
        self, name: Any = "cosine_similarity", dtype: Any = None, axis: int = -1
    ) -> None: ...

class Hinge(_Hinge, MeanMetricWrapper):
    def __init__(self, name: Any = "hinge", dtype: Any = None) -> None: ...

class KLDivergence(_KLDivergence, MeanMetricWrapper):
    def __init__(self, name: Any = "kl_divergence", dtype: Any = None) -> None: ...

class LogCoshError(_LogCoshError, MeanMetricWrapper):
    def __init__(self, name: Any = "logcosh", dtype: Any = None) -> None: ...

class MeanAbsoluteError(_MeanAbsoluteError, MeanMetricWrapper):
    def __init__(self, name: Any = "mean_absolute_error", dtype: Any = None) -> None: ...

class MeanAbsolutePercentageError(_MeanAbsolutePercentageError, MeanMetricWrapper):
    def __init__(self, name: Any = "mean_absolute_percentage_error", dtype: Any = None) -> None: ...

class MeanSquaredError(_MeanSquaredError, MeanMetricWrapper):
    def __init__(self, name: Any = "mean_squared_error", dtype: Any = None) -> None: ...

class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError, MeanMetricWrapper):
    def __init__(self, name: Any = "mean_squared_logarithmic_error", dtype: Any = None) -> None: ...

class Poisson(_Poisson, MeanMetricWrapper):
    def __init__(self, name: Any = "poisson", dtype: Any = None) -> None: ...

class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy, MeanMetricWrapper):
    def __init__(
        self,
        name: Any = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None: ...

class SquaredHinge(_SquaredHinge, MeanMetricWrapper):
    def __init__(self, name: Any = "squared_hinge", dtype: Any = None) -> None: ...
