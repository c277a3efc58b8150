"""gelu: every bit of value and gradient, by itself and as a function's graph is rewritten."""

import keras
import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding.gelu import gelu, gelu_gradient


def theirs(x, dy):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.activations.gelu(x)
    return y, tape.gradient(y, x, output_gradients=dy)


@given(st.integers(1, 70), st.integers(1, 500), st.floats(0.1, 8), st.integers(0, 2**32))
def test_bits(rows, columns, scale, seed):
    rng = np.random.default_rng(seed)
    # Further out are numbers that TensorFlow flushes to zero.
    x = np.clip(rng.standard_normal((rows, columns)) * scale, -8, 8).astype(np.float32)
    dy = rng.standard_normal(x.shape).astype(np.float32)
    y, dx = theirs(tf.constant(x), tf.constant(dy))
    np.testing.assert_array_equal(gelu(x), y)
    np.testing.assert_array_equal(gelu_gradient(dy, x, rewritten=False), dx)


def test_rewritten():
    compiled = tf.function(theirs, input_signature=[tf.TensorSpec([None, None])] * 2)
    for size in 1, 8, 99, 20_003:
        x = np.random.default_rng(size).standard_normal((1, size)).astype(np.float32)
        y, dx = compiled(x, x[:, ::-1].copy())
        np.testing.assert_array_equal(gelu(x), y)
        np.testing.assert_array_equal(gelu_gradient(x[:, ::-1], x, rewritten=True), dx)
