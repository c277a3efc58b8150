"""Error functions and powers: every bit, on values of every size and at every length."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import special
from parity_tests.kernels.test_elementwise import bits

OF_ERROR = {"erf": tf.math.erf, "erfc": tf.math.erfc}


@pytest.mark.parametrize("name", OF_ERROR)
@given(st.integers(0, 3000), st.sampled_from([1e-6, 0.5, 1.0, 3.0, 10.0]), st.integers(0, 2**32))
def test_error_functions(name, size, scale, seed):
    x = (np.random.default_rng(seed).standard_normal(size) * scale).astype(np.float32)
    np.testing.assert_array_equal(bits(getattr(special, name)(x)), bits(OF_ERROR[name](x)))


EXPONENTS = [-40.5, -3, -2, -1, -0.5, -0.3, 0, 0.1, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 30]


@given(
    st.integers(1, 40),
    st.sampled_from([1e-3, 0.5, 1.0, 3.0, 100.0]),
    st.sampled_from([*EXPONENTS, None]),
    st.integers(0, 2**32),
)
def test_power(rows, scale, exponent, seed):
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal((rows, 7)) * scale).astype(np.float32)
    y = np.float32(rng.standard_normal((rows, 1)) * 4 if exponent is None else exponent)
    np.testing.assert_array_equal(bits(special.power(x, y)), bits(tf.pow(x, y)))


def test_edges_of_special_functions():
    edges = np.float32([0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 7, 11])
    edges = np.append(edges, np.float32([-11, 9.2, 9.35, 1e9, -1e9, 1e10, -1e10, 1e-30, 1e30]))
    for name, theirs in OF_ERROR.items():
        for copies in 8, 1:
            for x in np.repeat(edges[:, None], copies, 1):
                np.testing.assert_array_equal(bits(getattr(special, name)(x)), bits(theirs(x)))
    x, y = (np.repeat(a.ravel(), 8) for a in np.meshgrid(edges, edges))
    np.testing.assert_array_equal(bits(special.power(x, y)), bits(tf.pow(x, y)))
