"""The speed of augmentation, against Keras on TensorFlow: medians of alternating calls.

    python -m benchmarks.augmentation

RandomFlip, RandomRotation and RandomZoom one after another, and each alone, on 32 images of
224 × 224 × 3; resizing them to 160 × 160.  Keras runs eagerly and in a ``tf.function``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import minikeras

ROUNDS = 15


def chain(library: Any, *layers: tuple[str, tuple[Any, ...]]) -> Callable[[Any], Any]:
    made = [getattr(library.layers, name)(*arguments, seed=1) for name, arguments in layers]

    def call(x: Any) -> Any:
        for layer in made:
            x = layer(x, training=True)
        return x

    return call


def resizing(library: Any, interpolation: str, antialias: bool) -> Callable[[Any], Any]:
    return library.layers.Resizing(160, 160, interpolation, antialias=antialias)


EVERY = (("RandomFlip", ()), ("RandomRotation", (0.1,)), ("RandomZoom", (0.2,)))
CASES: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
    "all three": lambda library: chain(library, *EVERY),
    **{layer[0]: lambda library, layer=layer: chain(library, layer) for layer in EVERY},
    "Resizing, bilinear": lambda library: resizing(library, "bilinear", False),
    "Resizing, bicubic, antialias": lambda library: resizing(library, "bicubic", True),
}


def measure() -> None:
    x = np.random.default_rng(0).uniform(0, 255, (32, 224, 224, 3)).astype("float32")
    ours, theirs = minikeras.ops.convert_to_tensor(x), tf.constant(x)
    print(f"{'milliseconds':30} {'minikeras':>10} {'Keras':>10} {'graph':>10} {'ratio':>7}")
    for name, make in CASES.items():
        eager, graph = make(keras), tf.function(make(keras))
        runs = [(make(minikeras), ours), (eager, theirs), (graph, theirs)]
        for call, images in runs:
            call(images)
        times: list[list[float]] = [[], [], []]
        for _ in range(ROUNDS):
            for found, (call, images) in zip(times, runs):
                start = time.perf_counter()
                np.asarray(call(images))
                found.append((time.perf_counter() - start) * 1e3)
        medians = [statistics.median(t) for t in times]
        ratio = min(medians[1:]) / medians[0]
        print(f"{name:30} {medians[0]:10.1f} {medians[1]:10.1f} {medians[2]:10.1f} {ratio:7.2f}")


if __name__ == "__main__":
    measure()
