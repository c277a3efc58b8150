"""Regularizers: value, gradient and config."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras.regularizers as ours
from minikeras import tf_function
from minikeras.autograd import GradientTape, Tensor
from parity_tests.drawing import seeds, values

theirs = keras.regularizers

# Not below 1e-30: TensorFlow flushes what is smaller than the smallest normal number to zero.
factors = st.sampled_from([0.0, 0.01, 0.1, 1.0, 3]) | st.floats(1e-30, 10)
CONFIGS = {
    "L1": st.fixed_dictionaries({}, optional={"l1": factors}),
    "L2": st.fixed_dictionaries({}, optional={"l2": factors}),
    "L1L2": st.fixed_dictionaries({}, optional={"l1": factors, "l2": factors}),
    "OrthogonalRegularizer": st.fixed_dictionaries(
        {}, optional={"factor": factors.map(float), "mode": st.sampled_from(["rows", "columns"])}
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(data=st.data())
def test_value_gradient_config(name, dtype, data):
    if name == "OrthogonalRegularizer":
        dtype = "float32"  # Keras fails for other types, and for an int as factor
    config = data.draw(CONFIGS[name])
    shape = data.draw(st.tuples(st.integers(2, 6), st.integers(2, 6)))
    x = values(data.draw(seeds), shape, grid=True, dtype=dtype)  # zeros are common
    a, b = getattr(ours, name)(**config), getattr(theirs, name)(**config)
    assert ours.serialize(a) == theirs.serialize(b)
    assert ours.get(ours.serialize(a)).get_config() == b.get_config()
    mine, yours = Tensor(x), tf.constant(x)
    with np.errstate(all="ignore"), GradientTape() as tape, tf.GradientTape() as tf_tape:
        tape.watch(mine)
        tf_tape.watch(yours)
        p, q = a(mine), b(yours)
    assert p.dtype == q.dtype.as_numpy_dtype and p.shape == q.shape
    # a sum of n terms of one sign: n/2 roundings at most, in another order
    rtol = x.size * np.finfo(dtype).eps
    np.testing.assert_allclose(np.asarray(p), q.numpy(), rtol=rtol)
    dq = tf_tape.gradient(q, yours)
    if dq is not None:
        with np.errstate(all="ignore"):  # a row of zeros has no direction: nan in both
            dp = np.asarray(tape.gradient(p, mine))
        scale = np.nanmax(np.abs(dq.numpy()), initial=1e-3)
        np.testing.assert_allclose(dp, dq.numpy(), rtol=rtol, atol=rtol * scale)


@settings(max_examples=20)
@given(st.sampled_from([0.01, 0.1, 0.3]), st.integers(2, 9), st.integers(2, 9), seeds)
def test_orthogonal_in_functions(factor, rows, columns, seed):
    """Every bit: the constants are multiplied with each other first."""
    x = values(seed, (rows, columns), dtype="float32")
    with tf_function.inside(), np.errstate(all="ignore"):
        value = ours.OrthogonalRegularizer(factor)(Tensor(x))
    expected = tf.function(theirs.OrthogonalRegularizer(factor))(tf.constant(x))
    np.testing.assert_array_equal(np.asarray(value), expected.numpy())


@pytest.mark.parametrize("identifier", ["l1", "l2", "L1", "L2", "L1L2", "orthogonal_regularizer"])
def test_get(identifier):
    assert ours.get(identifier).get_config() == theirs.get(identifier).get_config()


def test_get_refuses():
    assert ours.get(None) is theirs.get(None) is None
    for package in (ours, theirs):
        for identifier in ("l1_l2", "nothing", 3):
            with pytest.raises(ValueError):
                package.get(identifier)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "0.1"])
def test_errors(value):
    for package in (ours, theirs):
        for name, key in [("L1", "l1"), ("L2", "l2"), ("L1L2", "l1"), ("L1L2", "l2")]:
            with pytest.raises(ValueError):
                getattr(package, name)(**{key: value})
        with pytest.raises(ValueError):
            package.OrthogonalRegularizer(value)
        with pytest.raises(ValueError):
            package.OrthogonalRegularizer(0.1, mode="diagonal")


def test_orthogonal_wants_a_matrix():
    x = np.ones((2, 3, 4), "float32")
    for package, tensor in ((ours, Tensor(x)), (theirs, tf.constant(x))):
        with pytest.raises(ValueError):
            package.OrthogonalRegularizer()(tensor)


def test_any_function_will_do():
    assert ours.get(abs) is abs
