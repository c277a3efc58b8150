"""Matrix products: every bit, for every way in which the factors can be stored."""

import numpy as np
import tensorflow as tf
from hypothesis import assume, given
from hypothesis import strategies as st

from minikeras.kernels.rounding import matmul as eigen_matmul
from minikeras.kernels.rounding.packets import HAS_AVX512

sizes = st.one_of(st.sampled_from([1, 2, 3, 4, 8, 10, 16, 24, 32, 64]), st.integers(1, 150))
inner = st.one_of(st.integers(1, 100), st.integers(100, 3000))
seeds = st.integers(0, 2**32 - 1)


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def assert_same(ours, theirs, a, b):
    """Every bit; without AVX-512 oneDNN runs several chains at the edges of its blocks."""
    if HAS_AVX512:
        np.testing.assert_array_equal(ours, theirs)
    else:
        scale = np.finfo(np.float32).eps * (np.abs(a) @ np.abs(b))
        assert np.all(np.abs(ours - theirs) <= a.shape[1] * scale)


@given(sizes, inner, sizes, st.booleans(), st.booleans(), seeds)
def test_bits(rows, k, columns, turn_a, turn_b, seed):
    # A block of one column or row is oneDNN's to multiply in another order: see the module.
    assume(columns < 48 or columns % 48 != 1)
    assume(rows < 24 or rows % 24 != 1 or k <= 384)
    assume(rows > 1 or columns > 1 or not turn_b)
    a = normal(seed, k, rows) if turn_a else normal(seed, rows, k)
    b = normal(seed + 1, columns, k) if turn_b else normal(seed + 1, k, columns)
    theirs = tf.matmul(a, b, transpose_a=turn_a, transpose_b=turn_b).numpy()
    a, b = a.T if turn_a else a, b.T if turn_b else b
    assert_same(eigen_matmul.matmul(a, b), theirs, a, b)


@given(st.sampled_from([1, 2, 7, 16, 29, 32]), st.integers(1, 100), st.integers(2, 130), seeds)
def test_dense(rows, features, units, seed):
    """The three products of a dense layer and its gradient, as TensorFlow's tape asks for them."""
    assume(units < 48 or units % 48 != 1)
    assume(features < 48 or features % 48 != 1)
    x, w = normal(seed, rows, features), normal(seed + 1, features, units)
    dy = normal(seed + 2, rows, units)
    with tf.GradientTape() as tape:
        tensors = tf.constant(x), tf.constant(w)
        tape.watch(tensors)
        y = tf.matmul(*tensors)
    dx, dw = tape.gradient(y, tensors, tf.constant(dy))
    products = [(x, w, y), (x.T, dy, dw)]
    if rows > 1 or features > 1:
        products.append((dy, w.T, dx))
    for a, b, theirs in products:
        assert_same(eigen_matmul.matmul(a, b), theirs.numpy(), a, b)
