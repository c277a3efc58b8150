"""Every layer that prepares data goes through a file both ways: Keras's here, ours there.

The layers of one kind of input stand side by side in one model, so that few files are written.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import minikeras
from parity_tests.checks.model import quietly
from parity_tests.export.test_preprocessing import ARGUMENTS as OF_IMAGES
from parity_tests.export.test_preprocessing import PREPROCESSING

RNG = np.random.default_rng(0)
WORDS = np.array([["a", "b", "c"], ["b", "b", "d"]], object)
TEXTS = np.array([["a b b"], ["c d"]], object)
MODES = [{"output_mode": mode} for mode in ("int", "multi_hot", "count", "tf_idf")]
INPUTS: dict[str, Any] = {
    "images": RNG.uniform(0, 255, (2, 12, 10, 3)).astype("float32"),
    "numbers": RNG.normal(size=(5, 3)).astype("float32"),
    "categories": RNG.integers(0, 9, (5, 3)).astype("int64"),
    "words": WORDS,
    "texts": TEXTS,
    "sounds": RNG.normal(size=(2, 64)).astype("float32"),
}
# Equalization returns its input for Keras's symbols, which a functional model of Keras refuses.
IMAGE_LAYERS = [
    name
    for name in [*PREPROCESSING, "ContrastLimitedAdaptiveHistogramEqualization"]
    if name not in ("CategoryEncoding", "Discretization", "Equalization")
]
LAYERS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "images": {name: OF_IMAGES.get(name, [{}])[-1:] for name in IMAGE_LAYERS},
    "numbers": {
        "Rescaling": [{"scale": 0.5, "offset": 1.0}],
        "Normalization": [{}, {"invert": True}, {"axis": None, "mean": 0.5, "variance": 2.0}],
        "Discretization": [{"num_bins": 4}, {"bin_boundaries": [0.0], "output_mode": "one_hot"}],
    },
    "categories": {
        "CategoryEncoding": [{"num_tokens": 9, "output_mode": m} for m in ("multi_hot", "count")],
        "Hashing": [{"num_bins": 4}],
        "IntegerLookup": [*MODES, {"vocabulary": [1, 2], "oov_token": -5, "max_tokens": 6}],
    },
    "words": {
        "Hashing": [{"num_bins": 4, "salt": 3}],
        "StringLookup": [
            *MODES,
            {"vocabulary": ["a", "b"], "num_oov_indices": 2, "mask_token": "m"},
        ],
    },
    "texts": {
        "TextVectorization": [
            *MODES,
            {"ngrams": 2, "output_sequence_length": 4},
            {"split": "character", "standardize": "lower"},
        ]
    },
    "sounds": {
        "MelSpectrogram": [{"fft_length": 16, "sequence_stride": 8, "num_mel_bins": 4}],
    },
}


def model_of(library: Any, kind: str) -> Any:
    """A model with an output for each layer, adapted where it has something to learn."""
    library.utils.clear_session(free_memory=False)  # automatic names, from the beginning
    random.seed(0)  # of which layers draw their seeds
    x = INPUTS[kind]
    inputs = library.Input(x.shape[1:], dtype="string" if x.dtype == object else str(x.dtype))
    outputs = []
    for name, variants in LAYERS[kind].items():
        for i, arguments in enumerate(variants):
            layer = getattr(library.layers, name)(**arguments, name=f"{name}_{i}".lower())
            if hasattr(layer, "adapt") and not {"vocabulary", "mean", "bin_boundaries"} & {
                *arguments
            }:
                layer.adapt(x.ravel() if x.dtype == object else x)
            outputs.append(layer(inputs))
    return library.Model(inputs, outputs)


def results(model: Any, kind: str) -> list[Any]:
    x = INPUTS[kind]
    if x.dtype == object and isinstance(model, keras.Model):
        x = tf.constant(x.astype(str))
    found = model(x, training=False)
    return [np.asarray(y) for y in (found if isinstance(found, list | tuple) else [found])]


@pytest.mark.parametrize("kind", LAYERS)
def test_files_both_ways(kind: str, tmp_path: Path) -> None:
    models = {library: model_of(library, kind) for library in (minikeras, keras)}
    for one, other in ((minikeras, keras), (keras, minikeras)):
        path = tmp_path / f"{one.__name__}.keras"
        quietly(lambda: models[one].save(path))  # noqa: B023 - called at once
        again = quietly(lambda: other.saving.load_model(path))  # noqa: B023
        names = [layer.name for layer in again.layers]
        for name, before, after in zip(
            names[1:], results(models[one], kind), results(again, kind), strict=True
        ):
            assert (before.shape, before.dtype) == (after.shape, after.dtype), name
            if before.dtype.kind == "f":
                np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-4, err_msg=name)
            else:
                np.testing.assert_array_equal(after, before, err_msg=name)
        configs = [
            json.loads(model.to_json())["config"]["layers"] for model in (again, models[other])
        ]
        assert configs[0] == configs[1]
