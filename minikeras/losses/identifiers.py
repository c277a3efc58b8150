"""The names of losses in ``compile`` and in configs."""

from __future__ import annotations

from minikeras.declare import Registry, public_in
from minikeras.losses import margin, overlap, probabilistic, regression, similarity
from minikeras.losses.loss import Loss, LossFunctionWrapper

# Parity: the generalized cross-entropy is public but has no name here, as in Keras.
_UNNAMED = (
    probabilistic.CategoricalGeneralizedCrossEntropy,
    probabilistic.categorical_generalized_cross_entropy,
    margin.signs,
)
_FOUND = public_in(margin, overlap, probabilistic, regression, similarity)
BUILT_IN = (Loss, LossFunctionWrapper, *(entry for entry in _FOUND if entry not in _UNNAMED))
_ALIASES = {
    "bce": probabilistic.binary_crossentropy,
    "kld": probabilistic.kl_divergence,
    "mae": regression.mean_absolute_error,
    "mse": regression.mean_squared_error,
    "mape": regression.mean_absolute_percentage_error,
    "msle": regression.mean_squared_logarithmic_error,
}

registry = Registry(
    "loss", *BUILT_IN, **{alias.upper(): entry for alias, entry in _ALIASES.items()}, **_ALIASES
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
