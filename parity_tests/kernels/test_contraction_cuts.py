"""Where sums over an inner dimension are cut, and how the shards are added up."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels.rounding import contraction_cuts
from parity_tests.drawing import seeds, values

lengths = st.integers(1, 150)


@given(lengths, lengths, st.integers(1, 3000), st.integers(1, 8), st.sampled_from([0.0, 10.75]))
def test_cuts_cover_the_inner_dimension(
    rows: int, columns: int, inner: int, threads: int, reading: float
) -> None:
    shards = contraction_cuts.contraction_cuts(rows, columns, inner, threads, reading)
    assert sum(sum(cuts) for cuts in shards) == inner
    assert all(cut > 0 for cuts in shards for cut in cuts)


@given(st.integers(1, 20), seeds)
def test_every_shard_is_added_once(count: int, seed: int) -> None:
    shards = [values(seed + i, (3, 4), grid=True) for i in range(count)]
    np.testing.assert_array_equal(contraction_cuts.sum_of_shards(shards), np.sum(shards, 0))
