"""Eigen's sine and cosine: every bit, for arguments of every size and at every length."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import trigonometry

NAMES = ["sin", "cos"]
EDGES = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 1e-38, 3e37, -3.4e38]
EDGES += [18837.9, 18838.0, -18838.0, 25965.9, 25966.0, -25966.0]  # where large ones begin


def assert_same(name: str, x: np.ndarray) -> None:
    ours, theirs = getattr(trigonometry, name)(x), getattr(tf, name)(x).numpy()
    np.testing.assert_array_equal(ours, theirs)
    is_number = ~np.isnan(ours)  # every nan is alike
    np.testing.assert_array_equal(np.signbit(ours)[is_number], np.signbit(theirs)[is_number])


@pytest.mark.parametrize("name", NAMES)
@given(
    size=st.integers(0, 300),
    scale=st.sampled_from([1e-38, 1e-6, 1e-2, 1.0, 5.0, 60.0, 1e4, 1e6, 1e15, 1e30, 3e37]),
    seed=st.integers(0, 2**32 - 1),
)
def test_bits(name: str, size: int, scale: float, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal(size) * scale
    assert_same(name, x.astype(np.float32))


@pytest.mark.parametrize("name", NAMES)
def test_edges(name: str) -> None:
    edges = np.array(EDGES, np.float32)
    assert_same(name, edges.repeat(8))
    for edge in edges:  # a packet, then one by one
        assert_same(name, np.full(9, edge))
    assert getattr(trigonometry, name)(np.ones((3, 0, 2), np.float32)).shape == (3, 0, 2)
