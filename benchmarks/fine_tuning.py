"""Building and fine-tuning applications, against Keras on TensorFlow, in turns.

    python -m benchmarks.fine_tuning [--rounds 5] [--only MobileNetV2]

Building: the time of the constructor.  First prediction: building and ``predict`` of one image.
Fine-tuning: a step of ``fit`` on batches of 16 images, with a new Dense layer on an application
whose layers are all frozen, or all but the last 20.  Weights are random.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

import minikeras
from benchmarks.alternating import Row, alternate, show

NAMES = ("VGG16", "MobileNetV2", "ResNet50", "EfficientNetB0")
SIDE, BATCH, STEPS = 96, 16, 4


def build(library: Any, name: str) -> Any:
    library.backend.clear_session()
    return getattr(library.applications, name)(weights=None)


def first_prediction(library: Any, name: str) -> Any:
    return build(library, name).predict(np.zeros((1, 224, 224, 3), "float32"), verbose=0)


def fine_tuning(library: Any, name: str, unfrozen: int) -> Callable[[], Any]:
    base = getattr(library.applications, name)(
        input_shape=(SIDE, SIDE, 3), include_top=False, weights=None
    )
    base.trainable = unfrozen > 0
    for layer in base.layers[: len(base.layers) - unfrozen]:
        layer.trainable = False
    inputs = library.Input((SIDE, SIDE, 3))
    features = library.layers.GlobalAveragePooling2D()(base(inputs, training=False))
    model = library.Model(inputs, library.layers.Dense(5, activation="softmax")(features))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (BATCH * STEPS, SIDE, SIDE, 3)).astype("float32")
    y = rng.integers(0, 5, BATCH * STEPS)
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)


def both(title: str, make: Callable[[Any], Callable[[], Any]], rounds: int) -> Row:
    return alternate(title, [make(minikeras), make(keras)], rounds)


def measure() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=NAMES)
    options = parser.parse_args()
    names = [options.only] if options.only else NAMES
    rows: list[Callable[[], Row]] = []
    for name in names:
        for what, of in (("building", build), ("first prediction", first_prediction)):
            rows.append(
                lambda of=of, name=name, what=what: both(
                    f"{name}, {what}",
                    lambda library: lambda: of(library, name),
                    options.rounds,
                )
            )
    for name in names:
        for unfrozen in (0, 20):
            kind = f"last {unfrozen} layers" if unfrozen else "new layer only"
            rows.append(
                lambda name=name, unfrozen=unfrozen, kind=kind: both(
                    f"{name}, {STEPS} steps, {kind}",
                    lambda library: fine_tuning(library, name, unfrozen),
                    options.rounds,
                )
            )
    show(rows)


if __name__ == "__main__":
    measure()
