"""What a ``FeatureSpace`` is made of: features, crosses of features, and two small layers.

Keras has these classes without publishing them, and writes their names into configs.
"""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import dtype_policies, ops
from minikeras.declare import Configurable, serialization
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import TensorLike

_HOME = "keras.src.layers.preprocessing.feature_space"


def _check_mode(value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(
            f"Invalid value for argument `output_mode`. Expected one of {allowed}. Received: "
            f"output_mode={describe(value)}"
        )


class Cross(Configurable):
    """A feature for each combination of the categories of others.

    feature_names: the names of the features.
    crossing_dim: how many bins ``HashedCrossing`` has.
    output_mode: "one_hot", or "int" for the bin's number.

    Raises ValueError for other modes.
    """

    feature_names: Any
    crossing_dim: int
    output_mode: str = "one_hot"

    _keras_module: ClassVar[str] = _HOME

    def setup(self) -> None:
        _check_mode(self.output_mode, ("int", "one_hot"))
        self.feature_names = tuple(self.feature_names)

    @property
    def name(self) -> str:
        """The names of the features, joined by ``_X_``."""
        return "_X_".join(self.feature_names)


class Feature(Configurable):
    """One column of the data, and the layer that preprocesses it.

    dtype: that of the column: "float32", "int32" or "string".
    preprocessor: a layer.
    output_mode: "float" and "int" for what the layer gives, "one_hot" to encode its numbers.

    Raises ValueError for other modes.
    """

    dtype: str
    preprocessor: Any
    output_mode: str

    _keras_module: ClassVar[str] = _HOME

    def setup(self) -> None:
        _check_mode(self.output_mode, ("int", "one_hot", "float"))
        if isinstance(self.preprocessor, dict):
            self.preprocessor = serialization.deserialize_keras_object(self.preprocessor)

    def get_config(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "preprocessor": serialization.serialize_keras_object(self.preprocessor),
            "output_mode": self.output_mode,
        }


class TFDIdentity(Layer):
    """outputs = inputs, in the dtype of the layer"""

    _keras_module: ClassVar[str] = _HOME
    _allow_non_tensor_positional_args = True

    def call(self, x: TensorLike) -> TensorLike:
        return ops.cast(x, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "dtype": dtype_policies.serialize(self.dtype_policy),
            "trainable": self.trainable,
        }


class TFDConcat(Layer):
    """outputs = the inputs side by side along ``axis``

    axis: the axis along which they are joined.
    """

    axis: int

    _keras_module: ClassVar[str] = _HOME

    def call(self, xs: list[TensorLike]) -> TensorLike:
        return ops.concatenate(xs, axis=self.axis)
