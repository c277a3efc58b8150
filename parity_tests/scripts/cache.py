"""Fills a cache folder of Keras with small files in the formats of the real data sets.

The pictures are scikit-learn's digits, enlarged; the texts are drawn words, of which some tell the
class. So a training has something to learn. CIFAR-10 is absent: Keras reads it only with 60,000
images.
"""

from __future__ import annotations

import functools
import gzip
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets

from minikeras.types import Array
from parity_tests.datasets.pickle_files import batch
from parity_tests.utils.archive_files import tar_of

WORDS = (
    *("the", "and", "a", "of", "to", "is", "br", "in", "it", "i", "this", "that", "was", "as"),
    *("for", "with", "movie", "but", "film", "on", "not", "you", "are", "his", "have", "be"),
    *("good", "great", "best", "love", "wonderful", "brilliant"),
    *("bad", "worst", "boring", "awful", "poor", "waste"),
)
SIGNS = 6  # the last words are six of a bad review, those before them six of a good one


def fill(home: Path) -> None:
    """Writes the files of ``keras.datasets`` to a folder that becomes ``KERAS_HOME``."""
    for name, content in contents().items():
        path = home / "datasets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            np.savez_compressed(path, **content)


@functools.cache
def contents() -> dict[str, Any]:
    """Bytes, or the arrays of a ``.npz`` file, by the path of the file."""
    rng = np.random.default_rng(0)
    grey, labels = digits()
    train, test = slice(0, 600), slice(600, 750)
    return {
        "mnist.npz": {
            "x_train": grey[train],
            "y_train": labels[train],
            "x_test": grey[test],
            "y_test": labels[test],
        },
        "fashion-mnist/train-images-idx3-ubyte.gz": idx(grey[train]),
        "fashion-mnist/train-labels-idx1-ubyte.gz": idx(labels[train]),
        "fashion-mnist/t10k-images-idx3-ubyte.gz": idx(grey[test]),
        "fashion-mnist/t10k-labels-idx1-ubyte.gz": idx(labels[test]),
        "cifar-100-python-target_archive": cifar100(coloured(grey, rng), labels.tolist()),
        "imdb.npz": reviews(rng),
        "imdb_word_index.json": word_index(),
        "reuters.npz": newswires(rng),
        "reuters_word_index.json": word_index(),
        "boston_housing.npz": prices(rng, 506, 13),
        "california_housing.npz": prices(rng, 700, 8),
    }


def digits() -> tuple[Array, Array]:
    """750 images (28, 28) in uint8, and their digits."""
    images, labels = datasets.load_digits(return_X_y=True)
    images = images[:750].reshape(-1, 8, 8).repeat(3, axis=1).repeat(3, axis=2)
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return np.minimum(images * 16, 255).astype("uint8"), labels[:750].astype("uint8")


def coloured(grey: Array, rng: np.random.Generator) -> Array:
    """Images (3, 32, 32) on noise of a colour, in uint8."""
    images = np.pad(grey, ((0, 0), (2, 2), (2, 2)))[:, None] * rng.uniform(0.3, 1, (750, 3, 1, 1))
    return np.minimum(images + rng.uniform(0, 60, images.shape), 255).astype("uint8")


def idx(array: Array) -> bytes:
    head = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(head + array.tobytes())


def cifar100(images: Array, labels: list[int]) -> bytes:
    """Digits are the fine labels; the coarse ones tell odd from even."""
    named = {"coarse_labels": [label % 2 for label in labels], "fine_labels": labels}
    parts = {
        f"cifar-100-python/{name}": batch(
            images[part], {key: values[part] for key, values in named.items()}
        )
        for name, part in (("train", slice(0, 600)), ("test", slice(600, 750)))
    }
    return tar_of({"cifar-100-python/": None, **parts}, "gz")


def reviews(rng: np.random.Generator) -> dict[str, Array]:
    """Numbers of words, from 1 on; a good review (1) has some of the good words."""
    usual = len(WORDS) - 2 * SIGNS

    def text(label: int) -> list[int]:
        numbers = rng.integers(0, usual, rng.integers(10, 60))
        signs = usual + SIGNS * (1 - label) + rng.integers(0, SIGNS, 4)
        return [int(number) + 1 for number in rng.permutation([*numbers, *signs])]

    made = {}
    for part, samples in (("train", 400), ("test", 100)):
        labels = rng.integers(0, 2, samples)
        made[f"x_{part}"] = lists([text(label) for label in labels])
        made[f"y_{part}"] = labels
    return made


def newswires(rng: np.random.Generator) -> dict[str, Array]:
    """Numbers of words; each of the 46 topics prefers a word."""
    topics = np.concatenate([np.arange(46), rng.integers(0, 46, 354)])
    texts = [
        [int(word) + 1 for word in rng.permutation([*rng.integers(0, 200, 30), *[200 + topic] * 3])]
        for topic in topics
    ]
    return {"x": lists(texts), "y": topics}


def lists(texts: list[list[int]]) -> Array:
    made = np.empty(len(texts), object)
    made[:] = texts
    return made


def word_index() -> bytes:
    return json.dumps({word: number for number, word in enumerate(WORDS, 1)}).encode()


def prices(rng: np.random.Generator, samples: int, features: int) -> dict[str, Array]:
    """Numbers of different size, and a price that follows from them, nearly."""
    x = rng.normal(size=(samples, features)) * np.geomspace(0.1, 100, features) + 3
    y = np.tanh((x - 3) / np.geomspace(0.1, 100, features)).sum(axis=1) * 5 + 22
    return {"x": x, "y": (y + rng.normal(size=samples)).round(1)}
