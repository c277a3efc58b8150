"""gelu: every bit of value and gradient, by itself and as a function's graph is rewritten."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import gelu

KERNELS = {  # by whether it is approximated: from x; from dy and x
    False: (lambda x, rewritten: gelu.gelu(x), gelu.gelu_gradient),
    True: (gelu.gelu_by_tanh, gelu.gelu_by_tanh_gradient),
}


def theirs(approximate):
    def value_and_gradient(x, dy):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.activations.gelu(x, approximate)
        return y, tape.gradient(y, x, output_gradients=dy)

    return value_and_gradient


def assert_equal(x, dy, approximate, function, rewritten):
    y, dx = function(tf.constant(x), tf.constant(dy))
    forward, gradient = KERNELS[approximate]
    np.testing.assert_array_equal(forward(x, rewritten), y)
    np.testing.assert_array_equal(gradient(dy, x, rewritten), dx)


@given(
    st.integers(1, 70),
    st.integers(1, 500),
    st.floats(0.1, 8),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_bits(rows, columns, scale, approximate, seed):
    rng = np.random.default_rng(seed)
    # Further out are numbers that TensorFlow flushes to zero.
    x = np.clip(rng.standard_normal((rows, columns)) * scale, -8, 8).astype(np.float32)
    dy = rng.standard_normal(x.shape).astype(np.float32)
    assert_equal(x, dy, approximate, theirs(approximate), rewritten=False)


@pytest.mark.parametrize("approximate", KERNELS)
def test_rewritten(approximate):
    compiled = tf.function(theirs(approximate), input_signature=[tf.TensorSpec([None, None])] * 2)
    for size in 1, 8, 99, 20_003:
        x = np.random.default_rng(size).standard_normal((1, size)).astype(np.float32)
        assert_equal(x, x[:, ::-1], approximate, compiled, rewritten=True)
