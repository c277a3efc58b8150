"""Tables of windows, and margins, against NumPy's own."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras.kernels import windows
from minikeras.windows import counts
from parity_tests.drawing import seeds, small, values


@pytest.mark.parametrize("rank", [1, 2, 3])
@given(st.data(), small, small)
def test_tables_point_at_the_cells_of_each_window(
    rank: int, data: Any, batch: int, channels: int
) -> None:
    size, strides, dilation, more = (
        tuple(data.draw(st.integers(low, 3)) for _ in range(rank)) for low in (1, 1, 1, 0)
    )
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation)]
    space = tuple(r + m for r, m in zip(reach, more))
    x = np.arange(batch * np.prod(space) * channels).reshape(batch, *space, channels)
    every = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(range(1, rank + 1)))
    every = np.moveaxis(every, rank + 1, -1)  # (N, *out, *reach, C)
    steps = [slice(None), *(slice(None, None, s) for s in strides)]
    every = every[(*steps, *(slice(None, None, d) for d in dilation))]
    out = every.shape[1 : rank + 1]
    assert out == counts(space, size, strides, dilation)
    starts, offsets = windows.tables(x.shape, size, out, strides, dilation)
    found = x.reshape(-1)[np.add.outer(starts, offsets)]
    np.testing.assert_array_equal(found, every.reshape(found.shape))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(st.data(), st.integers(1, 3), seeds)
def test_margins(dtype: str, data: Any, rank: int, seed: int) -> None:
    margins = tuple(data.draw(st.tuples(*[st.integers(0, 3)] * 2)) for _ in range(rank))
    space = tuple(data.draw(st.integers(1, 4)) for _ in range(rank))
    x = values(seed, (data.draw(small), *space, data.draw(small)), dtype=dtype)
    wanted = np.pad(x, ((0, 0), *margins, (0, 0)))
    found = windows.flat_with_margins(x, margins)
    np.testing.assert_array_equal(found, wanted.reshape(-1))


@given(st.lists(st.tuples(small, st.integers(1, 5)), min_size=1, max_size=3), seeds)
def test_parts_join(axes: Any, seed: int) -> None:
    dilation, space = zip(*axes)
    x = values(seed, (2, *space, 3))
    parts = windows.split(x, dilation, ())
    first = x[(slice(None), *(slice(None, None, d) for d in dilation))]
    np.testing.assert_array_equal(parts[:2], first)
    np.testing.assert_array_equal(windows.joined(parts, dilation, space), x)
