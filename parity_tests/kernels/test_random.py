import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minikeras import config, philox
from minikeras.kernels import random as twin
from minikeras.random import distributions, draws, shuffling

words = st.integers(0, 2**32 - 1)


@given(st.tuples(words, words), st.tuples(words, words), st.lists(st.integers(0, 2**64 - 1)), words)
def test_twin(key, high, numbers, start):
    stream = philox.Stream(key, high)
    for chosen in numbers, range(start, start + 300):
        blocks = []
        for kernels in "reference", "fast":
            with config.use_kernels(kernels):
                blocks.append(philox.blocks(stream, np.array(chosen, np.uint64)))
        assert np.array_equal(blocks[0], twin.blocks(stream, np.array(chosen, np.uint64)))
        assert np.array_equal(blocks[0], blocks[1])


@given(
    st.tuples(st.integers(0, 2**31), st.integers(0, 2**62)),
    st.sampled_from([(), (1,), (3, 5), (2, 2049), (33, 1000)]),
    st.sampled_from([0.1, 0.25, 0.5, 0.999999, 1e-9]) | st.floats(0, 1, exclude_max=True),
    st.sampled_from(["float32", "float64"]),
)
def test_dropout(seed, shape, rate, dtype):
    found = []
    for kernels in "reference", "fast":
        with config.use_kernels(kernels):
            mask = distributions.dropout_mask(seed, shape, rate, dtype)
            x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
            found.append((mask, draws.masked(x, mask, rate=rate).numpy()))
    assert np.array_equal(found[0][0], found[1][0])
    assert found[0][1].tobytes() == found[1][1].tobytes()


LIMITS = st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6)


@given(
    st.tuples(st.integers(0, 2**31), st.integers(0, 2**62)),
    st.sampled_from([(), (1,), (3, 5), (2, 2049), (33, 1000), (300, 301)]),
    LIMITS,
    LIMITS,
)
def test_uniform(seed, shape, low, high):
    with config.use_kernels("reference"):
        expected = distributions.uniform(seed, shape, low, high)
    assert np.array_equal(expected, twin.uniform(seed, shape, low, high))
    assert np.array_equal(expected, distributions.uniform(seed, shape, low, high))


@given(st.integers(0, 2**31 - 2), st.integers(1, 5000), st.integers(0, 9))
def test_permutation(seed, n, first):
    stream = shuffling._stream(seed)
    with config.use_kernels("reference"):
        order = shuffling.permutation(n, stream, first)
    assert np.array_equal(order, twin.permutation(n, stream, first))
