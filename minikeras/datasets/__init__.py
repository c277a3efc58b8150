"""``keras.datasets``: the data sets of Keras, from the cache folder that Keras uses.

The first call of ``load_data`` downloads a file; later ones read it. Every file is a stranger's:
its hash is compared, its sizes are checked before memory is used, and nothing in it is run.
"""

from minikeras.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
]
