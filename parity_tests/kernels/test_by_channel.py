"""Scale and shift by channel, relu6 and sums with relu: the bits of the operations they replace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras.autograd.primitive import registry
from minikeras.kernels import by_channel
from parity_tests.drawing import seeds, values

floats = pytest.mark.parametrize("dtype", ["float32", "float64"])


def drawn(rng, shape, dtype):
    x = values(rng, shape, (-8, 8), grid=bool(rng.integers(2)), dtype=dtype)
    x[rng.random(shape) < 0.01] = rng.choice([np.nan, np.inf, -np.inf, -0.0])
    return x


def assert_same_bits(found, expected):
    assert found.dtype == expected.dtype and found.shape == expected.shape
    np.testing.assert_array_equal(found, expected)


@floats
@given(
    st.sampled_from([(1, 1), (5, 3), (1, 40_000), (3, 70, 80, 1), (2, 37, 41, 7), (9, 513, 32)]),
    seeds,
)
def test_scale_and_shift(dtype, shape, seed):
    rng = np.random.default_rng(seed)
    x, scale, shift = (drawn(rng, s, dtype) for s in (shape, shape[-1:], shape[-1:]))
    x = np.swapaxes(x, 0, 1).copy().swapaxes(0, 1)  # in another order in memory
    with np.errstate(all="ignore"):
        expected = np.add(np.multiply(x, scale), shift)
    assert_same_bits(by_channel.scale_and_shift(x, scale, shift), expected)
    for name in "relu", "relu6":
        found = getattr(by_channel, f"scale_and_shift_{name}")(x, scale, shift)
        assert_same_bits(found, registry[name].forward(expected))


@floats
@given(st.sampled_from([(1,), (16_384,), (3, 16_385), (2, 3, 5)]), seeds)
def test_relu_of_sum_and_relu6(dtype, shape, seed):
    rng = np.random.default_rng(seed)
    a, b = drawn(rng, shape, dtype), drawn(rng, shape, dtype)
    relu, relu6 = registry["relu"], registry["relu6"]
    with np.errstate(all="ignore"):
        assert_same_bits(by_channel.relu_of_sum(a, b), relu.forward(np.add(a, b)))
    y = by_channel.relu6(a)
    assert_same_bits(y, relu6.forward(a))
    dy = values(rng, shape, dtype=dtype)
    assert_same_bits(by_channel.relu6_vjp(dy, y, a), relu6.vjp_rule(dy, y, a))
