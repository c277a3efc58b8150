"""Models in float64: the third opinion is longdouble's, and where it has none, nobody is blamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from minikeras import config, dtypes
from minikeras.parity import compare
from minikeras.parity.lockstep import Verdict
from parity_tests.house.test_planted_mistakes import Plant, planted

X = np.random.RandomState(0).normal(size=(12, 5))
Y = np.random.RandomState(1).randint(0, 3, 12)

NORMALIZATION = "layers.normalization.layer_normalization:LayerNormalization.call"
FAULTS = {
    "tanh by way of float32": (
        Plant(
            "ops.primitives.hyperbolic:tanh",
            "np.tanh(x)",
            "np.tanh(x.astype('f4') if x.dtype == 'f8' else x).astype(x.dtype)",
            "",
        ),
        ("dense", "minikeras"),
    ),
    "another epsilon": (
        Plant(NORMALIZATION, "self.epsilon, rms", "1.1 * self.epsilon, rms", ""),
        ("normalization", "formula"),
    ),
    "an epsilon that is off by less than float32 shows": (
        Plant(NORMALIZATION, "self.epsilon, rms", "self.epsilon + 1e-13, rms", ""),
        ("normalization", None),
    ),
}


@pytest.fixture(scope="module")
def model() -> Iterator[Any]:
    """Small numbers through elu lose digits inside it, in both libraries."""
    layers = keras.layers
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy("float64")
    made = keras.Sequential(
        [
            layers.Input((5,)),
            layers.Dense(6, "tanh", name="dense"),
            layers.Dropout(0.2),
            layers.LayerNormalization(name="normalization"),
            layers.Rescaling(1e-4),
            layers.Activation("elu", name="elu"),
            layers.Dense(3, "softmax", name="predictions"),
        ]
    )
    made.compile("adam", "sparse_categorical_crossentropy")
    yield made
    keras.config.set_dtype_policy("float32")


def verdict(model: Any) -> Verdict:
    with config.use_kernels("reference"):
        return compare(model, X, Y, steps=2, batch_size=6).verdict


def test_a_healthy_model_differs_by_rounding(model: Any) -> None:
    found = verdict(model)
    assert found.same, found.reason
    assert "as far from longdouble, first the output of elu" in found.reason


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_blamed(model: Any, name: str) -> None:
    plant, expected = FAULTS[name]
    with planted(plant):
        found = verdict(model)
    assert (found.name, found.blame) == expected, found.reason


def test_longdouble_is_a_dtype_within_the_block_only() -> None:
    with dtypes.with_longdouble() as name:
        assert dtypes.result_type("float64", name) == name
        assert dtypes.result_type(name, "int32", float) == name
    assert dtypes.result_type("float64", "complex64") == "complex64"
    with pytest.raises(ValueError):
        dtypes.standardize(name)
