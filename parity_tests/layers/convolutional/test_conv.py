"""Convolution layers against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

import minikeras.layers
from minikeras.autograd import GradientTape
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, windows

activations = st.sampled_from([None, "relu", "tanh"])
names = {1: "Conv1D", 2: "Conv2D", 3: "Conv3D"}


@st.composite
def layers(draw: Any) -> Any:
    """(name, config, x)"""
    space, size, options = draw(windows())
    groups = draw(st.integers(1, 2))
    options |= {"filters": groups * draw(st.integers(1, 3)), "kernel_size": size}
    options |= draw(
        st.fixed_dictionaries({}, optional={"activation": activations, "use_bias": st.booleans()})
    )
    if groups > 1:
        options["groups"] = groups
    if len(space) == 1 and draw(st.booleans()):
        options["padding"] = "causal"
    x = draw(numbers((draw(st.integers(1, 3)), *space, groups * draw(st.integers(1, 3)))))
    return names[len(space)], options, x


@given(layers())
def test_conv(case: Any) -> None:
    check_layer(*case)


@given(layers().filter(lambda case: case[1].get("padding") != "causal"))
def test_channels_first(case: Any) -> None:
    """TensorFlow cannot do this on a CPU, so the reference is our channels-last layer."""
    name, config, x = case
    cls = getattr(minikeras.layers, name)
    last, first = cls(**config), cls(**config, data_format="channels_first")
    turned = np.moveaxis(x, -1, 1)
    expected = last(x)
    first.build(turned.shape)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(
        np.moveaxis(np.asarray(first(turned)), 1, -1), expected, rtol=1e-5, atol=1e-5
    )
    shape = first.compute_output_shape((None, *turned.shape[1:]))
    assert shape == (None, *np.asarray(first(turned)).shape[1:])


image = np.ones((2, 4, 4, 3), "float32")


@pytest.mark.parametrize(
    "config",
    [
        {"filters": 0, "kernel_size": 2},
        {"filters": -1, "kernel_size": 2},
        {"filters": 4.5, "kernel_size": 2},
        {"filters": 4, "kernel_size": 0},
        {"filters": 4, "kernel_size": (2, 2, 2)},
        {"filters": 4, "kernel_size": "a"},
        {"filters": 4, "kernel_size": 2.5},
        {"filters": 4, "kernel_size": 2, "strides": 0},
        {"filters": 4, "kernel_size": 2, "strides": 2, "dilation_rate": 2},
        {"filters": 4, "kernel_size": 2, "groups": 3},
        {"filters": 4, "kernel_size": 2, "groups": 0},
        {"filters": 4, "kernel_size": 2, "padding": "causal"},
        {"filters": 4, "kernel_size": 2, "data_format": "NHWC"},
        {"filters": 4, "kernel_size": 2, "activation": "no_such"},
        {"filters": 4, "kernel_size": 2, "kernel_initializer": "no_such"},
    ],
)
def test_misuse_of_the_constructor(config: Any) -> None:
    for library in (minikeras.layers, keras.layers):
        with pytest.raises(ValueError):
            library.Conv2D(**config)


@pytest.mark.parametrize(
    ("config", "x"),
    [
        ({"filters": 4, "kernel_size": 5}, image),
        ({"filters": 4, "kernel_size": 2, "groups": 2}, image),
        ({"filters": 4, "kernel_size": 2}, image[0]),
    ],
)
def test_misuse_of_the_call(config: Any, x: Any) -> None:
    for library in (minikeras.layers, keras.layers):
        with pytest.raises(ValueError):
            library.Conv2D(**config)(x)


def test_channels_are_remembered() -> None:
    for library in (minikeras.layers, keras.layers):
        layer = library.Conv2D(2, 2)
        layer(image)
        with pytest.raises(ValueError):
            layer(image[..., :2])


def test_aliases() -> None:
    for n in "123":
        assert getattr(minikeras.layers, f"Convolution{n}D") is getattr(
            minikeras.layers, f"Conv{n}D"
        )


@pytest.mark.parametrize("name", ["DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D"])
def test_the_gradient_of_an_empty_batch_is_zero(name: str) -> None:
    options = {"filters": 3} if name == "SeparableConv1D" else {}
    x = np.zeros((0, 5, 5, 2) if name.endswith("2D") else (0, 5, 2), "float32")
    layer = getattr(minikeras.layers, name)(kernel_size=2, depth_multiplier=2, **options)
    with GradientTape() as tape:
        y = layer(x)
    gradients = tape.gradient(y, layer.trainable_variables)
    assert [g.shape for g in gradients] == [v.shape for v in layer.trainable_variables]
    assert not any(np.any(g) for g in gradients)
