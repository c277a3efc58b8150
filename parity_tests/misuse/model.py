"""The model that is misused, and its data."""

import types
from typing import Any

import numpy as np

Keras = types.ModuleType
Model = Any

X = np.linspace(-1, 1, 24, dtype="float32").reshape(6, 4)
Y = np.array([0, 1, 2, 0, 1, 2])
IMAGES = np.zeros((2, 8, 8, 4), "float32")


def small_model(keras: Keras) -> Model:
    """4 features, 3 classes, compiled and trained for one step; no misuse may change its state."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(5, "tanh"), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    model.fit(X, Y, verbose=0)
    return model
