"""The kernels of pooling and repetition against their references, to the bit."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras import config
from minikeras.kernels import pool
from minikeras.ops.primitives.pool import max_window, spread_to_winners, upsample

sides = st.integers(1, 9)
shapes = st.tuples(st.integers(1, 5), sides, sides, st.integers(1, 40))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(shapes, st.tuples(sides, sides), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_kernels_agree(dtype: str, shape: Any, size: Any, stride: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-4, 5, shape).astype(dtype) / 4  # ties are common
    x[rng.random(shape) < 0.02] = np.nan
    how = {"size": tuple(map(min, size, shape[1:3])), "strides": (stride, stride)}
    sizes = (stride, size[0])
    y, larger = max_window.forward(x, **how), upsample.forward(x, sizes=sizes)
    dy, dlarger = (rng.integers(-9, 9, a.shape).astype(dtype) for a in (y, larger))
    with np.errstate(all="ignore"):
        pairs = {
            "maximum": (pool.max_window(x, **how), y),
            "to winners": (
                pool.spread_to_winners(dy, x, **how),
                spread_to_winners.forward(dy, x, **how),
            ),
            "repeated": (pool.upsample(x, sizes=sizes), larger),
            "summed": (
                pool.upsample_vjp(dlarger, larger, x, sizes=sizes),
                upsample.vjp_rule(dlarger, larger, x, sizes=sizes),
            ),
        }
    for what, (mine, theirs) in pairs.items():
        np.testing.assert_array_equal(mine, theirs, what)


def test_any_number_of_threads_gives_the_same_bits() -> None:
    x = np.random.default_rng(0).standard_normal((32, 16, 16, 32), np.float32)
    how: Any = {"size": (2, 2), "strides": (2, 2)}
    results = []
    for threads in (1, 2, 3):
        config.set_threads(threads)
        y = pool.max_window(x, **how)
        results.append(pool.spread_to_winners(y, x, **how))
    config.set_threads(None)
    for other in results[1:]:
        np.testing.assert_array_equal(results[0], other)
