import copy
import random

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras

both = pytest.mark.parametrize("library", [minikeras, keras], ids=["ours", "theirs"])


@given(st.integers(-(2**63), 2**63 - 1), st.lists(st.booleans(), max_size=6))
def test_sequence(seed, steps):
    ours, theirs = (library.random.SeedGenerator(seed) for library in (minikeras, keras))
    assert ours.state.shape == theirs.state.shape
    assert ours.state.dtype == theirs.state.dtype
    for ordered in steps:
        assert np.array_equal(ours.next(ordered=ordered), theirs.next(ordered=ordered))
        assert np.array_equal(ours.state, theirs.state)


@given(st.integers(0, 2**32 - 1))
def test_default_seed_comes_from_python(seed):
    seen = []
    for library in minikeras, keras:
        random.seed(seed)
        generator = library.random.SeedGenerator()
        seen.append([*np.asarray(generator.state).tolist(), random.random()])
        assert generator.get_config()["seed"] is None
    assert seen[0] == seen[1]


def test_config_and_path():
    minikeras.utils.clear_session()
    keras.utils.clear_session()
    for args in [(), (3,), (None, "mine")]:
        ours, theirs = (library.random.SeedGenerator(*args) for library in (minikeras, keras))
        assert ours.get_config() == theirs.get_config()
        assert ours.state.path == theirs.state.path
        assert ours.state.trainable is theirs.state.trainable is False
        described = minikeras.saving.serialize_keras_object(ours)
        assert described == keras.saving.serialize_keras_object(theirs)
        again = minikeras.saving.deserialize_keras_object(described)
        assert again.get_config() == ours.get_config()


@both
@pytest.mark.parametrize("seed", ["a", 1.5, [1], True, np.int32(3)])
def test_wrong_seeds(library, seed):
    with pytest.raises(ValueError):
        library.random.SeedGenerator(seed)


@both
def test_unknown_keyword(library):
    with pytest.raises(ValueError):
        library.random.SeedGenerator(3, sed=4)


@both
def test_state_stays_in_a_stateless_scope(library):
    generator = library.random.SeedGenerator(3)
    with library.StatelessScope() as scope:
        generator.next()
        assert np.asarray(generator.next()).tolist() == [3, 1]
    assert np.asarray(scope.get_current_value(generator.state)).tolist() == [3, 2]
    assert np.asarray(generator.state).tolist() == [3, 0]


def test_copy_is_independent():
    generator = minikeras.random.SeedGenerator(3)
    copied = copy.deepcopy(generator)
    generator.next()
    assert np.asarray(copied.state).tolist() == [3, 0]


@both
def test_layers_find_generators(library):
    class Noise(library.layers.Layer):
        def __init__(self):
            super().__init__()
            self.generators = [library.random.SeedGenerator(3)]

        def call(self, x):
            return x + library.random.normal(x.shape, seed=self.generators[0])

    layer = Noise()
    layer(np.zeros((2, 3), np.float32))
    assert [np.asarray(v).tolist() for v in layer.variables] == [[3, 1]]
    assert layer.weights == []
