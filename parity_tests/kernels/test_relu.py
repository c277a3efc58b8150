"""relu and its gradient against the reference, to the bit, below and above the size of a part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras.autograd.primitive import registry
from minikeras.kernels import relu
from parity_tests.drawing import seeds, values


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(st.sampled_from([(1,), (3, 5), (16_383,), (16_385,), (3, 13_001)]), seeds)
def test_value_and_gradient(dtype: str, shape: tuple[int, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, dy = (values(rng, shape, grid=True, dtype=dtype) for _ in range(2))  # zeros are common
    x[rng.random(shape) < 0.01] = np.nan
    reference = registry["relu"]
    y = relu.relu(x)
    np.testing.assert_array_equal(y, reference.forward(x))
    np.testing.assert_array_equal(relu.relu_vjp(dy, y, x), np.where(y > 0, dy, 0))
