"""What the property tests draw.

Hypothesis chooses shapes and configurations, which shrink well; values come from a seeded
generator, which is fast.
"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def tensors(
    draw: Any,
    rank: tuple[int, int] = (1, 4),
    shape: Any = None,
    grid: bool | None = None,
    dtype: str = "float32",
) -> Any:
    """An array in [-2, 2].

    On the grid of quarters zeros and ties are common, and small sums and products are exact in
    float32; off it, values are generic.  By default both are drawn.
    """
    if shape is None:
        shape = draw(st.lists(sizes, min_size=rank[0], max_size=rank[1]))
    rng = np.random.default_rng(draw(seeds))
    on_grid = draw(st.booleans()) if grid is None else grid
    values = rng.integers(-8, 9, shape) / 4 if on_grid else rng.uniform(-2, 2, shape)
    return values.astype(dtype)


def options(**optional: Any) -> Any:
    """A configuration in which each entry may be missing: the defaults are drawn, too."""
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def masks(draw: Any, shape: Any) -> Any:
    """Booleans, three quarters of them true."""
    return np.random.default_rng(draw(seeds)).random(shape) < 0.75
