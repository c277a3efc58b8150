"""Eigen's elementwise functions: every bit, on values of every size and at every length."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import elementwise as eigen_math

THEIRS = {
    "exp": tf.exp,
    "log": tf.math.log,
    "log1p": tf.math.log1p,
    "expm1": tf.math.expm1,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "softplus": tf.math.softplus,
    "reciprocal": tf.math.reciprocal,
    "rsqrt": tf.math.rsqrt,
}
NON_NEGATIVE = {"log", "log1p", "rsqrt"}


def bits(x):
    """Bit patterns, every nan alike."""
    x = np.asarray(x, np.float32)
    return np.where(np.isnan(x), np.float32(np.nan), x).view(np.int32)


@pytest.mark.parametrize("name", THEIRS)
@given(
    size=st.integers(0, 300),
    scale=st.sampled_from([1e-6, 1e-2, 1.0, 5.0, 60.0, 1e6]),
    seed=st.integers(0, 2**32 - 1),
)
def test_bits(name, size, scale, seed):
    x = (np.random.default_rng(seed).standard_normal(size) * scale).astype(np.float32)
    if name in NON_NEGATIVE:
        x = np.abs(x)
    np.testing.assert_array_equal(
        bits(getattr(eigen_math, name)(x)), bits(THEIRS[name](x)), err_msg=name
    )


@pytest.mark.parametrize("name", THEIRS)
def test_edges(name):
    edges = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e30, -1e30, 1e-30]
    edges += [87.0, 88.0, 88.7, 88.8, 89.0, -87.0, -87.4, -88.0, -103.0, -105.0, 7.9, -7.95]
    edges += [13.9, 13.95, -13.9, -13.95, 16.63, 16.64]  # where softplus and the sigmoid end
    x = np.repeat(np.array(edges, np.float32), 8)  # packets; then each as the leftover of one
    np.testing.assert_array_equal(bits(getattr(eigen_math, name)(x)), bits(THEIRS[name](x)))
    for edge in np.array(edges, np.float32):
        x = np.full(9, edge)
        np.testing.assert_array_equal(bits(getattr(eigen_math, name)(x)), bits(THEIRS[name](x)))


def test_shape_is_kept():
    x = np.ones((3, 4, 5), np.float32).transpose(2, 0, 1)
    assert eigen_math.exp(x).shape == (5, 3, 4)
