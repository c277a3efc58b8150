import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras import ops
from parity_tests.checks.op import check
from parity_tests.drawing import axes, few, matrices, reals, seeds, values

FOLDS = [
    "sum",
    "mean",
    "prod",
    "max",
    "min",
    "amax",
    "amin",
    "std",
    "var",
    "all",
    "any",
    "logsumexp",
    "ptp",
]


@pytest.mark.parametrize("name", FOLDS)
@few
@given(st.data(), st.booleans())
def test_fold(name, data, keepdims):
    x = data.draw(reals(matrices))
    if name == "std":  # equal elements have no gradient, on either side
        x = values(data.draw(seeds), (*x.shape[:2], 5), dtype=x.dtype)
    axis = data.draw(axes(3)) if name != "std" else -1
    check(name, x, axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@given(st.data(), st.booleans())
def test_argument(name, data, keepdims):
    x = data.draw(reals(matrices))
    check(name, x, axis=data.draw(st.sampled_from([None, 0, 1, -1])), keepdims=keepdims)


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@given(reals(matrices), st.sampled_from([None, 0, 1, -1]))
def test_running(name, x, axis):
    check(name, x, axis=axis)


@given(
    st.data(), reals(matrices, domain=(0.1, 2)), st.sampled_from([None, 1, 2, 3, 0, float("inf")])
)
def test_vector_norm(data, x, order):
    check("norm", x, ord=order, axis=data.draw(st.integers(-3, 2)))


@given(
    reals(matrices, domain=(0.1, 2)), st.sampled_from(["fro", 1, -1, float("inf"), float("-inf")])
)
def test_matrix_norm(x, order):
    check("norm", x, ord=order, axis=(0, 2), keepdims=True)
    check("norm", x, ord=order, axis=(2, 1))


@given(reals(matrices), st.sampled_from([None, 0, -1]))
def test_count_nonzero(x, axis):
    check("count_nonzero", x, axis=axis)


@given(st.data(), reals(matrices))
def test_average(data, x):
    axis = data.draw(st.integers(0, 2))
    check("average", x, axis=axis)
    check("average", x, axis=axis, weights=values(1, (x.shape[axis],), (0.1, 1), dtype=x.dtype))


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "midpoint", "nearest"])
@given(reals(matrices), st.sampled_from([None, 1, (0, 2)]))
@few
def test_quantile(method, x, axis):
    check("quantile", x, q=[0.1, 0.6], axis=axis, method=method)
    check("median", x, axis=axis)


@pytest.mark.parametrize("name", ["max", "min"])
@given(
    st.sampled_from([(2, 9, 15, 3), (1, 64, 3), (3, 70, 1, 2), (130, 15), (2, 3, 128, 16)]), seeds
)
def test_extremes_of_long_axes_before_a_short_one(name, shape, seed):
    """Such as those of the channels of images."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape).astype("float32")
    x[rng.random(shape) < 0.01] = rng.choice([np.nan, np.inf, -np.inf])
    x = x[:, ::-1] if rng.integers(2) else x
    for axis in (0, 1, -2, (0, 1), (1, 0), tuple(range(1, len(shape) - 1)), None):
        for keepdims in False, True:
            found = getattr(ops, name)(x, axis=axis, keepdims=keepdims).numpy()
            expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
            assert found.dtype == expected.dtype and found.shape == expected.shape
            np.testing.assert_array_equal(found, expected)
