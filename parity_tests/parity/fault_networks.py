"""Small networks of Keras, with data, in which the tests of lockstep plant faults."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np

SAMPLES = 20


@functools.cache
def images() -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((7, 6, 2)),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="conv2d"),
            layers.BatchNormalization(name="batch_normalization"),
            layers.ReLU(),
            layers.MaxPooling2D(2, strides=1, name="max_pooling2d"),
            layers.AveragePooling2D(2, padding="same", name="average_pooling2d"),
            layers.Flatten(),
            layers.Dropout(0.4, name="dropout"),
            layers.Dense(5, kernel_regularizer="l2", name="dense"),
            layers.Dense(3, "softmax", name="predictions"),
        ]
    )
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


@functools.cache
def dense() -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((5,)),
            layers.Dense(5, "gelu", activity_regularizer="l1", name="square"),
            layers.LayerNormalization(epsilon=1e-6, name="layer_normalization"),
            layers.Dense(1, "sigmoid", name="predictions"),
        ]
    )


def numbers(optimizer: str = "SGD", schedule: bool = False, **options: Any) -> Any:
    model = dense()
    if schedule:
        options["learning_rate"] = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    loss = keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    model.compile(getattr(keras.optimizers, optimizer)(**options), loss)
    return model


@functools.cache
def tokens() -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((4,), dtype="int32"),
            layers.Embedding(6, 3, name="embedding"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    return model


@functools.cache
def classes() -> Any:
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


@functools.cache
def two_outputs() -> Any:
    x = keras.Input((5,))
    model = keras.Model(x, [keras.layers.Dense(1)(x), keras.layers.Dense(2)(x)])
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.3])
    return model


def data(network: str) -> tuple[Any, Any]:
    rng = np.random.RandomState(0)
    x = rng.normal(size=(SAMPLES, 5)).astype("float32")
    y = rng.randint(0, 2, (SAMPLES, 1)).astype("float32")
    if network == "images":
        x = rng.normal(size=(SAMPLES, 7, 6, 2)).astype("float32")
        y = np.eye(3, dtype="float32")[rng.randint(0, 3, SAMPLES)]
    elif network == "tokens":
        x = rng.randint(0, 6, (SAMPLES, 4)).astype("int32")
    elif network == "classes":
        y = rng.randint(0, 3, SAMPLES)
    elif network == "two_outputs":
        y = [y, rng.normal(size=(SAMPLES, 2)).astype("float32")]
    return x, y
