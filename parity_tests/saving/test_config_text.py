"""Configs have Keras's keys in Keras's order: as JSON they are the same text, byte for byte."""

from __future__ import annotations

import json
import random
from typing import Any

import keras
import pytest
from hypothesis import given, settings

import minikeras
from parity_tests.checks.compare import both
from parity_tests.drawing import few
from parity_tests.trainings import arguments
from parity_tests.trainings.arguments import Make, instance, public
from parity_tests.trainings.drawing import Training, drawn

# What no training draws, but a config can hold.
MORE = [
    Make("layers", "InputLayer", {"shape": (3,), "dtype": "int32", "name": "subject"}),
    Make("layers", "Activation", {"activation": "relu", "name": "subject"}),
    Make("metrics", "Mean", {"name": "subject"}),
    Make("metrics", "Sum", {"name": "subject"}),
    Make("initializers", "Identity", {"gain": 2.0}),
    Make("initializers", "STFT", {"side": "imag"}),
    Make("regularizers", "OrthogonalRegularizer", {"factor": 0.1}),
    Make("random", "SeedGenerator", {"seed": 3, "name": "subject"}),
    Make("dtype_policies", "DTypePolicy", {"name": "mixed_float16"}),
]
CLASS_NUMBERS = {  # what these metrics cannot be made without
    "IoU": {"num_classes": 3, "target_class_ids": [0, 1]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 3},
}
NAMED = ("layers", "metrics", "optimizers")  # they count their names up


def text(library: Any, thing: Any) -> str:
    return json.dumps(library.saving.serialize_keras_object(thing))


def check(make: Any) -> bool:
    """Whether the arguments are accepted; the texts then are equal."""
    try:
        ours, theirs = both(make)
    except ValueError:  # such as strides and dilation at once
        return False
    assert text(minikeras, ours) == text(keras, theirs), make
    return True


CLASSES = [
    (module, name)
    for module in arguments.MODULES
    if module != "callbacks"
    for name in public(module)
]


@pytest.mark.parametrize(("module", "name"), CLASSES)
def test_every_public_class(module: str, name: str) -> None:
    """With drawn arguments."""
    accepted = 0
    shape = (4, 4) if name.endswith(("1D", "1DTranspose")) else (4, 4, 4)

    @few
    @given(instance(module, name, shape, **CLASS_NUMBERS.get(name, {})))
    def compare(make: Make) -> None:
        nonlocal accepted
        if module in NAMED:
            make.arguments["name"] = "subject"
        accepted += check(make)

    compare()
    assert accepted


@pytest.mark.parametrize("make", MORE, ids=lambda make: make.name)
def test_other_classes(make: Make) -> None:
    assert check(make)


def compiled_text(library: Any, training: Training) -> str | type[Exception]:
    """The model's config, or the type of the error if it is refused."""
    library.utils.clear_session(free_memory=False)
    library.config.set_floatx(training.floatx)
    random.seed(1)
    try:
        model = training.compiled(library)
    except (ValueError, TypeError) as error:
        return type(error)
    return text(library, model)


@pytest.mark.filterwarnings("ignore::UserWarning")  # such as of masks that a layer destroys
def test_models() -> None:
    """Drawn models, compiled: architecture, build and compile config in one text."""
    floatx = minikeras.config.floatx()
    try:
        for training in drawn(max(3, settings.default.max_examples // 8), 3):
            results = [compiled_text(library, training) for library in (minikeras, keras)]
            assert results[0] == results[1], training
    finally:
        minikeras.config.set_floatx(floatx)
        keras.config.set_floatx(floatx)


def graph(library: Any) -> Any:
    """Shared and nested layers, several inputs and outputs."""
    layers = library.layers
    words = library.Input((5,), dtype="int32", name="words")
    numbers = library.Input((4,), name="numbers")
    embedded = layers.Embedding(9, 4)(words)
    encoder = library.Sequential([layers.Dense(4, "tanh"), layers.Dropout(0.1, seed=1)])
    shared = layers.Dense(4, kernel_regularizer="l2")
    a = shared(encoder(layers.GlobalAveragePooling1D()(embedded)))
    b = shared(encoder(numbers))
    y = layers.Concatenate()([a, b])
    inputs = {"words": words, "numbers": numbers}
    return library.Model(inputs, {"sum": layers.Add()([a, b]), "both": y})


def test_graph() -> None:
    texts = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        random.seed(1)
        texts.append(text(library, graph(library)))
    assert texts[0] == texts[1]
