"""Preprocessing layers against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import minikeras
from parity_tests.checks.compare import assert_close, both, check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, ranks


@given(
    numbers((2, 3, 2)),
    st.sampled_from([2, 1 / 255, [0.5, 3.0]]),
    st.sampled_from([0.0, -1.0, [1.0, 2.0]]),
    st.sampled_from(["float32", "float64", "int32", "uint8"]),
)
def test_rescaling(x: Any, scale: Any, offset: Any, dtype: str) -> None:
    x = np.abs(x).astype(dtype)
    check_layer("Rescaling", {"scale": scale, "offset": offset}, x)


def adapted(library: Any, data: Any, **config: Any) -> Any:
    layer = library.layers.Normalization(**config)
    layer.adapt(data)
    return layer


@given(
    numbers((7, 3, 2)),
    st.sampled_from([-1, None, (1, 2), (-1, 0)]),
    st.booleans(),
    st.sampled_from(["array", "float64", "batches", "pairs"]),
)
def test_normalization(x: Any, axis: Any, invert: bool, kind: str) -> None:
    config = {"axis": axis, "invert": invert, "name": "subject"}
    data = x.astype("float64") if kind == "float64" else x
    if kind in ("batches", "pairs") and axis != (-1, 0):
        batches = [x[:3], x[3:6], x[6:]]
        data = batches if kind == "batches" else [(batch, 1) for batch in batches]
    ours, theirs = both(lambda k: adapted(k, data, **config))
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        assert a.path == b.path
        assert_close(a, b.numpy(), b.path)
    assert_close(ours(x), theirs(x), "output", scale=50.0)
    assert ours.get_config() == theirs.get_config()
    assert ours.get_build_config() == theirs.get_build_config()


@given(numbers(ranks(2, 3)), st.booleans())
def test_normalization_with_given_moments(x: Any, invert: bool) -> None:
    mean = np.linspace(-1, 1, x.shape[-1]).tolist()
    variance = np.linspace(0, 2, x.shape[-1]).tolist()
    for moments in ({"mean": mean, "variance": variance}, {"mean": 1.0, "variance": 4.0}):
        check_layer("Normalization", {**moments, "invert": invert}, x)


row = np.ones((2, 3), "float32")


@pytest.mark.parametrize(
    ("error", "use", "match"),
    [
        (ValueError, lambda k: k.layers.Normalization(mean=1.0), "mean"),
        (ValueError, lambda k: k.layers.Normalization(mean=[1.0], variance=1.0), "shape"),
        (ValueError, lambda k: k.layers.Normalization(mean=[[1.0]], variance=[[1.0]]), "rank"),
        (ValueError, lambda k: k.layers.Normalization(axis=3)(row), "axis"),
        (ValueError, lambda k: k.layers.Normalization().adapt([]), "adapt"),
        (TypeError, lambda k: k.layers.Normalization().adapt(3), "adapt"),
        (TypeError, lambda k: k.layers.Normalization().adapt(["a"]), "adapt"),
        (ValueError, lambda k: adapted(k, row).adapt(row[:, :2]), "incompatible"),
    ],
)
def test_misuse(error: Any, use: Any, match: str) -> None:
    check_misuse(error, use, match)


def test_adapted_moments_are_stored() -> None:
    first, second = adapted(minikeras, row * 3), minikeras.layers.Normalization()
    second.build((None, 3))
    store: dict[str, Any] = {}
    first.save_own_variables(store)
    second.load_own_variables(store)
    assert_close(second(row), first(row), "output")
