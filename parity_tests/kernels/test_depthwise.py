"""Depthwise and separable convolution: TensorFlow's bits in float32, the reference's in float64."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import config, ops
from minikeras.autograd import GradientTape, Tensor
from minikeras.autograd.primitive import registry
from minikeras.kernels import depthwise
from minikeras.windows import margins_for
from parity_tests.drawing import few, seeds, small, values


@st.composite
def convolutions(draw: Any) -> tuple[Any, ...]:
    """(shape of x, shape of the kernel, options); strides that differ are refused by TensorFlow."""
    rank = draw(st.integers(1, 2))
    size, rates = (tuple(draw(st.integers(1, 3)) for _ in range(rank)) for _ in range(2))
    options: dict[str, Any] = {"padding": draw(st.sampled_from(["valid", "same"]))}
    if draw(st.booleans()):
        options["dilation_rate"] = rates
    else:
        rates = (1,) * rank
    if max(rates) > 1 and draw(st.booleans()):  # Keras decomposes it
        options["strides"] = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    elif max(rates) == 1:
        options["strides"] = (draw(st.integers(1, 3)),) * rank
    space = tuple((k - 1) * d + draw(st.integers(1, 9)) for k, d in zip(size, rates))
    channels = draw(st.sampled_from([1, 2, 3, 8, 9, 17]))
    multiplier = draw(st.sampled_from([1, 1, 2, 3, 8, 11]))
    return (draw(st.integers(1, 5)), *space, channels), (*size, channels, multiplier), options


def in_both(name: str, arrays: Any, options: Any) -> list[tuple[Any, Any]]:
    """The result of an operation and its gradients: here, in Keras."""
    with tf.GradientTape() as theirs:
        ts = [tf.constant(a) for a in arrays]
        theirs.watch(ts)
        t = getattr(keras.ops, name)(*ts, data_format="channels_last", **options)
    dy = np.random.default_rng(1).standard_normal(t.shape, np.float32)
    with config.use_kernels("fast"), GradientTape() as ours:
        xs = [Tensor(a) for a in arrays]
        ours.watch(xs)
        y = getattr(ops, name)(*xs, **options)
        dxs = ours.gradient(y, xs, output_gradients=dy)
    pairs = [(y, t), *zip(dxs, theirs.gradient(t, ts, tf.constant(dy)))]
    return [(np.asarray(mine), their.numpy()) for mine, their in pairs]


@given(convolutions(), seeds)
def test_bits(case: Any, seed: int) -> None:
    x, kernel, options = case
    arrays = [np.random.default_rng(seed).standard_normal(s, np.float32) for s in (x, kernel)]
    pairs = in_both("depthwise_conv", arrays, options)
    for what, (mine, their) in zip(("y", "dx", "dw"), pairs, strict=True):
        np.testing.assert_array_equal(mine, their, what)


@few
@given(
    st.sampled_from([((2, 64, 3), (3, 3, 2)), ((2, 16, 15, 3), (3, 2, 3, 2))]),
    st.sampled_from(["valid", "same"]),
    st.sampled_from(["strides", "dilation_rate"]),
    small,
    seeds,
)
def test_bits_of_a_separable_convolution(
    shapes: Any, padding: str, how: str, step: int, seed: int
) -> None:
    """Two shapes, for which few kernels are compiled; convolutions themselves are tested above."""
    x, kernel = shapes
    rng, pointwise = np.random.default_rng(seed), (*[1] * (len(x) - 2), 6, 5)
    arrays = [rng.standard_normal(s, np.float32) for s in (x, kernel, pointwise)]
    pairs = in_both("separable_conv", arrays, {"padding": padding, how: step})
    for what, (mine, their) in zip(("y", "dx", "dw", "dp"), pairs, strict=True):
        np.testing.assert_array_equal(mine, their, what)


@few
@given(convolutions(), st.booleans(), seeds)
def test_float64(case: Any, padded: bool, seed: int) -> None:
    """Multiples of a quarter, whose sums are exact in any order; also with wide margins."""
    x_shape, w_shape, options = case
    ones = (1,) * (len(w_shape) - 2)
    how = {"strides": options.get("strides", ones), "dilation": options.get("dilation_rate", ones)}
    size = w_shape[:-2]
    how["margins"] = margins_for(x_shape, options["padding"], size, *how.values())
    if padded:
        how["margins"] = ((2, 1),) * len(size)
    rng = np.random.default_rng(seed)
    x, w = (values(rng, s, grid=True, dtype="float64") for s in (x_shape, w_shape))
    y = registry["depthwise"].forward(x, w, **how)
    dy = values(rng, y.shape, grid=True, dtype="float64")
    for name, *inputs, more in (
        ("depthwise", x, w, {}),
        ("depthwise_input_gradient", dy, w, {"space": x_shape[1:-1]}),
        ("depthwise_kernel_gradient", x, dy, {"size": size}),
    ):
        wanted = registry[name].forward(*inputs, **how, **more)
        np.testing.assert_array_equal(getattr(depthwise, name)(*inputs, **how, **more), wanted)


@pytest.mark.parametrize("multiplier", [1, 2])
def test_images_larger_than_a_buffer(multiplier: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 40, 50, 40), np.float32)
    w = rng.standard_normal((3, 3, 40, multiplier), np.float32)
    for mine, their in in_both("depthwise_conv", [x, w], {"padding": "same"}):
        np.testing.assert_array_equal(mine, their)


@pytest.mark.parametrize("known", [True, False])
def test_bits_in_fit(known: bool) -> None:
    """Whole networks, trained from one seed; with a known and an unknown size of a batch."""
    import minikeras

    results = []
    for k in (keras, minikeras):
        k.utils.clear_session(free_memory=False)
        k.utils.set_random_seed(3)
        model = k.Sequential(
            [
                k.layers.Input((9, 8, 3)),
                k.layers.DepthwiseConv2D(3, depth_multiplier=2),
                k.layers.SeparableConv2D(5, 2, padding="same", dilation_rate=2),
                k.layers.DepthwiseConv2D(1, strides=2),
                k.layers.Reshape((-1, 5)),
                k.layers.SeparableConv1D(4, 3, strides=2, padding="same"),
                k.layers.DepthwiseConv1D(2, dilation_rate=2),
                k.layers.Flatten(),
                k.layers.Dense(3),
            ]
        )
        model.compile(k.optimizers.SGD(0.05), "mse")
        n = 32 if known else 40
        x = np.random.default_rng(0).standard_normal((n, 9, 8, 3), np.float32)
        history = model.fit(x, x[:, 0, 0], epochs=2, batch_size=16, verbose=0).history["loss"]
        results.append([np.float32(history), *model.get_weights(), model.predict(x, verbose=0)])
    for mine, their in zip(*results, strict=True):
        np.testing.assert_array_equal(mine, their)
