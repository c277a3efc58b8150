"""Pooling against Keras: values, gradients with ties, second order, bits, shapes, errors."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import config, ops
from minikeras.autograd import GradientTape, Symbol, Tensor
from parity_tests.checks.compare import assert_close
from parity_tests.checks.op import check_op
from parity_tests.drawing import channels_first, few, generators, poolings

pools = pytest.mark.parametrize("name", ["max_pool", "average_pool"])


@pools
@given(poolings())
def test_pool(name: str, case: Any) -> None:
    x, options = case
    check_op(getattr(ops, name), getattr(keras.ops, name), x, **options)


@pools
@given(poolings(rank=2))
def test_channels_first(name: str, case: Any) -> None:
    x, options = case
    options["data_format"] = "channels_first"
    check_op(getattr(ops, name), getattr(keras.ops, name), channels_first(x), **options)


@pools
@given(poolings())
def test_float32_bits(name: str, case: Any) -> None:
    """Of the value and of the gradient, on either kind of kernel."""
    x, options = case
    a, b = Tensor(x), tf.constant(x)
    with tf.GradientTape() as theirs:
        theirs.watch(b)
        t = getattr(keras.ops, name)(b, **options)
    dy = np.sin(np.arange(np.prod(t.shape), dtype="float32")).reshape(t.shape)
    expected = theirs.gradient(t, b, dy).numpy()
    for kernels in ("reference", "fast"):
        with config.use_kernels(kernels):
            with GradientTape() as tape:
                tape.watch(a)
                y = getattr(ops, name)(a, **options)
            dx = tape.gradient(y, a, dy)
        np.testing.assert_array_equal(np.asarray(y), t.numpy(), kernels)
        np.testing.assert_array_equal(np.asarray(dx), expected, kernels)


@few
@given(generators)
def test_near_ties_over_volumes(rng: Any) -> None:
    """Values that are nearly as large as the maximum of a window win, too."""
    x = np.float32(1 + 4e-6 * rng.integers(0, 5, (2, 4, 4, 4, 3)))
    with tf.GradientTape() as theirs:
        theirs.watch(b := tf.constant(x))
        t = keras.ops.max_pool(b, 2, strides=1)
    with GradientTape() as tape:
        tape.watch(a := Tensor(x))
        y = ops.max_pool(a, 2, strides=1)
    np.testing.assert_array_equal(np.asarray(tape.gradient(y, a)), theirs.gradient(t, b))


@pools
@given(poolings(rank=2))
def test_second_order(name: str, case: Any) -> None:
    """The gradient of ⟨g, v⟩, where g is the gradient of Σ sin pool(x²)."""
    x, options = case
    v = np.cos(np.arange(x.size, dtype=x.dtype)).reshape(x.shape)

    def derivative(tape: Any, k: Any, pool: Any, a: Any) -> Any:
        with tape() as outer:
            outer.watch(a)
            with tape() as inner:
                inner.watch(a)
                y = k.sum(k.sin(pool(a * a, **options)))
            product = k.sum(inner.gradient(y, a) * v)
        return outer.gradient(product, a)

    ours = derivative(GradientTape, ops, getattr(ops, name), Tensor(x))
    theirs = derivative(tf.GradientTape, keras.ops, getattr(keras.ops, name), tf.constant(x))
    assert_close(ours, theirs, "second derivative", scale=100.0)


@pools
def test_unknown_sizes(name: str) -> None:
    pool = getattr(ops, name)
    assert pool(Symbol((None, None, 7, 3)), 2).shape == (None, None, 3, 3)
    assert pool(Symbol((None, None, 7, 3)), 2, padding="same").shape == (None, None, 4, 3)


image = np.ones((1, 3, 3, 4), "float32")


@pools
@pytest.mark.parametrize(
    ("x", "options"),
    [
        (image[0, 0], {"pool_size": 2}),
        (image, {"pool_size": (2, 2, 2)}),
        (image, {"pool_size": 2, "strides": (1, 1, 1)}),
        (image, {"pool_size": 2, "data_format": "NHWC"}),
    ],
)
def test_misuse(name: str, x: Any, options: Any) -> None:
    for library in (ops, keras.ops):
        with pytest.raises(ValueError):
            getattr(library, name)(x, **options)


@pools
@pytest.mark.parametrize("options", [{"strides": 0}, {"padding": "causal"}])
def test_misuse_that_tensorflow_answers_itself(name: str, options: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        getattr(keras.ops, name)(image, 2, **options)
    with pytest.raises(ValueError):
        getattr(ops, name)(image, 2, **options)


@pools
def test_windows_must_fit(name: str) -> None:
    """Keras says so for symbolic tensors; for others TensorFlow answers with an empty one."""
    with pytest.raises(ValueError):
        getattr(keras.ops, name)(keras.KerasTensor(image.shape), 5)
    with pytest.raises(ValueError, match="no window"):
        getattr(ops, name)(image, 5)
