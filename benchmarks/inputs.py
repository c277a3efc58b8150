"""Reading and preparing data, against Keras on TensorFlow: medians of alternating calls.

    python -m benchmarks.inputs [--rounds 5]

Pictures of 64 × 64 from a folder, ``ImageDataGenerator``, sentences, lookups, padding and windows.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import PIL.Image

import minikeras
from benchmarks.alternating import Row, alternate, show

LIBRARIES = (minikeras, keras)
RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (300, 64, 64, 3), dtype=np.uint8)
WORDS = np.array([f"word{i}" for i in range(2000)])
SENTENCES = [" ".join(row) for row in WORDS[RNG.integers(0, 2000, (5000, 12))]]
TOKENS = WORDS[RNG.integers(0, 2000, 20_000)]
SEQUENCES = [list(range(n)) for n in RNG.integers(1, 60, 5000)]
SERIES = RNG.standard_normal((20_000, 4)).astype("float32")


def write_pictures(folder: Path, kind: str) -> None:
    for i, picture in enumerate(PICTURES):
        place = folder / kind / f"class{i % 3}"
        place.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(picture).save(place / f"{i}.{kind}")


def read(batches: Any) -> int:
    count = 0
    for batch in batches:
        count += len(np.asarray(batch[0] if isinstance(batch, tuple) else batch))
    return count


def from_directory(library: Any, folder: Path, kind: str) -> Callable[[], Any]:
    function = library.utils.image_dataset_from_directory
    return lambda: read(
        function(str(folder / kind), image_size=(64, 64), shuffle=False, verbose=False)
    )


def generator(library: Any) -> Callable[[], Any]:
    root = "minikeras" if library is minikeras else "keras.src.legacy"
    module = importlib.import_module(f"{root}.preprocessing.image")
    made = module.ImageDataGenerator(
        rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.2
    )
    x = PICTURES[:96].astype("float32")

    def call() -> None:
        batches = made.flow(x, batch_size=32, seed=0)
        for _ in range(3):
            next(batches)

    return call


def vectorization(library: Any, adapts: bool) -> Callable[[], Any]:
    made = library.layers.TextVectorization(2000, output_sequence_length=16)
    if adapts:
        return lambda: made.adapt(SENTENCES)
    made.adapt(SENTENCES)
    return lambda: np.asarray(made(np.array(SENTENCES)))


def lookup(library: Any) -> Callable[[], Any]:
    made = library.layers.StringLookup(vocabulary=WORDS.tolist())
    return lambda: np.asarray(made(TOKENS))


def padding(library: Any) -> Callable[[], Any]:
    return lambda: library.utils.pad_sequences(SEQUENCES, maxlen=40)


def windows(library: Any) -> Callable[[], Any]:
    function = library.utils.timeseries_dataset_from_array
    return lambda: read(function(SERIES, None, 24, batch_size=128))


def measure() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        makers: dict[str, Callable[[Any], Callable[[], Any]]] = {}
        for kind in "png", "jpeg":
            write_pictures(folder, kind)
            makers[f"image_dataset_from_directory, 300 {kind}"] = lambda library, kind=kind: (
                from_directory(library, folder, kind)
            )
        makers |= {
            "ImageDataGenerator.flow, 96 images": generator,
            "TextVectorization.adapt, 5,000 sentences": lambda lib: vectorization(lib, True),
            "TextVectorization, 5,000 sentences": lambda lib: vectorization(lib, False),
            "StringLookup, 20,000 words": lookup,
            "pad_sequences, 5,000 sequences": padding,
            "timeseries_dataset_from_array, 20,000 steps": windows,
        }

        def compared(title: str, make: Callable[[Any], Callable[[], Any]]) -> Row:
            return alternate(title, [make(library) for library in LIBRARIES], rounds)

        show([lambda t=title, m=make: compared(t, m) for title, make in makers.items()])


if __name__ == "__main__":
    measure()
