"""Drawn trainings of networks whose first layers take images, waves, text or categories.

A layer joins them by being public and having its arguments below.  The other drawn trainings leave
these layers out, since they take no other inputs.
"""

from __future__ import annotations

import inspect
import os
from typing import Any, NamedTuple

import hypothesis.strategies as st
import keras
import numpy as np
import tensorflow as tf
from hypothesis import given, settings

import minikeras
from minikeras.parity.hunt import arguments
from parity_tests.checks.compare import assert_close
from parity_tests.drawing import options
from parity_tests.layers.preprocessing.test_image_layers import FIXED, RANDOM
from parity_tests.trainings.arguments import Make

DRAWS = 400 if os.getenv("HYPOTHESIS_PROFILE") == "deep" else 6
WORDS = ["cat", "dog", "a", "the"]

# Layers whose trainings differ from Keras's, and why.
UNLIKE = {
    "AugMix": "Keras draws its chains once, when it makes the graph of a step",
    "Equalization": "Keras leaves it out of functional models; findings/images.py",
    "MaxNumBoundingBoxes": "changes boxes only, which no network takes",
}
modes = st.sampled_from(["one_hot", "multi_hot", "count"])
IMAGES: dict[str, Any] = {k: v for k, v in (RANDOM | FIXED).items() if k not in UNLIKE}
WAVES: dict[str, Any] = {
    "MelSpectrogram": options(
        power_to_db=st.booleans(), mag_exp=st.sampled_from([1.0, 2.0]), window=st.just("hamming")
    ).map(lambda how: {"fft_length": 32, "sequence_stride": 16, "num_mel_bins": 6} | how),
    "STFTSpectrogram": st.builds(
        dict,
        options(padding=st.just("same"), window=st.just("hamming"), periodic=st.booleans()),
        mode=st.sampled_from(["log", "magnitude", "psd", "real", "imag", "stft"]),
        frame_length=st.just(16),
    ),
}
TEXT: dict[str, Any] = {
    "TextVectorization": options(
        output_mode=st.sampled_from(["multi_hot", "count"]),
        ngrams=st.integers(1, 2),
        split=st.sampled_from(["whitespace", "character"]),
    ).map(lambda how: {"vocabulary": WORDS, "output_mode": "multi_hot"} | how),
    "StringLookup": st.builds(
        dict,
        options(num_oov_indices=st.integers(1, 3)),
        vocabulary=st.just(WORDS),
        output_mode=modes,
    ),
}
CATEGORIES: dict[str, Any] = {
    "CategoryEncoding": st.builds(dict, num_tokens=st.just(7), output_mode=modes),
    "Discretization": st.builds(
        dict, bin_boundaries=st.sampled_from([[2.0], [0.5, 3.0, 5.0]]), output_mode=modes
    ),
    "HashedCrossing": st.builds(dict, num_bins=st.integers(2, 6), output_mode=st.just("one_hot")),
    "Hashing": st.builds(
        dict, options(salt=st.integers(0, 9)), num_bins=st.integers(2, 6), output_mode=modes
    ),
    "IntegerLookup": st.builds(
        dict,
        options(num_oov_indices=st.integers(1, 3)),
        vocabulary=st.just([5, 1, 3]),
        output_mode=modes,
    ),
}


class Training(NamedTuple):
    """First layers, the kind of their inputs, and what else decides a training."""

    kind: str
    layers: tuple[Make, ...]
    seed: int
    optimizer: str
    batch_size: int
    eager: bool


@st.composite
def trainings(draw: Any) -> Training:
    kind = draw(st.sampled_from(["images"] * 3 + ["waves", "text", "categories"]))
    table = {"images": IMAGES, "waves": WAVES, "text": TEXT, "categories": CATEGORIES}[kind]
    names = draw(st.lists(st.sampled_from(sorted(table)), min_size=1, max_size=3))
    if kind != "images":
        names = names[:1]
    configs = [(name, draw(table[name])) for name in names]
    return Training(
        kind,
        tuple(Make("layers", n, _channels_last(c)) for n, c in configs),
        draw(st.integers(0, 999)),
        draw(st.sampled_from(["sgd", "adam", "rmsprop"])),
        draw(st.sampled_from([4, 5])),
        draw(st.integers(0, 3)) == 0,
    )


def _channels_last(config: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in config.items() if k != "data_format"}


def inputs_of(training: Training) -> Any:
    rng = np.random.default_rng(training.seed)
    match training.kind:
        case "images":
            return rng.integers(0, 256, (10, 11, 9, 3)).astype("float32")
        case "waves":
            return rng.normal(size=(10, 70)).astype("float32")
        case "text":
            return np.array([[" ".join(rng.choice([*WORDS, "x"], 3))] for _ in range(10)], object)
        case _:
            pair = training.layers[0].name == "HashedCrossing"
            x = rng.integers(0, 7, (10, 1)).astype("int32")
            return [x, x[::-1].copy()] if pair else x


def trained(library: Any, training: Training) -> tuple[Any, Any, Any]:
    """Losses, weights and predictions."""
    library.utils.set_random_seed(training.seed)
    x, layers = inputs_of(training), library.layers
    y = np.random.default_rng(1).integers(0, 2, (10, 1)).astype("float32")
    several = x if isinstance(x, list) else [x]
    kinds = ["string" if a.dtype == object else a.dtype.name for a in several]
    inputs = [library.Input(a.shape[1:], dtype=k) for a, k in zip(several, kinds)]
    h = inputs if isinstance(x, list) else inputs[0]
    if training.layers[0].name == "STFTSpectrogram":
        h = layers.Reshape((-1, 1))(h)
    for layer in training.layers:
        h = layer(library)(h)
    if training.kind == "images":
        h = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(h))
    outputs = layers.Dense(1, activation="sigmoid")(layers.Flatten()(h))
    model = library.Model(inputs, outputs)
    model.compile(training.optimizer, "binary_crossentropy", run_eagerly=training.eager)
    if training.kind == "text":  # arrays of text are refused
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(training.batch_size)
        history = model.fit(data, epochs=2, verbose=0, shuffle=False)
        x = data.map(lambda text, _: text)
    else:
        history = model.fit(x, y, training.batch_size, epochs=2, verbose=0)
    predicted = model.predict(x, verbose=0)
    return history.history["loss"], [*map(np.asarray, model.get_weights())], predicted


@settings(max_examples=DRAWS)
@given(trainings())
def test_trainings(training: Training) -> None:
    try:
        theirs = trained(keras, training)
    except (ValueError, TypeError, tf.errors.InvalidArgumentError):
        return  # Keras refuses, for example, images of one row
    ours = trained(minikeras, training)
    assert_close(np.float32(ours[0]), np.float32(theirs[0]), "losses", scale=4)
    for a, b in zip(ours[1], theirs[1], strict=True):
        if a.dtype.kind == "f":  # the state of seeds is compared by what is drawn
            assert_close(a, b, "weights", scale=4)
    assert_close(ours[2], theirs[2], "predictions", scale=4)


def test_every_first_layer_is_drawn_or_has_a_reason() -> None:
    first = {
        name.partition(".")[2]
        for name, why in arguments.EXCLUDED.items()
        if "first layer" in why and inspect.isclass(getattr(minikeras.layers, name[7:], None))
    }
    assert first == {*IMAGES, *WAVES, *TEXT, *CATEGORIES, *UNLIKE}
