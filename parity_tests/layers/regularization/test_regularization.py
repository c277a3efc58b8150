"""Dropout and noise layers against Keras: the same seed gives the same noise."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from parity_tests.checks.compare import check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, ranks

rates = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
noise_seeds = st.sampled_from([None, 0, 7, 2**31 - 1])


@given(numbers(ranks(1, 4)), rates, noise_seeds, st.booleans(), st.data())
def test_dropout(x: Any, rate: float, seed: Any, training: bool, data: Any) -> None:
    config: dict[str, Any] = {"rate": rate, "seed": seed}
    if data.draw(st.booleans()):
        config["noise_shape"] = tuple(data.draw(st.sampled_from([None, n, 1])) for n in x.shape)
    check_layer("Dropout", config, x, ulp=0, training=training)


@given(numbers(ranks(3, 5)), rates, noise_seeds, st.booleans(), st.booleans())
def test_spatial_dropout(x: Any, rate: float, seed: Any, training: bool, first: bool) -> None:
    rank = x.ndim - 2
    config: dict[str, Any] = {"rate": rate, "seed": seed}
    if rank > 1 and first:
        config["data_format"] = "channels_first"
    check_layer(f"SpatialDropout{rank}D", config, x, ulp=0, training=training)


@pytest.mark.parametrize("name", ["GaussianNoise", "GaussianDropout", "AlphaDropout"])
@given(numbers(ranks(1, 4)), st.sampled_from([0.0, 0.1, 0.5]), noise_seeds, st.booleans())
def test_noise(name: str, x: Any, amount: float, seed: Any, training: bool) -> None:
    config = {"stddev" if name == "GaussianNoise" else "rate": amount, "seed": seed}
    check_layer(name, config, x, training=training)


@given(numbers(ranks(1, 4)), st.sampled_from([0.0, 0.1]), st.sampled_from([0.0, 0.3]))
def test_activity_regularization(x: Any, l1: float, l2: float) -> None:
    check_layer("ActivityRegularization", {"l1": l1, "l2": l2}, x, scale=200.0)


row = np.ones((2, 3), "float32")


@pytest.mark.parametrize(
    ("error", "use", "match"),
    [
        (ValueError, lambda k: k.layers.Dropout(1.5), "rate"),
        (ValueError, lambda k: k.layers.Dropout(-0.1), "rate"),
        (ValueError, lambda k: k.layers.Dropout(0.5, noise_shape="a"), "noise_shape"),
        (ValueError, lambda k: k.layers.Dropout(0.5, noise_shape=3), "noise_shape"),
        (ValueError, lambda k: k.layers.Dropout(0.5, noise_shape=(0, 1)), "noise_shape"),
        (ValueError, lambda k: k.layers.Dropout(0.5, seed="a"), "seed"),
        (ValueError, lambda k: k.layers.SpatialDropout2D(0.5)(row), "ndim=4"),
        (ValueError, lambda k: k.layers.SpatialDropout2D(0.5, data_format="NHWC"), "data_format"),
        (ValueError, lambda k: k.layers.GaussianNoise(2.0), "stddev"),
        (ValueError, lambda k: k.layers.GaussianDropout(2.0), "rate"),
        (ValueError, lambda k: k.layers.ActivityRegularization(l1=-1.0), "l1"),
    ],
)
def test_misuse(error: Any, use: Any, match: str) -> None:
    check_misuse(error, use, match)
