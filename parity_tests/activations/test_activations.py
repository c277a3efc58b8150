import inspect

import keras
import numpy as np
import pytest
from hypothesis import given

from minikeras import activations, ops
from minikeras.autograd import Tensor
from parity_tests.checks.op import check_op
from parity_tests.drawing import few, reals

OPTIONS = {
    "relu": [
        {},
        {"max_value": 1.5},
        {"max_value": 1.1},  # float32 cannot hold it
        {"max_value": 6},
        {"negative_slope": 0.2},
        {"threshold": 0.5},
        {"negative_slope": 0.2, "threshold": 0.3, "max_value": 1.1},
        {"negative_slope": 0.2, "max_value": 6},
    ],
    "leaky_relu": [{}, {"negative_slope": 0.4}],
    "elu": [{}, {"alpha": 0.4}],
    "celu": [{}, {"alpha": 0.4}],
    "gelu": [{}, {"approximate": True}],
    "softmax": [{}, {"axis": 0}, {"axis": (0, 1)}],
    "log_softmax": [{}, {"axis": 0}],
    "squareplus": [{}, {"b": 1}, {"b": 0.3}],
    "soft_shrink": [{}, {"threshold": 1.0}, {"threshold": 0.3}],
    "hard_shrink": [{}, {"threshold": 1.0}, {"threshold": 0.3}],
    "threshold": [
        {"threshold": 0.5, "default_value": 2.0},
        {"threshold": 0.3, "default_value": 0.1},
    ],
}
NAMES = sorted(n for n, f in vars(keras.activations).items() if inspect.isfunction(f))
FUNCTIONS = [n for n in NAMES if n not in ("get", "serialize", "deserialize")]
ROWS = [(name, options) for name in FUNCTIONS for options in OPTIONS.get(name, [{}])]


def test_all_are_there_with_the_same_parameters():
    for name in FUNCTIONS:
        theirs = inspect.signature(getattr(keras.activations, name)).parameters.values()
        ours = inspect.signature(getattr(activations, name)).parameters.values()
        assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs], name


@pytest.mark.parametrize(("name", "options"), ROWS, ids=[f"{n}{o or ''}" for n, o in ROWS])
@few
@given(reals((3, 4), domain=(-7, 7), grid=True))
def test_activation(name, options, x):
    x = x + np.arange(12, dtype=x.dtype).reshape(3, 4) / 1000 if name == "sparsemax" else x
    check_op(
        lambda x: getattr(activations, name)(x, **options),
        lambda x: getattr(keras.activations, name)(x, **options),
        x,
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_names(name):
    ours, theirs = getattr(activations, name), getattr(keras.activations, name)
    assert activations.get(name) is ours
    assert activations.get(ours) is ours
    assert activations.serialize(ours) == keras.activations.serialize(theirs)
    assert activations.deserialize(activations.serialize(ours)) is ours


def test_none_is_linear_and_unknown_is_an_error():
    x = Tensor(np.ones(2, "float32"))
    assert activations.get(None) is activations.linear
    assert activations.linear(x) is x
    for bad in ("no_such_activation", 3):
        with pytest.raises(ValueError, match="Could not interpret"):
            activations.get(bad)


def test_logits_are_remembered():
    x = Tensor(np.array([[1.0, 2.0]], "float32"))
    for name in ("softmax", "sigmoid"):
        assert getattr(activations, name)(x)._keras_logits is x
        assert getattr(ops, name)(x)._keras_logits is x
