"""Compare the same training in both libraries, on models with the same weights."""

import warnings

import keras
import numpy as np
import pytest
from hypothesis import settings

import minikeras

# Each example builds two models and, for Keras, several data pipelines.
frugal = settings(max_examples=max(8, settings.default.max_examples // 3))
both = pytest.mark.parametrize("library", [minikeras, keras], ids=["ours", "theirs"])
rng = np.random.default_rng(0)
X = rng.normal(size=(11, 3)).astype("float32")
Y = rng.normal(size=(11, 2)).astype("float32")
LABELS = np.eye(2, dtype="float32")[rng.integers(0, 2, 11)]
WEIGHTS = rng.uniform(0, 2, 11).astype("float32")


def make(library, outputs=1, activation="linear"):
    """A network with fixed weights; its outputs are named a and b."""
    layers, inputs = library.layers, library.Input((3,))
    heads = [layers.Dense(2, activation=activation, name=name)(inputs) for name in "ab"[:outputs]]
    model = library.Model(inputs, heads if outputs > 1 else heads[0])
    shapes = [w.shape for w in model.get_weights()]
    values = np.random.default_rng(1)
    model.set_weights([values.normal(size=shape).astype("float32") for shape in shapes])
    return model


def quietly(action):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return action()


def close(ours, theirs):
    """Compare two structures: names, lengths and types exactly, values to float32 accuracy."""
    assert repr(keras.tree.map_structure(type, ours)) == repr(
        keras.tree.map_structure(type, theirs)
    )
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
    for a, b in zip(keras.tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


def compare(action, **options):
    """Run ``action(library, model)`` on equal models; compare results and weights, or errors."""
    results, errors = [], []
    for library in minikeras, keras:
        model = make(library, **options)
        try:
            result = quietly(lambda library=library, model=model: action(library, model))
            results.append([result, model.get_weights()])
        except (ValueError, KeyError) as error:
            errors.append(type(error))
    if errors:
        assert len(errors) == 2 and errors[0] is errors[1]
    else:
        close(*results)
