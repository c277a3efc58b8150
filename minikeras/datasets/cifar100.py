"""``keras.datasets.cifar100``: small photographs of a hundred classes."""

from __future__ import annotations

import os

import numpy as np

from minikeras import frames
from minikeras.datasets import catalogue, reading, splitting
from minikeras.messages import describe
from minikeras.types import Array


@frames.filter_traceback
def load_data(label_mode: str = "fine") -> splitting.Split:
    """CIFAR-100: 50,000 photographs for training and 10,000 for tests.

    label_mode: "fine" for the hundred classes, "coarse" for twenty groups of them.

    Returns ``(x_train, y_train), (x_test, y_test)``: images (samples, 32, 32, 3) in uint8, or in
    the layout of ``keras.config.image_data_format()``, and class numbers (samples, 1) in int64.

    Raises ValueError for another mode or a damaged file, OSError without a network; see
    ``get_file``.

    Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"label_mode={describe(label_mode)}; expected 'fine' or 'coarse'")
    folder = catalogue.fetch("cifar-100-python.tar.gz", "cifar-100-python-target", extract=True)
    folder = os.path.join(folder, "cifar-100-python")
    return _part(folder, "train", label_mode), _part(folder, "test", label_mode)


def _part(folder: str, name: str, label_mode: str) -> tuple[Array, Array]:
    images, labels = reading.read_cifar(os.path.join(folder, name), f"{label_mode}_labels")
    return reading.in_layout(images), np.reshape(labels, (len(labels), 1))
