"""The order of sums in Eigen's own matrix product.

A term 2⁶⁰ and its negative swallow the ones that are added to the same sum between them.
"""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from minikeras.kernels.rounding import unfused
from parity_tests.drawing import seeds, small, values


def product(a: np.ndarray, w: np.ndarray) -> np.ndarray:
    y = np.empty((len(a), w.shape[1]), w.dtype)
    unfused.unfused_rows(a.reshape(-1), 0, len(a), len(a), w, y)
    return y


@given(st.integers(1, 9), st.integers(1, 25), st.integers(1, 40), seeds)
def test_product(rows: int, inner: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, w = values(rng, (rows, inner), grid=True), values(rng, (inner, columns), grid=True)
    np.testing.assert_array_equal(product(a, w), a @ w)


@given(small)
def test_order(more: int) -> None:
    """Ones left of 18, where the large terms stand at k and k + 1, k + 2, k + 8."""
    for distance, left in (1, (16, 2, 0)), (2, (15, 16, 14)), (8, (9, 13, 16)):
        a = np.ones((4, 18), np.float32)
        a[:, 0], a[:, distance] = 2.0**60, -(2.0**60)
        y = product(a, np.ones((18, 16 + 4 + more), np.float32))
        assert {tuple(row) for row in y[:, [0, 16, 20]]} == {left}
