"""The features that a ``FeatureSpace`` knows by name."""

from __future__ import annotations

from typing import Any

from minikeras import layers as keras_layers
from minikeras.declare import names
from minikeras.layers.preprocessing.features import Cross, Feature, TFDIdentity

KINDS = (
    *("float", "float_rescaled", "float_normalized", "float_discretized"),
    *("integer_categorical", "string_categorical", "integer_hashed", "string_hashed"),
)


class FeatureMakers:
    """The class methods of ``FeatureSpace`` that make features and crosses."""

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """A feature for each combination of others; ``output_mode`` is "one_hot" or "int"."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A feature with a layer of its own; ``output_mode`` is "float", "int" or "one_hot"."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """A number that is left as it is."""
        name = name or names.auto_name("float")
        layer = TFDIdentity(dtype="float32", name=f"{name}_preprocessor")
        return Feature("float32", layer, "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """A number, times ``scale`` plus ``offset``."""
        name = name or names.auto_name("float_rescaled")
        layer = keras_layers.Rescaling(scale, offset, name=f"{name}_preprocessor")
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """A number, brought to mean 0 and variance 1."""
        name = name or names.auto_name("float_normalized")
        layer = keras_layers.Normalization(axis=-1, name=f"{name}_preprocessor")
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None,
        bin_boundaries: Any = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """The bin of a number, as ``Discretization`` makes them."""
        name = name or names.auto_name("float_discretized")
        layer = keras_layers.Discretization(bin_boundaries, num_bins, name=f"{name}_preprocessor")
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """The number of a whole number in a vocabulary, which ``IntegerLookup`` learns."""
        name = name or names.auto_name("integer_categorical")
        layer = keras_layers.IntegerLookup(max_tokens, num_oov_indices, name=f"{name}_preprocessor")
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """The number of a string in a vocabulary, which ``StringLookup`` learns."""
        name = name or names.auto_name("string_categorical")
        layer = keras_layers.StringLookup(max_tokens, num_oov_indices, name=f"{name}_preprocessor")
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """The bin of a string, which ``Hashing`` chooses."""
        name = name or names.auto_name("string_hashed")
        layer = keras_layers.Hashing(num_bins, name=f"{name}_preprocessor")
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """The bin of a whole number, which ``Hashing`` chooses."""
        name = name or names.auto_name("integer_hashed")
        layer = keras_layers.Hashing(num_bins, name=f"{name}_preprocessor")
        return Feature("int32", layer, output_mode)
