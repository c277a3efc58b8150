"""Normalization by the moments of the batch: the shared kernel against the formula."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras import config
from minikeras.kernels import normalization
from minikeras.ops.primitives.normalization import batch_normalize
from parity_tests.checks.compare import assert_close

shapes = st.tuples(st.integers(1, 4), st.integers(1, 90), st.integers(1, 150))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(shapes, st.integers(0, 2**32 - 1))
def test_batch_normalize(dtype: str, shape: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, dy = (rng.normal(3, 2, shape).astype(dtype) for _ in range(2))
    gamma, beta, dm, dv = (rng.normal(1, 1, shape[-1]).astype(dtype) for _ in range(4))
    factors = x, gamma, beta
    y = batch_normalize.forward(*factors, epsilon=0.1)
    dxs = batch_normalize.vjp_rule((dy, dm, dv), y, *factors, epsilon=0.1)
    results = []
    for threads in (1, 2, 3):
        config.set_threads(threads)
        mine = normalization.batch_normalize(*factors, epsilon=0.1)
        dmine = normalization.batch_normalize_vjp((dy, dm, dv), mine, *factors, epsilon=0.1)
        results.append([*mine, *dmine])
    config.set_threads(None)
    # What is added up, at its largest: x, or dy, times what normalizes it, and the sums over rows.
    factor = np.max(np.abs(gamma) / np.sqrt(y[2] + 0.1))
    most, sums = np.abs(x).max(), np.abs(dy).sum((0, 1)).max() * np.abs(x - y[1]).max() * factor
    scales = {
        "y": most * factor,
        "m": most,
        "v": most**2,
        "dx": np.abs(dy).max() * factor + np.abs(dv).max() * most,
        "dgamma": max(sums, 1),
        "dbeta": np.abs(dy).sum((0, 1)).max(),
    }
    for (name, scale), *mine, theirs in zip(scales.items(), *results, [*y, *dxs]):
        for other in mine[1:]:
            np.testing.assert_array_equal(mine[0], other, name)
        assert_close(mine[0], theirs, name, scale=scale)
