"""Convolutions over three axes against TensorFlow's operations, to the bit."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import tensorflow as tf
from hypothesis import given, settings

from minikeras.kernels import conv
from minikeras.windows import margins_for
from parity_tests.drawing import seeds, small, values

ONES = (1, 1, 1)
threes = st.tuples(small, small, small)


@st.composite
def convolutions(draw: Any) -> tuple[Any, ...]:
    """Shapes of x and w, strides, padding."""
    size, strides = draw(threes), draw(st.sampled_from([ONES, (2, 1, 1), (1, 2, 2)]))
    space = tuple(k + draw(st.integers(0, 4)) for k in size)
    images = draw(st.sampled_from([1, 2, 3, 16]))
    channels, filters = draw(st.sampled_from([1, 2, 3, 20])), draw(st.sampled_from([1, 2, 5, 16]))
    padding = draw(st.sampled_from(["VALID", "SAME"]))
    return (images, *space, channels), (*size, channels, filters), strides, padding


def check(x_shape: Any, w_shape: Any, strides: Any, padding: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = values(rng, x_shape), values(rng, w_shape)
    how: Any = {"strides": [1, *strides, 1], "padding": padding}
    y = tf.raw_ops.Conv3D(input=x, filter=w, **how).numpy()
    dy = values(rng, y.shape)
    dx = tf.raw_ops.Conv3DBackpropInputV2(input_sizes=x_shape, filter=w, out_backprop=dy, **how)
    dw = tf.raw_ops.Conv3DBackpropFilterV2(input=x, filter_sizes=w_shape, out_backprop=dy, **how)
    margins = margins_for(x_shape, padding, w_shape[:3], strides, ONES)
    how = {"strides": strides, "dilation": ONES, "margins": margins}
    np.testing.assert_array_equal(conv.convolve(x, w, **how), y)
    ours = conv.convolve_input_gradient(dy, w, space=x_shape[1:-1], **how)
    np.testing.assert_array_equal(ours, dx.numpy())
    ours = conv.convolve_kernel_gradient(x, dy, size=w_shape[:3], **how)
    np.testing.assert_array_equal(ours, dw.numpy())


@given(convolutions(), seeds)
def test_bits(case: Any, seed: int) -> None:
    check(*case, seed)


@st.composite
def large_convolutions(draw: Any) -> tuple[Any, ...]:
    """TensorFlow builds the patches of most of these."""
    size, strides = draw(threes), draw(st.sampled_from([ONES, (2, 1, 1), (1, 2, 2)]))
    space = tuple(k + draw(st.integers(3, 7)) for k in size)
    channels, filters = draw(st.sampled_from([2, 3, 8, 20])), draw(st.sampled_from([1, 5, 24, 33]))
    padding = draw(st.sampled_from(["VALID", "SAME"]))
    return (64, *space, channels), (*size, channels, filters), strides, padding


@settings(max_examples=15)
@given(large_convolutions(), seeds)
def test_bits_of_large_arrays(case: Any, seed: int) -> None:
    check(*case, seed)


@given(threes, threes, st.booleans(), seeds)
def test_dilation(size: Any, dilation: Any, same: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    space = tuple((k - 1) * d + 3 for k, d in zip(size, dilation))
    x, w = values(rng, (2, *space, 3)), values(rng, (*size, 3, 2))
    padding = "SAME" if same else "VALID"
    with tf.GradientTape() as tape:
        inputs = tf.constant(x), tf.constant(w)
        tape.watch(inputs)
        y = tf.nn.convolution(*inputs, None, padding, "NDHWC", dilation)
    dy = values(rng, y.shape)
    dx, dw = tape.gradient(y, inputs, dy)
    margins = margins_for(x.shape, padding, size, ONES, dilation)
    how: Any = {"strides": ONES, "dilation": dilation, "margins": margins}
    np.testing.assert_array_equal(conv.convolve(x, w, **how), y)
    ours = conv.convolve_input_gradient(dy, w, space=space, **how)
    np.testing.assert_array_equal(ours, dx)
    np.testing.assert_array_equal(conv.convolve_kernel_gradient(x, dy, size=size, **how), dw)
