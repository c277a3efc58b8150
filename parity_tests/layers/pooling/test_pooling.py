"""Pooling layers against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

import minikeras.layers
from parity_tests.checks.compare import assert_close
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import channels_first, numbers, poolings, ranks

kinds = pytest.mark.parametrize("kind", ["Max", "Average"])
formats = st.sampled_from(["channels_last", "channels_first"])


@kinds
@given(poolings(), formats)
def test_pooling(kind: str, case: Any, data_format: str) -> None:
    x, config = case
    if data_format == "channels_first":
        x = channels_first(x)
    check_layer(f"{kind}Pooling{x.ndim - 2}D", {**config, "data_format": data_format}, x)


@kinds
@given(numbers(ranks(3, 5)), formats, st.booleans())
def test_global_pooling(kind: str, x: Any, data_format: str, keepdims: bool) -> None:
    config = {"data_format": data_format, "keepdims": keepdims}
    check_layer(f"Global{kind}Pooling{x.ndim - 2}D", config, x)


@given(numbers(ranks(3, 3)), formats, st.booleans())
def test_global_average_of_unmasked_steps(x: Any, data_format: str, keepdims: bool) -> None:
    steps = x.shape[1 if data_format == "channels_last" else 2]
    mask = np.sin(np.arange(x.shape[0] * steps)).reshape(x.shape[0], steps) > -0.5
    mask[:, 0] = True
    config = {"data_format": data_format, "keepdims": keepdims}
    ours = minikeras.layers.GlobalAveragePooling1D(**config)(x, mask=mask)
    theirs = keras.layers.GlobalAveragePooling1D(**config)(x, mask=mask)
    assert_close(ours, theirs, "masked mean", ulp=2)


def test_a_mask_that_keeps_nothing_gives_nan() -> None:
    x, mask = np.ones((1, 2, 3), "float32"), np.zeros((1, 2), bool)
    for library in (minikeras.layers, keras.layers):
        with np.errstate(invalid="ignore"):
            assert np.isnan(library.GlobalAveragePooling1D()(x, mask=mask)).all()


@kinds
@pytest.mark.parametrize(
    "config",
    [
        {"pool_size": 0},
        {"pool_size": (2, 2, 2)},
        {"pool_size": 2, "strides": -1},
        {"pool_size": 2, "data_format": "NHWC"},
    ],
)
def test_misuse_of_the_constructor(kind: str, config: Any) -> None:
    for library in (minikeras.layers, keras.layers):
        with pytest.raises(ValueError):
            getattr(library, f"{kind}Pooling2D")(**config)


@pytest.mark.parametrize("name", ["MaxPooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D"])
def test_misuse_of_the_call(name: str) -> None:
    for library in (minikeras.layers, keras.layers):
        with pytest.raises(ValueError):
            getattr(library, name)()(np.ones((4, 4, 3), "float32"))


def test_aliases() -> None:
    for n in "123":
        for short, long in (("Max", "Max"), ("Avg", "Average")):
            for scope in ("", "Global"):
                alias = getattr(minikeras.layers, f"{scope}{short}Pool{n}D")
                assert alias is getattr(minikeras.layers, f"{scope}{long}Pooling{n}D")
