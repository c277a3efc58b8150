import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels import lookup as rows
from minikeras.ops.primitives import indexing


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 300)),
    st.sampled_from([(), (1,), (5,), (16,), (64,), (3, 11)]),
    st.sampled_from(["float32", "float64"]),
    st.sampled_from(["int32", "int64"]),
    st.integers(0, 2**32 - 1),
)
def test_added_rows(sizes, rest, dtype, kind, seed):
    random, (size, count) = np.random.default_rng(seed), sizes
    numbers = random.integers(-size, size, (count, 2)).astype(kind)
    x = random.standard_normal((count, 1, *rest)).astype(dtype)
    x = np.broadcast_to(x, (count, 2, *rest))
    theirs = indexing._add_at.forward(x, numbers, axis=0, size=size)
    assert rows._add_at(x, numbers, axis=0, size=size).tobytes() == theirs.tobytes()
    with pytest.raises(IndexError, match="out of bounds"):
        rows._add_at(x, numbers + 2 * size, axis=0, size=size)


@given(
    st.integers(1, 40),
    st.sampled_from([(), (1,), (700,)]),
    st.sampled_from([(), (1,), (64,), (3, 11)]),
    st.sampled_from(["float32", "float64"]),
    st.integers(0, 2**32 - 1),
)
def test_taken_rows(size, count, rest, dtype, seed):
    random = np.random.default_rng(seed)
    numbers = random.integers(-size, size, count).astype("int32")
    x = random.standard_normal((size, *rest)).astype(dtype)
    y = rows._take(x, np.asarray(numbers), axis=0)
    assert y.shape == (*count, *rest) and y.tobytes() == np.take(x, numbers, 0).tobytes()
    with pytest.raises(IndexError, match="out of bounds"):
        rows._take(x, np.asarray(numbers + 2 * size), axis=0)
