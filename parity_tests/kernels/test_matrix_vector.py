"""Convolutions with one filter.  Multiples of a quarter add up exactly in any order."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras.kernels.rounding import matrix_vector
from parity_tests.drawing import seeds, values


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    st.sampled_from([1, 7, 8, 9, 20, 300]),
    st.sampled_from([1, 2, 5, 15, 16, 31, 400]),
    st.booleans(),
    seeds,
)
def test_product(dtype: str, rows: int, inner: int, neighbours: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = values(rng, 2 * inner + 3 * rows + 8, grid=True, dtype=dtype)
    w = values(rng, inner, grid=True, dtype=dtype)
    starts = np.arange(rows) * (1 if neighbours else 3)
    offsets = np.arange(inner) if neighbours else np.sort(rng.integers(0, 2 * inner, inner))
    wanted = x[np.add.outer(starts, offsets)] @ w
    half = inner // 2
    shards = [((inner,),), *([((half, inner - half),), ((half,), (inner - half,))] if half else [])]
    for cuts in shards:
        found = matrix_vector.indexed_matvec(x, starts, offsets, w, cuts)
        np.testing.assert_array_equal(found, wanted)


@given(st.integers(1, 20), st.sampled_from([1, 7, 300]), st.integers(1, 40), seeds)
def test_dots(rows: int, columns: int, inner: int, seed: int) -> None:
    a, b = (values(seed, (n, inner), grid=True) for n in (rows, columns))
    np.testing.assert_array_equal(matrix_vector.dots(a, b), a @ b.T)
