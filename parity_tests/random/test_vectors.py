"""Bit patterns that TensorFlow produced, checked without TensorFlow."""

import json
import pathlib

import numpy as np
import pytest

import minikeras
from minikeras.random import distributions, shuffling

VECTORS = json.loads((pathlib.Path(__file__).parent / "rng_vectors.json").read_text())
DTYPES = {"f32": "float32", "f64": "float64", "i32": "int32", "i64": "int64"}


@pytest.mark.parametrize("case", VECTORS["stateless"], ids=lambda case: str(case["seed"]))
def test_stateless(case):
    seed = tuple(case["seed"])
    for name, expected in case.items():
        if name == "seed":
            continue
        dtype = DTYPES[name[-3:]]
        size = (len(expected),)
        if name.startswith("randint"):
            assert distributions.randint(seed, size, 0, 1000, dtype).tolist() == expected
            continue
        if name.startswith("dropout"):
            mask = distributions.dropout_mask(seed, size, 0.3, dtype)
            drawn = distributions.masked(np.ones(size, dtype), mask, 0.3)
        else:
            drawn = getattr(distributions, name[:-4])(seed, size, dtype=dtype)
        assert drawn.view(f"u{drawn.itemsize}").tolist() == expected, name


@pytest.mark.parametrize("case", VECTORS["fit_shuffle"], ids=lambda case: str(case["n"]))
def test_fit_shuffle(case):
    order = shuffling.fit_permutation(case["n"], case["set_random_seed"])
    assert order.tolist() == case["epoch1"] == case["epoch2"]


@pytest.mark.parametrize(
    "case", VECTORS["from_seed_model"], ids=lambda c: str(c["set_random_seed"])
)
def test_model_from_a_seed(case):
    layers = minikeras.layers
    minikeras.utils.set_random_seed(case["set_random_seed"])
    model = minikeras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3, kernel_initializer="he_normal"),
            layers.Dense(2),
        ]
    )
    first = [w.reshape(-1)[:8].view(np.uint32).tolist() for w in model.get_weights()]
    assert first == case["first_8_values_of_each_weight_f32"]
    dropout = next(layer for layer in model.layers if isinstance(layer, layers.Dropout))
    ones = np.ones((1, 144), np.float32)
    for expected in case["dropout_layer_on_ones_144_two_calls_kept_indices"]:
        kept = np.flatnonzero(np.asarray(dropout(ones, training=True))[0])
        assert kept.tolist()[: len(expected)] == expected
