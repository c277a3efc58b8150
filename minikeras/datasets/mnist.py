"""``keras.datasets.mnist``: handwritten digits."""

from __future__ import annotations

from minikeras import frames
from minikeras.datasets import catalogue, reading, splitting


@frames.filter_traceback
def load_data(path: str = "mnist.npz") -> splitting.Split:
    """MNIST: 60,000 images of digits for training and 10,000 for tests.

    path: the name of the file in the cache.

    Returns ``(x_train, y_train), (x_test, y_test)`` in uint8: images (samples, 28, 28) with 0 for
    white, and digits (samples,).

    Raises OSError without a network, ValueError for a damaged file; see ``get_file``.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = reading.read_npz(catalogue.fetch("mnist.npz", path), names)
    return (x_train, y_train), (x_test, y_test)
