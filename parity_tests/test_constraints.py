"""Constraints: value and config."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minikeras.constraints as ours
from minikeras.autograd import Tensor, Variable
from parity_tests.drawing import seeds, values

theirs = keras.constraints

axes = st.sampled_from([0, 1, -1, [0, 1]])
sizes = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3])
CONFIGS = {
    "NonNeg": st.just({}),
    "UnitNorm": st.fixed_dictionaries({}, optional={"axis": axes}),
    "MaxNorm": st.fixed_dictionaries({}, optional={"max_value": sizes, "axis": axes}),
    "MinMaxNorm": st.fixed_dictionaries(
        {},
        optional={
            "min_value": st.sampled_from([0.0, 0.5]),
            "max_value": sizes.filter(lambda size: size >= 0.5),
            "rate": st.sampled_from([0.0, 0.3, 1.0]),
            "axis": axes,
        },
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(data=st.data())
def test_value_and_config(name, dtype, data):
    config = data.draw(CONFIGS[name])
    shape = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=3))
    w = values(data.draw(seeds), shape, grid=True, dtype=dtype)  # norms may vanish
    a, b = getattr(ours, name)(**config), getattr(theirs, name)(**config)
    assert ours.serialize(a) == theirs.serialize(b)
    assert ours.get(ours.serialize(a)).get_config() == b.get_config()
    expected = b(tf.constant(w)).numpy()
    for result in (a(Tensor(w)), a(Variable(w))):
        assert result.dtype == expected.dtype
        # squares of quarters add exactly: what remains are √, /, + and · in the same order
        np.testing.assert_array_max_ulp(np.asarray(result), expected, maxulp=1)


@pytest.mark.parametrize("name", ["max_norm", "min_max_norm", "non_neg", "unit_norm", "MaxNorm"])
def test_get(name):
    assert ours.get(name).get_config() == theirs.get(name).get_config()
    assert getattr(ours, name) is type(ours.get(name))


def test_get_refuses():
    assert ours.get(None) is theirs.get(None) is None
    for package in (ours, theirs):
        for identifier in ("nothing", 3):
            with pytest.raises(ValueError):
                package.get(identifier)
