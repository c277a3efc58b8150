"""Eigen's order of addition: every bit, over any axes, and where the order changes with size."""

import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import sums as eigen_reduce


@st.composite
def reductions(draw):
    rank = draw(st.integers(1, 4))
    largest = (300, 60, 20, 12)[rank - 1]
    shape = draw(st.lists(st.integers(1, largest), min_size=rank, max_size=rank))
    axes = draw(st.sets(st.integers(0, rank - 1), min_size=1))
    return tuple(shape), tuple(sorted(axes)), draw(st.integers(0, 2**32 - 1))


def normal(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@given(reductions(), st.booleans())
def test_sum_and_mean(case, keepdims):
    shape, axes, seed = case
    x = normal(shape, seed)
    for ours, theirs in (
        (eigen_reduce.sum, tf.reduce_sum),
        (eigen_reduce.mean, tf.reduce_mean),
    ):
        np.testing.assert_array_equal(ours(x, axes, keepdims), theirs(x, axes, keepdims).numpy())


@given(
    st.sampled_from([8192, 8193, 20_001, 65_536, 108_387, 108_388, 200_003, 600_000]),
    st.integers(0, 2**32 - 1),
)
def test_sum_of_many(size, seed):
    x = normal(size, seed)
    np.testing.assert_array_equal(eigen_reduce.sum(x), tf.reduce_sum(x).numpy())


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=3),
    st.integers(1, 140),
    st.integers(0, 2**32 - 1),
)
def test_bias_gradient(outer, channels, seed):
    dy = normal((*outer, channels), seed)
    theirs = tf.raw_ops.BiasAddGrad(out_backprop=dy).numpy()
    np.testing.assert_array_equal(eigen_reduce.bias_gradient(dy), theirs)


@given(st.sampled_from([(3100, 40), (3120, 40), (30_000, 7), (2000, 62), (1000, 130)]))
def test_bias_gradient_of_many(shape):
    dy = normal(shape, 0)
    theirs = tf.raw_ops.BiasAddGrad(out_backprop=dy).numpy()
    np.testing.assert_array_equal(eigen_reduce.bias_gradient(dy), theirs)
