import keras
import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from minikeras import config, ops


@given(
    st.integers(1, 47),
    st.integers(0, 60) | st.integers(60, 1000),
    st.sampled_from(["float32", "float64"]),
    st.integers(0, 2**32 - 1),
)
@example(32, 96, "float32", 0)
@example(47, 141, "float32", 0)
@example(1, 0, "float64", 0)
def test_bits(columns, more, dtype, seed):
    x = np.random.default_rng(seed).normal(size=(columns + more, columns)).astype(dtype)
    x[:, : seed % 2] = np.eye(len(x), dtype=dtype)[:, : seed % 2]  # a column that needs nothing
    ours, theirs = ops.qr(x), keras.ops.qr(x)
    for a, b in zip(ours, theirs):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    with config.use_kernels("reference"):
        for a, b in zip(ops.qr(x), theirs):
            scale = 100 * np.linalg.cond(x) * np.finfo(dtype).eps
            np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=0, atol=scale * 40)
