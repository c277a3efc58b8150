"""``FeatureSpace``: the columns of a table, preprocessed and joined."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import dtypes, frames, ops, tree
from minikeras import layers as keras_layers
from minikeras.autograd import KerasTensor, Tensor
from minikeras.declare import serialization
from minikeras.layers import graphs
from minikeras.layers.preprocessing.data_layer import values_of
from minikeras.layers.preprocessing.features import Cross, Feature, TFDConcat
from minikeras.messages import describe
from minikeras.saving import save_model
from minikeras.types import Array
from minikeras.utils.feature_makers import KINDS, FeatureMakers

_BATCH = 32  # rows of a table of single rows, from which a layer learns at once


class FeatureSpace(FeatureMakers, keras_layers.Layer):
    """outputs = the preprocessed features, then the crosses, each in the order of their names

    inputs: a dict with one array for each feature, (batch,) or (batch, 1), or one number or string.
    outputs: (batch, width) in mode "concat", without the batch for one row; a dict of such arrays
        in mode "dict".

    features: a dict of features: what ``FeatureSpace.float`` and its siblings return, or names:
        "float", "float_rescaled", "float_normalized", "float_discretized", "integer_categorical",
        "string_categorical", "integer_hashed", "string_hashed".
    output_mode: "concat" or "dict".
    crosses: tuples of names of features, or what ``FeatureSpace.cross`` returns.
    crossing_dim, hashing_dim, num_discretization_bins: the bins of crosses, hashed and discretized
        features that are given by their names.

    Raises ValueError for arguments that name no feature and for other modes; when called, before
    ``adapt``, for inputs that are no dict, and for features of whole numbers or text that would be
    joined without being encoded.

    Parity: ``adapt`` leaves layers as they are that were given their vocabulary or boundaries;
    Keras raises an error.
    """

    def __init__(
        self,
        features: Any,
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not features:
            raise ValueError(
                "The `features` argument cannot be None or empty. Received: "
                f"features={describe(features)}"
            )
        if output_mode not in ("dict", "concat"):
            raise ValueError(
                "Invalid value for argument `output_mode`. Expected one of ('dict', 'concat'). "
                f"Received: output_mode={describe(output_mode)}"
            )
        if not isinstance(features, dict):
            raise ValueError(
                "The `features` argument must be a dict of names and features. Received: "
                f"features={describe(features)}"
            )
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins, self.output_mode = num_discretization_bins, output_mode
        self.features = {k: self._feature_of(k, value) for k, value in features.items()}
        self.crosses = [self._cross_of(cross) for cross in crosses or ()]
        self.inputs = {
            k: keras_layers.Input((1,), dtype=feature.dtype, name=k)
            for k, feature in self.features.items()
        }
        self.preprocessors = {k: feature.preprocessor for k, feature in self.features.items()}
        self.crossers = {
            cross.name: keras_layers.HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.one_hot_encoders: dict[str, Any] = {}
        self.concat: Any = None
        self.encoded_features: Any = None
        self._is_adapted = False

    def _feature_of(self, name: str, value: Any) -> Feature:
        if isinstance(value, Feature):
            return value
        if isinstance(value, dict):
            found: Feature = serialization.deserialize_keras_object(value)
            return found
        if value == "float_discretized":
            return self.float_discretized(self.num_discretization_bins, name=name)
        if value in ("integer_hashed", "string_hashed"):
            return getattr(self, value)(self.hashing_dim, name=name)
        if isinstance(value, str) and value in KINDS:
            return getattr(self, value)(name=name)
        raise ValueError(
            f"Invalid feature type: {describe(value)}, for the feature {name!r}. Expected one of "
            f"{KINDS}, or a feature"
        )

    def _cross_of(self, value: Any) -> Cross:
        if isinstance(value, dict):
            value = serialization.deserialize_keras_object(value)
        if isinstance(value, Cross):
            return value
        if not self.crossing_dim:
            raise ValueError(
                "When specifying `crosses`, the argument `crossing_dim` (dimensionality of the "
                f"crossing space) should be specified as well. Received: {self.crossing_dim!r}"
            )
        if any(name not in self.features for name in value):
            raise ValueError(
                "All features referenced in the `crosses` argument should be present in the "
                f"`features` dict. Received unknown features: {describe(value)}"
            )
        return Cross(value, self.crossing_dim)

    # Learning

    @frames.filter_traceback
    def adapt(self, dataset: Any) -> None:
        """Let the layers of all features learn from data.

        dataset: a dict of arrays or lists, or a ``tf.data.Dataset`` of dicts.

        Raises ValueError for anything else, and for columns of unequal length; KeyError if the
        column of a feature is missing.
        """
        if not isinstance(dataset, dict) and not hasattr(type(dataset), "element_spec"):
            raise ValueError(
                "`adapt()` can only be called on a tf.data.Dataset or a dict of arrays/lists. "
                f"Received instead: {describe(dataset)} (of type {type(dataset)})"
            )
        if isinstance(dataset, dict):
            _check_columns(dataset, "dataset", {*self._to_adapt()})
        for name in self._to_adapt():
            layer = self.preprocessors[name]
            if isinstance(layer, keras_layers.Normalization) and not layer.built:
                layer.build((None, 1))  # for batches of any size, as the config says then
            layer.adapt(_batches(dataset, name))
        self._is_adapted = True
        self.get_encoded_features()
        self.built = True

    def _to_adapt(self) -> list[str]:
        """The features whose layers have to learn."""

        def knows(layer: Any) -> bool:
            if isinstance(layer, keras_layers.Normalization):
                return layer.input_mean is not None
            if isinstance(layer, keras_layers.Discretization):
                return layer.num_bins is None
            return bool(getattr(layer, "_has_input_vocabulary", False))

        layers = self.preprocessors.items()
        return [name for name, layer in layers if hasattr(layer, "adapt") and not knows(layer)]

    def get_inputs(self) -> dict[str, Any]:
        """The inputs of a model that contains the preprocessing; a dict of KerasTensors."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The features of these inputs: a KerasTensor, or a dict of them.

        Raises ValueError before ``adapt``, where it is needed.
        """
        if not self._is_adapted and self._to_adapt():
            raise ValueError(
                "You need to call `.adapt(dataset)` on the FeatureSpace before you can start using "
                f"it. The layers of these features have to learn: {self._to_adapt()}"
            )
        self._is_adapted = True
        if self.encoded_features is None:
            self.encoded_features = self._encode(self.inputs)
        return self.encoded_features

    # Using it

    def __call__(self, data: Any) -> Any:
        """The features of data; see the class."""
        try:
            return self._features_of(data)
        except Exception as error:
            frames.shorten(error)
            raise

    def _features_of(self, data: Any) -> Any:
        spec = self.get_encoded_features()
        if not isinstance(data, dict):
            raise ValueError(
                f"A FeatureSpace can only be called with a dict. Received: data={describe(data)} "
                f"(of type {type(data)})"
            )
        if any(map(graphs.is_of_graph, data.values())):
            return self._features_in_graph(data, spec)
        given = {name: values_of(value) for name, value in data.items()}
        _check_columns(given, "data", {*self.features})
        is_row = any(x.ndim == 0 for x in given.values())
        columns = {k: x.reshape(1, 1) if not x.ndim else x for k, x in given.items()}
        columns = {k: x[:, None] if x.ndim == 1 else x for k, x in columns.items()}
        encoded = self._encode({k: Tensor(x) for k, x in columns.items()})
        return tree.map_structure(lambda y: ops.squeeze(y, axis=0), encoded) if is_row else encoded

    def _features_in_graph(self, data: dict[str, Any], spec: Any) -> Any:
        """The features as tensors of a TensorFlow graph, which calls Python for their values."""
        is_row = any(x.shape.rank == 0 for x in data.values())
        if is_row:
            spec = tree.map_structure(lambda s: KerasTensor(s.shape[1:], s.dtype), spec)
        return graphs.computed(self, data, spec)

    def _encode(self, columns: dict[str, Any]) -> Any:
        """Preprocess, cross, encode and join; of symbols or of arrays (batch, 1)."""
        done = {name: self.preprocessors[name](x) for name, x in columns.items()}
        crossed = {
            cross.name: self.crossers[cross.name]([done[n] for n in cross.feature_names])
            for cross in self.crosses
        }
        modes = {cross.name: cross.output_mode for cross in self.crosses}
        modes |= {name: feature.output_mode for name, feature in self.features.items()}
        outputs = {}
        for name, y in [(n, done[n]) for n in sorted(done)] + sorted(crossed.items()):
            if modes[name] == "one_hot":
                y = self._encoder(name, y)(y)
            dtype = dtypes.standardize(tree.flatten(y)[0].dtype)
            if self.output_mode == "concat" and (dtype.startswith("int") or dtype == "string"):
                raise ValueError(
                    f"Cannot concatenate features because feature '{name}' has not been encoded "
                    f"(it has dtype {dtype}). Consider using `output_mode='dict'`."
                )
            outputs[name] = y
        if self.output_mode == "dict":
            return outputs
        if self.concat is None:
            self.concat = TFDConcat(axis=-1)
        return self.concat(list(outputs.values()))

    def _encoder(self, name: str, y: Any) -> Any:
        """The layer that encodes the numbers of a feature; made at the first use."""
        if name in self.one_hot_encoders:
            return self.one_hot_encoders[name]
        dtype = dtypes.standardize(y.dtype)
        if not dtype.startswith("int"):
            raise ValueError(
                f"Feature '{name}' has `output_mode='one_hot'`. Thus its preprocessor should "
                f"return an integer dtype. Instead it returns a {dtype} dtype."
            )
        layer = self.preprocessors.get(name) or self.crossers[name]
        encoder = keras_layers.CategoryEncoding(_cardinality(name, layer), "multi_hot")
        self.one_hot_encoders[name] = encoder
        return encoder

    # Saving

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, as plain values."""
        return {
            "features": serialization.serialize_keras_object(dict(self.features)),
            "output_mode": self.output_mode,
            "crosses": serialization.serialize_keras_object(list(self.crosses)),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The feature space whose ``get_config`` this is."""
        return cls(**config)

    def get_build_config(self) -> dict[str, Any]:
        """How the layer of each feature was built."""
        return {name: layer.get_build_config() for name, layer in self.preprocessors.items()}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build the layers of all features; what they have learned is read afterwards."""
        for name in config:
            layer = self.preprocessors[name]
            if not layer.built and config[name] is not None:
                layer.build_from_config(config[name])
        self._is_adapted = True

    def save(self, filepath: Any) -> None:
        """Save the feature space, with all that was learned, to a ``.keras`` file."""
        save_model(self, filepath)

    def save_own_variables(self, store: Any) -> None:
        """Nothing: all variables belong to the layers of features."""

    def load_own_variables(self, store: Any) -> None:
        """Nothing."""


def _check_columns(table: dict[str, Any], argument: str, needed: set[str]) -> None:
    """KeyError without a column that is needed, ValueError for columns of unequal length."""
    if missing := sorted(needed - table.keys()):
        raise KeyError(f"{argument} has the columns {[*table]}; missing are {missing}")
    rows = {name: len(x) for name, x in table.items() if hasattr(x, "__len__") and np.ndim(x)}
    if len({*rows.values()}) > 1:
        raise ValueError(f"the columns of {argument} have unequal numbers of rows: {rows}")


def _cardinality(name: str, layer: Any) -> int:
    """How many numbers a layer may return.  Raises ValueError for other layers than Keras's."""
    if isinstance(layer, keras_layers.IntegerLookup | keras_layers.StringLookup):
        return layer.vocabulary_size()
    if isinstance(layer, keras_layers.CategoryEncoding):
        return int(layer.num_tokens or 0)
    if isinstance(layer, keras_layers.Discretization):
        return layer.num_bins or len(layer.bin_boundaries) + 1
    if isinstance(layer, keras_layers.HashedCrossing | keras_layers.Hashing):
        return layer.num_bins
    raise ValueError(
        f"Feature '{name}' has `output_mode='one_hot'`. However it isn't a standard feature and "
        "the dimensionality of its output space is not known, thus it cannot be one-hot encoded. "
        "Try using `output_mode='int'`."
    )


def _batches(dataset: Any, name: str) -> Iterator[Array]:
    """The batches of a feature, (batch, 1), as Keras makes them of single rows and of batches."""
    if isinstance(dataset, dict):
        rows: Iterator[Array] = iter(values_of(dataset[name]))
    else:
        next(iter(dataset), None)  # Keras begins a pass to see the rank: a shuffle counts it
        rows = (values_of(row[name]) for row in dataset)
    first = next(rows, None)
    if first is None:
        return
    rank = np.ndim(first)
    rows = itertools.chain([first], rows)
    if rank > 1:
        yield from rows
    elif rank == 1:
        yield from (row[..., None] for row in rows)
    else:
        while batch := list(itertools.islice(rows, _BATCH)):
            yield np.array(batch, dtype=getattr(first, "dtype", object))[:, None]
