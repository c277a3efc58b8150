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

from minikeras.losses.identifiers import BUILT_IN as BUILT_IN
from minikeras.losses.identifiers import deserialize as deserialize
from minikeras.losses.identifiers import get as get
from minikeras.losses.identifiers import registry as registry
from minikeras.losses.identifiers import serialize as serialize
from minikeras.losses.loss import Loss as Loss
from minikeras.losses.loss import LossFunctionWrapper as LossFunctionWrapper
from minikeras.losses.margin import CategoricalHinge as _CategoricalHinge
from minikeras.losses.margin import Hinge as _Hinge
from minikeras.losses.margin import SquaredHinge as _SquaredHinge
from minikeras.losses.margin import categorical_hinge as categorical_hinge
from minikeras.losses.margin import hinge as hinge
from minikeras.losses.margin import squared_hinge as squared_hinge
from minikeras.losses.overlap import Axis as Axis
from minikeras.losses.overlap import Dice as _Dice
from minikeras.losses.overlap import Tversky as _Tversky
from minikeras.losses.overlap import dice as dice
from minikeras.losses.overlap import tversky as tversky
from minikeras.losses.probabilistic import BinaryCrossentropy as _BinaryCrossentropy
from minikeras.losses.probabilistic import BinaryFocalCrossentropy as _BinaryFocalCrossentropy
from minikeras.losses.probabilistic import CategoricalCrossentropy as _CategoricalCrossentropy
from minikeras.losses.probabilistic import (
    CategoricalFocalCrossentropy as _CategoricalFocalCrossentropy,
)
from minikeras.losses.probabilistic import (
    CategoricalGeneralizedCrossEntropy as _CategoricalGeneralizedCrossEntropy,
)
from minikeras.losses.probabilistic import KLDivergence as _KLDivergence
from minikeras.losses.probabilistic import Poisson as _Poisson
from minikeras.losses.probabilistic import (
    SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy,
)
from minikeras.losses.probabilistic import binary_crossentropy as binary_crossentropy
from minikeras.losses.probabilistic import binary_focal_crossentropy as binary_focal_crossentropy
from minikeras.losses.probabilistic import categorical_crossentropy as categorical_crossentropy
from minikeras.losses.probabilistic import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from minikeras.losses.probabilistic import (
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from minikeras.losses.probabilistic import kl_divergence as kl_divergence
from minikeras.losses.probabilistic import poisson as poisson
from minikeras.losses.probabilistic import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from minikeras.losses.regression import CosineSimilarity as _CosineSimilarity
from minikeras.losses.regression import Huber as _Huber
from minikeras.losses.regression import LogCosh as _LogCosh
from minikeras.losses.regression import MeanAbsoluteError as _MeanAbsoluteError
from minikeras.losses.regression import MeanAbsolutePercentageError as _MeanAbsolutePercentageError
from minikeras.losses.regression import MeanSquaredError as _MeanSquaredError
from minikeras.losses.regression import MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError
from minikeras.losses.regression import cosine_similarity as cosine_similarity
from minikeras.losses.regression import huber as huber
from minikeras.losses.regression import log_cosh as log_cosh
from minikeras.losses.regression import mean_absolute_error as mean_absolute_error
from minikeras.losses.regression import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from minikeras.losses.regression import mean_squared_error as mean_squared_error
from minikeras.losses.regression import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from minikeras.losses.similarity import Circle as _Circle
from minikeras.losses.similarity import circle as circle

class CategoricalHinge(_CategoricalHinge):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "categorical_hinge",
        dtype: Any = None,
    ) -> None: ...

class Hinge(_Hinge):
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: Any = "hinge", dtype: Any = None
    ) -> None: ...

class SquaredHinge(_SquaredHinge):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "squared_hinge",
        dtype: Any = None,
    ) -> None: ...

class Dice(_Dice):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "dice",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None: ...

class Tversky(_Tversky):
    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "tversky",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None: ...

class BinaryCrossentropy(_BinaryCrossentropy):
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "binary_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class BinaryFocalCrossentropy(_BinaryFocalCrossentropy):
    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalCrossentropy(_CategoricalCrossentropy):
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalFocalCrossentropy(_CategoricalFocalCrossentropy):
    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalGeneralizedCrossEntropy(_CategoricalGeneralizedCrossEntropy):
    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None: ...

class KLDivergence(_KLDivergence):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "kl_divergence",
        dtype: Any = None,
    ) -> None: ...

class Poisson(_Poisson):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "poisson",
        dtype: Any = None,
    ) -> None: ...

class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy):
    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: Any = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CosineSimilarity(_CosineSimilarity):
    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "cosine_similarity",
        dtype: Any = None,
    ) -> None: ...

class Huber(_Huber):
    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "huber_loss",
        dtype: Any = None,
    ) -> None: ...

class LogCosh(_LogCosh):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "log_cosh",
        dtype: Any = None,
    ) -> None: ...

class MeanAbsoluteError(_MeanAbsoluteError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "mean_absolute_error",
        dtype: Any = None,
    ) -> None: ...

class MeanAbsolutePercentageError(_MeanAbsolutePercentageError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None: ...

class MeanSquaredError(_MeanSquaredError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "mean_squared_error",
        dtype: Any = None,
    ) -> None: ...

class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None: ...

class Circle(_Circle):
    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: Any = "circle",
        dtype: Any = None,
    ) -> None: ...
