"""Trainings of networks that begin with categories: the same bits as with Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import minikeras

ROWS = 20
rng = np.random.default_rng(0)
CLASSES = rng.integers(0, 6, (ROWS, 3))
FLOATS = rng.normal(size=(ROWS, 3)).astype("float32")
TARGETS = rng.normal(size=(ROWS, 1)).astype("float32")

FIRST: list[tuple[str, dict[str, Any], Any]] = [
    ("CategoryEncoding", {"num_tokens": 6, "output_mode": "multi_hot"}, CLASSES),
    ("CategoryEncoding", {"num_tokens": 6, "output_mode": "one_hot"}, CLASSES),
    ("CategoryEncoding", {"num_tokens": 6, "output_mode": "count"}, CLASSES),
    ("Discretization", {"bin_boundaries": [-0.5, 0.5], "output_mode": "one_hot"}, FLOATS),
    ("Discretization", {"bin_boundaries": [-0.5, 0.5], "output_mode": "count"}, FLOATS),
    ("Hashing", {"num_bins": 4, "output_mode": "one_hot"}, CLASSES[:, :1]),
    ("Hashing", {"num_bins": 4, "output_mode": "count", "salt": 7}, CLASSES),
    ("IntegerLookup", {"vocabulary": [1, 4, 2], "output_mode": "multi_hot"}, CLASSES),
    ("IntegerLookup", {"vocabulary": [1, 4, 2], "output_mode": "one_hot"}, CLASSES),
]


@pytest.mark.parametrize(("name", "config", "x"), FIRST)
def test_training(name: str, config: dict[str, Any], x: Any) -> None:
    results = [trained(library, name, config, x) for library in (minikeras, keras)]
    assert results[0] == results[1]


def trained(library: Any, name: str, config: dict[str, Any], x: Any) -> Any:
    library.utils.set_random_seed(3)
    model = library.Sequential(
        [
            library.Input(x.shape[1:], dtype=str(x.dtype)),
            getattr(library.layers, name)(**config),
            library.layers.Flatten(),
            library.layers.Dense(4, "relu"),
            library.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    losses = model.fit(x, TARGETS, epochs=2, batch_size=8, verbose=0).history["loss"]
    return losses, model.predict(x, verbose=0).tolist(), [str(s) for s in shapes_of(model)]


def shapes_of(model: Any) -> list[Any]:
    return [(layer.output.shape, layer.output.dtype) for layer in model.layers]


def test_crossed_features() -> None:
    results = []
    for library in (minikeras, keras):
        library.utils.set_random_seed(3)
        inputs = [library.Input((1,), dtype="int64", name=name) for name in "ab"]
        crossed = library.layers.HashedCrossing(7, output_mode="one_hot")(inputs)
        model = library.Model(inputs, library.layers.Dense(1)(crossed))
        model.compile("sgd", "mse")
        x = [CLASSES[:, :1], CLASSES[:, 1:2]]
        results.append(model.fit(x, TARGETS, epochs=2, verbose=0).history["loss"])
    assert results[0] == results[1]


def test_models_that_take_text() -> None:
    """Sequential with and without Input, and a subclass; arrays of three kinds."""
    for kind in ("input", "deferred", "subclass"):
        for text in (np.array([["a b"], ["b c"]]), np.array([[b"a"]]), np.array([["b"]], object)):
            results = [text_model(library, kind)(text) for library in (minikeras, keras)]
            np.testing.assert_array_equal(np.asarray(results[0]), np.asarray(results[1]))


def text_model(library: Any, kind: str) -> Any:
    layers = [
        library.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=2),
        library.layers.Embedding(4, 2, embeddings_initializer="ones"),
    ]
    if kind == "subclass":

        class Subclass(library.Model):  # type: ignore[misc]  # of either library
            def __init__(self) -> None:
                super().__init__()
                self.first, self.second = layers

            def call(self, x: Any) -> Any:
                return self.second(self.first(x))

        return Subclass()
    inputs = [library.Input((1,), dtype="string")] if kind == "input" else []
    return library.Sequential([*inputs, *layers])
