"""The softmax family: every bit of values, losses and gradients."""

import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import softmax as eigen_softmax

cases = st.tuples(
    st.integers(1, 70),
    st.one_of(st.integers(1, 40), st.integers(41, 1000)),
    st.sampled_from([0.1, 1.0, 5.0, 40.0]),
    st.integers(0, 2**32 - 1),
)


def drawn(case):
    rows, classes, scale, seed = case
    generator = np.random.default_rng(seed)
    logits = (generator.standard_normal((rows, classes)) * scale).astype(np.float32)
    return logits, generator.integers(0, classes, rows), generator.random(logits.shape, np.float32)


def slope(labels, x, dy=1):
    rule = eigen_softmax.sparse_crossentropy_vjp
    rule = rule if labels.ndim == 1 else eigen_softmax.crossentropy_vjp
    return rule(np.full(len(x), dy, np.float32), labels, x)


@given(cases)
def test_softmax(case):
    x, _, _ = drawn(case)
    np.testing.assert_array_equal(eigen_softmax.softmax(x), tf.nn.softmax(x).numpy())
    np.testing.assert_array_equal(eigen_softmax.log_softmax(x), tf.nn.log_softmax(x).numpy())


@given(cases)
def test_sparse_crossentropy(case):
    x, labels, _ = drawn(case)
    theirs = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=labels)
    loss, dx = eigen_softmax.sparse_crossentropy(labels, x), slope(labels, x)
    np.testing.assert_array_equal(loss, theirs[0].numpy())
    np.testing.assert_array_equal(dx, theirs[1].numpy())
    np.testing.assert_array_equal(slope(labels, x, 0.3), np.float32(0.3) * dx)
    assert eigen_softmax.sparse_crossentropy(labels + x.shape[1], x) is None


@given(cases, st.booleans())
def test_crossentropy(case, onehot):
    x, labels, shares = drawn(case)
    if onehot:
        shares = np.eye(x.shape[1], dtype=np.float32)[labels]
    theirs = tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=shares)
    np.testing.assert_array_equal(eigen_softmax.crossentropy(shares, x), theirs[0].numpy())
    np.testing.assert_array_equal(slope(shares, x), theirs[1].numpy())
    np.testing.assert_array_equal(slope(shares, x, 0.3), np.float32(0.3) * slope(shares, x))
