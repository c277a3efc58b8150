"""Losses: as functions (a value per sample) and as classes (which weigh and fold them)."""

from __future__ import annotations

from minikeras.declare import Registry
from minikeras.losses.loss import Loss, LossFunctionWrapper
from minikeras.losses.margin import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from minikeras.losses.overlap import Dice, Tversky, dice, tversky
from minikeras.losses.probabilistic import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from minikeras.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from minikeras.losses.similarity import Circle, circle

# Parity: the generalized cross-entropy is public but has no name here, as in Keras.
BUILT_IN = (
    Loss,
    LossFunctionWrapper,
    *(KLDivergence, Poisson, BinaryCrossentropy, BinaryFocalCrossentropy),
    *(CategoricalCrossentropy, CategoricalFocalCrossentropy, SparseCategoricalCrossentropy),
    *(MeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError),
    *(MeanSquaredLogarithmicError, CosineSimilarity, LogCosh, Huber),
    *(Hinge, SquaredHinge, CategoricalHinge, Dice, Tversky, Circle),
    *(kl_divergence, poisson, binary_crossentropy, binary_focal_crossentropy),
    *(categorical_crossentropy, categorical_focal_crossentropy, sparse_categorical_crossentropy),
    *(mean_squared_error, mean_absolute_error, mean_absolute_percentage_error),
    *(mean_squared_logarithmic_error, cosine_similarity, log_cosh, huber),
    *(hinge, squared_hinge, categorical_hinge, dice, tversky, circle),
)
_ALIASES = {
    "bce": binary_crossentropy,
    "kld": kl_divergence,
    "mae": mean_absolute_error,
    "mse": mean_squared_error,
    "mape": mean_absolute_percentage_error,
    "msle": mean_squared_logarithmic_error,
}

registry = Registry(
    "loss", *BUILT_IN, **_ALIASES, **{alias.upper(): entry for alias, entry in _ALIASES.items()}
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
