"""Every architecture is Keras's: its arguments, its layers, its weights from a seed, its outputs.

Those that are made quickly are compared in an ordinary run, all of them in the profile "deep".
"""

from __future__ import annotations

import inspect
import json
import os
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras import applications

IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
PUBLIC = [name for name in applications.__all__ if name[0].isupper()]
ORDINARY = [
    "EfficientNetV2B0",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "ResNet50V2",
    "VGG16",
]
SMALLEST = {"InceptionResNetV2": 75, "InceptionV3": 75, "Xception": 71}  # images; 32 otherwise
chosen = pytest.mark.parametrize("name", PUBLIC if IS_DEEP else ORDINARY)


def both(name: str, **options: Any) -> tuple[Any, Any]:
    """The architecture here and in Keras, from the same seed, for the smallest images."""
    made = []
    size = SMALLEST.get(name, 32)
    options = {"weights": None, "include_top": False, "input_shape": (size, size, 3), **options}
    for library in (minikeras, keras):
        library.utils.clear_session()
        library.utils.set_random_seed(1)
        made.append(getattr(library.applications, name)(**options))
    return made[0], made[1]


def described(model: Any) -> list[tuple[str, tuple[int, ...], bool]]:
    return [(v.path, tuple(v.shape), v.trainable) for v in model.variables]


def test_nothing_is_missing() -> None:
    theirs = [name for name in dir(keras.applications) if name[0].isupper()]
    assert sorted(theirs) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_signature(name: str) -> None:
    ours, theirs = (
        inspect.signature(getattr(library.applications, name)).parameters
        for library in (minikeras, keras)
    )
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]
    assert getattr(applications, name).__name__ == name


@chosen
def test_layers_weights_and_outputs(name: str) -> None:
    model, expected = both(name, pooling="avg")
    assert json.loads(model.to_json()) == json.loads(expected.to_json())
    assert described(model) == described(expected)
    rng = np.random.default_rng(0)
    for variable, theirs in zip(model.variables, expected.variables):
        assert np.array_equal(variable.numpy(), theirs.numpy()), variable.path
        if "moving" in variable.path:  # at first they leave everything as it is
            value = rng.uniform(0.5, 1.5, variable.shape).astype("float32")
            variable.assign(value)
            theirs.assign(value)
    x = rng.uniform(0, 255, (2, *model.input_shape[1:])).astype("float32")
    assert np.array_equal(np.asarray(model(x)), np.asarray(expected(x)))


@chosen
def test_top(name: str) -> None:
    """The layers with the top, without the millions of weights of a Dense layer after Flatten."""
    options: dict[str, Any] = {"include_top": True, "classes": 3, "classifier_activation": None}
    model, expected = both(name, **options)
    assert json.loads(model.to_json()) == json.loads(expected.to_json())
    assert described(model) == described(expected)


def test_options_of_mobilenets() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("MobileNet", {"alpha": 0.25, "depth_multiplier": 2, "dropout": 0.5, "include_top": True}),
        ("MobileNetV2", {"alpha": 1.4, "include_top": True, "classes": 7}),
        ("MobileNetV3Small", {"minimalistic": True, "include_preprocessing": False}),
        ("MobileNetV3Small", {"alpha": 1.5, "dropout_rate": 0, "include_top": True}),
    ]
    for name, options in cases:
        model, expected = both(name, **options)
        assert json.loads(model.to_json()) == json.loads(expected.to_json()), (name, options)
        assert model.name == expected.name


@pytest.mark.parametrize("name", ["MobileNetV2", "VGG16", "EfficientNetV2B0", "MobileNetV3Small"])
def test_input_tensor(name: str) -> None:
    """A network on top of other layers begins at their input."""
    found = []
    for library in (minikeras, keras):
        library.utils.clear_session()
        start = library.Input((64, 64, 3), name="pixels")
        halved = library.layers.AveragePooling2D(2, name="halved")(start)
        make = getattr(library.applications, name)
        model = make(weights=None, include_top=False, input_tensor=halved, pooling="max")
        found.append((json.loads(model.to_json()), model.output_shape))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", ["VGG16", "EfficientNetB0", "MobileNetV3Small"])
def test_images_of_any_size(name: str) -> None:
    model, expected = both(name, input_shape=None)
    assert json.loads(model.to_json()) == json.loads(expected.to_json())


def test_fine_tuning() -> None:
    """Two phases as in the guides: a frozen network with a new top, then the whole network."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 255, (24, 32, 32, 3)).astype("float32")
    y = rng.integers(0, 2, (24, 1))
    curves = []
    for library in (minikeras, keras):
        library.utils.clear_session()
        library.utils.set_random_seed(5)
        base = library.applications.MobileNet(
            (32, 32, 3), alpha=0.25, include_top=False, weights=None, pooling="avg"
        )
        base.trainable = False
        inputs = library.Input((32, 32, 3))
        z = library.applications.mobilenet.preprocess_input(inputs)
        z = base(z, training=False)
        z = library.layers.Dropout(0.2)(z)
        model = library.Model(inputs, library.layers.Dense(1, "sigmoid")(z))
        losses = []
        for trainable, rate in ((False, 1e-2), (True, 1e-4)):
            base.trainable = trainable
            model.compile(
                library.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"]
            )
            history = model.fit(x, y, batch_size=8, epochs=2, verbose=0).history
            losses.append(history)
        curves.append(losses)
    assert curves[0] == curves[1]
