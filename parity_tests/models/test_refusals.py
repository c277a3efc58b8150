"""Errors of models and layers, compared with Keras's."""

import numpy as np
import pytest

from parity_tests.checks.model import (
    raises_alike,
)

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def forgets(k):
    class Forgets(k.layers.Layer):
        def __init__(self):
            self.units = 2

    Forgets()(X)


def adds_late(k):
    layer = k.layers.Dense(2)
    layer(X)
    layer.extra = k.layers.Dense(1)


MISUSES = {
    "super().__init__() forgotten": forgets,
    "state after building": adds_late,
    "weights after building": lambda k: adds_weight_late(k),
    "trainable is no bool": lambda k: k.layers.Dense(2, trainable="yes"),
    "unknown keyword": lambda k: k.layers.Dense(2, colour="red"),
    "positional number": lambda k: k.layers.Dense(2)(X, 3),
    "slash in the name": lambda k: k.layers.Dense(2, name="a/b"),
    "no call": lambda k: k.layers.Layer()(X) if k is None else k.Model()(X),
    "counted unbuilt": lambda k: k.layers.Dense(2).count_params(),
    "stateless unbuilt": lambda k: k.layers.Dense(2).stateless_call([], [], X),
    "stateless of too few": lambda k: stateless(k, []),
    "never called": lambda k: k.layers.Dense(2).output,
    "empty stack": lambda k: k.Sequential().build((None, 3)),
    "no layer in a stack": lambda k: k.Sequential([lambda x: x]),
    "the same name twice": lambda k: k.Sequential(
        [k.layers.Dense(1, name="a"), k.layers.Dense(1, name="a")]
    ),
    "two inputs in a stack": lambda k: k.Sequential([k.Input((3,)), k.Input((3,))]),
    "stack built otherwise": lambda k: k.Sequential([k.Input((3,))]).build((None, 5)),
    "output of an unbuilt stack": lambda k: k.Sequential([k.layers.Dense(2)]).output,
    "wrong input of a stack": lambda k: k.Sequential([k.Input((3,)), k.layers.Dense(1)])(
        np.ones((2, 4), "float32")
    ),
    "summary of an unbuilt model": lambda k: k.Sequential([k.layers.Dense(2)]).get_layer("nobody"),
}


def adds_weight_late(k):
    layer = k.layers.Dense(2)
    layer(X)
    layer.add_weight(shape=(1,))


def stateless(k, values):
    layer = k.layers.Dense(2)
    layer(X)
    layer.stateless_call(values, [], X)


@pytest.mark.parametrize("what", MISUSES)
def test_misuse(what):
    raises_alike(MISUSES[what])
