"""``keras.datasets.fashion_mnist``: pictures of clothes."""

from __future__ import annotations

import os

from minikeras import frames
from minikeras.datasets import catalogue, reading, splitting
from minikeras.saving import limits
from minikeras.types import Array


@frames.filter_traceback
def load_data() -> splitting.Split:
    """Fashion-MNIST: 60,000 images of clothes for training and 10,000 for tests.

    The classes: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.

    Returns ``(x_train, y_train), (x_test, y_test)`` in uint8: images (samples, 28, 28) and class
    numbers (samples,). They cannot be written to.

    Raises OSError without a network, ValueError for a damaged file; see ``get_file``.

    Source: Xiao, Rasul, Vollgraf, arXiv:1708.07747.
    """
    return _part("train"), _part("t10k")


def _part(name: str) -> tuple[Array, Array]:
    folder = os.path.join("datasets", "fashion-mnist")
    kinds = ("images-idx3", "labels-idx1")
    paths = [catalogue.fetch(f"{name}-{kind}-ubyte.gz", cache_subdir=folder) for kind in kinds]
    x, y = map(reading.read_idx, paths)
    if y.ndim != 1 or x.shape != (len(y), 28, 28):
        raise limits.LoadError(f"{paths[0]} has the shape {x.shape}, {paths[1]} {y.shape}")
    return x, y
