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
