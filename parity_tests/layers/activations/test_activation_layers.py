"""Activation layers against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given

from parity_tests.checks.compare import check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import masks, numbers, options, ranks

slopes = st.sampled_from([0.0, 0.01, 0.5])


@given(numbers(ranks(1, 4)), st.sampled_from(["relu", "tanh", "selu", "gelu", "linear"]))
def test_activation(x: Any, activation: str) -> None:
    check_layer("Activation", {"activation": activation}, x)


@given(
    numbers(ranks(1, 4)),
    options(
        max_value=st.sampled_from([None, 0.5, 1, 6]),
        negative_slope=slopes,
        threshold=st.sampled_from([0.0, 0.25, 1]),
    ),
)
def test_relu(x: Any, config: Any) -> None:
    check_layer("ReLU", config, x)


@given(numbers(ranks(1, 4)), options(negative_slope=slopes))
def test_leaky_relu(x: Any, config: Any) -> None:
    check_layer("LeakyReLU", config, x)


@given(numbers(ranks(1, 4)), options(alpha=st.sampled_from([0.0, 0.5, 1.0])))
def test_elu(x: Any, config: Any) -> None:
    check_layer("ELU", config, x)


@given(numbers(ranks(2, 4)), st.data())
def test_prelu(x: Any, data: Any) -> None:
    axes = st.sets(st.integers(1, x.ndim - 1)).map(list)
    arguments = {"alpha_initializer": st.just("ones"), "alpha_regularizer": st.just("l1")}
    check_layer("PReLU", data.draw(options(shared_axes=axes, **arguments)), x)


@given(numbers(ranks(2, 4)), st.booleans(), st.data())
def test_softmax(x: Any, masked: bool, data: Any) -> None:
    axis = data.draw(st.sampled_from([-1, 0, 1, (-1,), (0, 1)]))
    assume(isinstance(axis, tuple) or x.shape[axis] > 1)
    assume(axis != (-1,) or x.shape[-1] > 1)
    kwargs = {"mask": data.draw(masks(x.shape))} if masked else {}
    check_layer("Softmax", {"axis": axis}, x, **kwargs)


row = np.ones((2, 3), "float32")


@pytest.mark.parametrize(
    ("error", "use", "match"),
    [
        (ValueError, lambda k: k.layers.Activation("no_such"), "no_such"),
        (ValueError, lambda k: k.layers.ReLU(max_value=-1), "max_value"),
        (ValueError, lambda k: k.layers.ReLU(negative_slope=-1), "negative_slope"),
        (ValueError, lambda k: k.layers.ReLU(threshold=None), "threshold"),
        (ValueError, lambda k: k.layers.LeakyReLU(-1), "negative_slope"),
        (ValueError, lambda k: k.layers.Softmax()(row, mask=row[:, :2] > 0), "mask"),
        (ValueError, lambda k: k.layers.Softmax()(row, mask=row[None] > 0), "mask"),
    ],
)
def test_misuse(error: Any, use: Any, match: str) -> None:
    check_misuse(error, use, match)
