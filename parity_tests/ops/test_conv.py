"""Convolution against Keras: values, gradients, second order, bits, shapes, errors."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import config, ops
from minikeras.autograd import GradientTape, Symbol, Tensor
from minikeras.ops.conv import biased_conv
from parity_tests.checks.compare import assert_close
from parity_tests.checks.op import check_op
from parity_tests.drawing import channels_first, convolutions, numbers, small


@given(convolutions())
def test_conv(case: Any) -> None:
    x, kernel, options = case
    check_op(ops.conv, keras.ops.conv, x, kernel, **options)


@given(convolutions(groups=2))
def test_conv_in_groups(case: Any) -> None:
    x, kernel, options = case
    check_op(ops.conv, keras.ops.conv, x, kernel, **options)


@st.composite
def windows_apart(draw: Any) -> Any:
    """(x, kernel, strides) over three axes, where cells lie between the windows."""
    size, strides = (tuple(draw(st.integers(1, n)) for _ in range(3)) for n in (2, 5))
    space = tuple(k + draw(st.integers(0, 9)) for k in size)
    x, kernel = draw(numbers((draw(small), *space, draw(small)))), draw(numbers((*size, 1, 1)))
    return x, np.tile(kernel, (x.shape[-1], draw(small))), strides


@given(windows_apart())
def test_windows_apart_over_three_axes(case: Any) -> None:
    x, kernel, strides = case
    options: Any = {"strides": strides, "padding": "same"}
    check_op(ops.conv, keras.ops.conv, x, kernel, **options)
    bias = np.zeros(kernel.shape[-1], kernel.dtype)
    biased = biased_conv(x, kernel, bias, strides, "same", (1, 1, 1))
    assert_close(biased, keras.ops.conv(x, kernel, **options), "biased")
    x, kernel = x[:, :2, :2, :2], kernel.swapaxes(-1, -2).copy()
    check_op(ops.conv_transpose, keras.ops.conv_transpose, x, kernel, **options)


@given(convolutions())
def test_channels_first_is_a_transposition(case: Any) -> None:
    """TensorFlow cannot do this on a CPU, so it is held against channels-last."""
    x, kernel, options = case
    last = ops.conv(x, kernel, **options)
    first = ops.conv(channels_first(x), kernel, data_format="channels_first", **options)
    assert_close(first, channels_first(last), "channels first")


@given(convolutions(rank=2))
def test_second_order(case: Any) -> None:
    """The gradient of ⟨g, v⟩, where g is the gradient of Σ sin conv(x, w)."""
    x, kernel, options = case
    v = np.cos(np.arange(x.size, dtype=x.dtype)).reshape(x.shape)
    options.pop("dilation_rate", None)

    def ours() -> Any:
        a, b = Tensor(x), Tensor(kernel)
        with GradientTape() as outer:
            outer.watch([a, b])
            with GradientTape() as inner:
                inner.watch(a)
                y = ops.sum(ops.sin(ops.conv(a, b, **options)))
            product = ops.sum(inner.gradient(y, a) * v)
        return outer.gradient(product, [a, b])

    def theirs() -> Any:
        a, b = tf.constant(x), tf.constant(kernel)
        with tf.GradientTape() as outer:
            outer.watch([a, b])
            with tf.GradientTape() as inner:
                inner.watch(a)
                y = tf.reduce_sum(tf.sin(keras.ops.conv(a, b, **options)))
            product = tf.reduce_sum(inner.gradient(y, a) * v)
        return outer.gradient(product, [a, b])

    for what, a, b in zip(("input", "kernel"), ours(), theirs()):
        scale = 4 * kernel.size * np.abs(kernel).max(initial=1) ** 2 * np.abs(x).max(initial=1)
        assert_close(a, b, f"second derivative, {what}", scale=float(scale))


images = st.tuples(small, st.integers(2, 9), st.integers(1, 17), st.integers(1, 40))


@given(images, st.integers(2, 4), st.integers(1, 2), st.booleans(), st.integers(0, 2**32 - 1))
def test_float32_bits_with_margins(
    shape: Any, size: int, stride: int, rectified: bool, seed: int
) -> None:
    """With what a layer adds: margins, bias and relu."""
    batch, n, channels, filters = shape
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch, n, n, channels), np.float32)
    kernel = rng.standard_normal((size, size, channels, filters), np.float32)
    bias = rng.standard_normal(filters, np.float32)
    with tf.GradientTape() as tape:
        theirs = [tf.constant(v) for v in (x, kernel, bias)]
        tape.watch(theirs)
        t = keras.ops.conv(*theirs[:2], strides=stride, padding="same")
        t = keras.ops.add(t, theirs[2])
        t = tf.nn.relu(t) if rectified else t
    dy = rng.standard_normal(t.shape, np.float32)
    with config.use_kernels("fast"), GradientTape() as own:
        ours = [Tensor(v) for v in (x, kernel, bias)]
        own.watch(ours)
        y = biased_conv(*ours, (stride, stride), "same", (1, 1), ops.relu if rectified else None)
        results = [y, *own.gradient(y, ours, output_gradients=dy)]
    expected = [t, *tape.gradient(t, theirs, dy)]
    for what, mine, their in zip(("y", "dx", "dw", "db"), results, expected):
        np.testing.assert_array_equal(np.asarray(mine), their.numpy(), what)


def test_any_number_of_threads_gives_the_same_bits() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 12, 12, 16), np.float32)
    for filters in (1, 40):
        kernel = rng.standard_normal((3, 3, 16, filters), np.float32)
        results = []
        for threads in (1, 2, 3):
            config.set_threads(threads)
            a, b = Tensor(x), Tensor(kernel)
            with config.use_kernels("fast"), GradientTape() as tape:
                tape.watch([a, b])
                y = ops.conv(a, b, padding="same")
                results.append([y, *tape.gradient(y, [a, b])])
        config.set_threads(None)
        for other in results[1:]:
            for mine, their in zip(results[0], other):
                np.testing.assert_array_equal(np.asarray(mine), np.asarray(their))


@given(convolutions(), st.sampled_from(["float32", "float64"]))
def test_kernels_agree(case: Any, dtype: str) -> None:
    x, kernel, options = case
    x, kernel = x.astype(dtype), kernel.astype(dtype)
    with config.use_kernels("reference"):
        reference = ops.conv(x, kernel, **options)
    with config.use_kernels("fast"):
        fast = ops.conv(x, kernel, **options)
    assert_close(fast, reference, "fast kernel", scale=4.0 * kernel[..., 0].size * 4)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_unknown_sizes(padding: str) -> None:
    x, kernel = Symbol((None, None, 7, 3)), Symbol((3, 3, 3, 8))
    y = ops.conv(x, kernel, strides=2, padding=padding)
    assert y.shape == (None, None, 3 if padding == "valid" else 4, 8)


image, kernel = np.ones((1, 3, 3, 4), "float32"), np.ones((2, 2, 4, 6), "float32")


@pytest.mark.parametrize(
    ("x", "w", "options"),
    [
        (image, kernel, {"strides": 2, "dilation_rate": 2}),
        (image, kernel[:, :, :3], {}),
        (image, kernel[:, :, :2, :3], {}),
        (image[0, 0], kernel[0, 0], {}),
        (image, kernel, {"strides": (1, 1, 1)}),
        (image, kernel, {"data_format": "NHWC"}),
    ],
)
def test_misuse(x: Any, w: Any, options: Any) -> None:
    for conv in (ops.conv, keras.ops.conv):
        with pytest.raises(ValueError):
            conv(x, w, **options)


@pytest.mark.parametrize(
    ("w", "options"),
    [
        (np.ones((5, 5, 4, 1), "float32"), {}),
        (kernel, {"strides": 0}),
        (kernel, {"padding": "all"}),
    ],
)
def test_misuse_that_tensorflow_answers_itself(w: Any, options: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        keras.ops.conv(image, w, **options)
    with pytest.raises(ValueError):
        ops.conv(image, w, **options)


@st.composite
def transposed(draw: Any) -> Any:
    x, kernel, options = draw(convolutions().filter(lambda case: "strides" in case[2]))
    kernel = np.swapaxes(kernel, -1, -2).copy()
    # For an even kernel output_padding=0 is one cell less than the input's own convolution has:
    # Keras asks for it, and TensorFlow refuses.
    if all(k % 2 for k in kernel.shape[:-2]) and draw(st.booleans()):
        options["output_padding"] = 0
    return x, kernel, options


@given(transposed())
def test_conv_transpose(case: Any) -> None:
    x, kernel, options = case
    check_op(ops.conv_transpose, keras.ops.conv_transpose, x, kernel, **options)


@st.composite
def separable(draw: Any) -> Any:
    """(x, depthwise kernel, pointwise kernel, options) over one or two axes."""
    rank = draw(st.integers(1, 2))
    x, kernel, options = draw(convolutions(rank))
    if "strides" in options:  # TensorFlow wants them equal
        options["strides"] = options["strides"][0]
    mixed = kernel.shape[-2] * kernel.shape[-1]
    return (
        x,
        kernel,
        np.sin(np.arange(2 * mixed, dtype="float32")).reshape(*[1] * rank, mixed, 2),
        options,
    )


@given(separable())
def test_depthwise_conv(case: Any) -> None:
    x, kernel, _, options = case
    check_op(ops.depthwise_conv, keras.ops.depthwise_conv, x, kernel, **options)


@given(separable())
def test_separable_conv(case: Any) -> None:
    x, kernel, pointwise, options = case
    check_op(ops.separable_conv, keras.ops.separable_conv, x, kernel, pointwise, **options)
