"""``keras.datasets.cifar10``: small photographs of ten classes."""

from __future__ import annotations

import os

import numpy as np

from minikeras import frames
from minikeras.datasets import catalogue, reading, splitting
from minikeras.saving import limits
from minikeras.types import Array

SAMPLES = 10_000  # in a file


@frames.filter_traceback
def load_data() -> splitting.Split:
    """CIFAR-10: 50,000 photographs for training and 10,000 for tests.

    The classes: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Returns ``(x_train, y_train), (x_test, y_test)`` in uint8: images (samples, 32, 32, 3), or in
    the layout of ``keras.config.image_data_format()``, and class numbers (samples, 1).

    Raises OSError without a network, ValueError for a damaged file; see ``get_file``.

    Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    folder = catalogue.fetch("cifar-10-python.tar.gz", "cifar-10-batches-py-target", extract=True)
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    x, y = np.empty((6 * SAMPLES, 3, 32, 32), "uint8"), np.empty((6 * SAMPLES, 1), "uint8")
    for i, name in enumerate(names):
        path = os.path.join(folder, "cifar-10-batches-py", name)
        images, labels = reading.read_cifar(path, "labels")
        if len(images) != SAMPLES:
            raise limits.LoadError(f"{path} holds {len(images)} images; expected {SAMPLES}")
        here = slice(i * SAMPLES, (i + 1) * SAMPLES)
        x[here], y[here, 0] = images, labels
    return _part(x[:-SAMPLES], y[:-SAMPLES]), _part(x[-SAMPLES:], y[-SAMPLES:])


def _part(x: Array, y: Array) -> tuple[Array, Array]:
    return reading.in_layout(x), y
