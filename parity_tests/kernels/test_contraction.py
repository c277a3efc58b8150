"""Products with indexed reads.  Multiples of a quarter add up exactly in any order."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras import config
from minikeras.kernels.rounding import contraction
from parity_tests.drawing import seeds, values

lengths = st.sampled_from([1, 2, 5, 6, 7, 12, 13, 31, 32, 33, 65])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(lengths, lengths, st.sampled_from([1, 3, 48, 300]), st.integers(1, 3), seeds)
def test_indexed_matmul(
    dtype: str, rows: int, filters: int, inner: int, step: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = values(rng, 2 * inner + step * rows, grid=True, dtype=dtype)
    w = values(rng, (inner, filters), grid=True, dtype=dtype)
    starts, offsets = step * np.arange(rows), np.sort(rng.integers(0, 2 * inner, inner))
    wanted = x[np.add.outer(starts, offsets)] @ w
    np.testing.assert_array_equal(contraction.indexed_matmul(x, starts, offsets, w), wanted)


def test_a_large_right_factor_is_packed_and_shared() -> None:
    """Several panels and blocks, segments that exceed the cache, any number of threads."""
    x, w = values(0, 90 * 700, grid=True), values(1, (700, 400), grid=True)
    wanted = x.reshape(90, 700) @ w
    for threads in (1, 2, 3):
        config.set_threads(threads)
        found = contraction.indexed_matmul(x, 700 * np.arange(90), np.arange(700), w)
        np.testing.assert_array_equal(found, wanted)
    config.set_threads(None)


@given(st.sampled_from([(3, 5), (128, 128), (129, 200)]), seeds)
def test_transposed(shape: tuple[int, int], seed: int) -> None:
    x = values(seed, shape)
    found = contraction.transposed(x)
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, x.T)
