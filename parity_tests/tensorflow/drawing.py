"""Arrays with which functions of TensorFlow and what stands in for them are called, and such calls.

A case is a function of a module, ``tensorflow`` or what stands in for it, and of arrays; it returns
tensors.
"""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image as image

Case = Callable[..., Any]
_held = tempfile.TemporaryDirectory()  # removed at the end of the process
FOLDER = pathlib.Path(_held.name)


class Arrays:
    """Arrays of a drawn seed."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.x = rng.normal(size=(3, 4)).astype("float32")
        self.y = rng.normal(size=(3, 4)).astype("float32")
        self.n = rng.integers(-9, 9, (3, 4)).astype("int32")
        self.m = rng.integers(1, 9, (3, 4)).astype("int32")
        self.flags = rng.random((3, 4)) < 0.5
        self.unit = rng.uniform(-0.9, 0.9, (3, 4)).astype("float32")
        self.square = rng.normal(size=(2, 3, 3)).astype("float32")
        self.positive = (self.square @ self.square.transpose(0, 2, 1) + np.eye(3)).astype("float32")
        self.probabilities = rng.dirichlet(np.ones(4), 3).astype("float32")
        self.classes = rng.integers(0, 4, 3).astype("int32")
        self.images = rng.random((2, 6, 8, 3), "float32")
        self.pixels = rng.integers(0, 256, (6, 8, 3), "uint8")
        self.kernel = rng.normal(size=(3, 3, 3, 2)).astype("float32")
        self.seed = int(rng.integers(1, 2**31))

    def file(self, suffix: str) -> str:
        """The path of a file that holds the pixels."""
        path = FOLDER / f"file-{self.seed}.{suffix}"
        if not path.exists():
            image.fromarray(self.pixels).save(path)
        return str(path)


# Functions of numbers in an interval, and of truth values; all others take any numbers.
INTERVALS = {
    "unit": "acos asin atanh erfinv",
    "positive": "log log1p sqrt rsqrt",
}
ABOVE_ONE = "acosh"


def elementwise(name: str) -> Case:
    """The case of a function of one array."""
    word = name.rpartition(".")[2]
    if word == "logical_not":
        return lambda tf, a: of(tf, name)(a.flags)
    if word in INTERVALS["unit"].split():
        return lambda tf, a: of(tf, name)(a.unit)
    if word in INTERVALS["positive"].split():
        return lambda tf, a: of(tf, name)(np.abs(a.x) + np.float32(0.1))
    if word == ABOVE_ONE:
        return lambda tf, a: of(tf, name)(np.abs(a.x) + np.float32(1.1))
    return lambda tf, a: of(tf, name)(a.x)


def of_two(name: str) -> Case:
    """The case of a function of two arrays."""
    word = name.rpartition(".")[2]
    if word.startswith("logical"):
        return lambda tf, a: of(tf, name)(a.flags, a.flags[::-1])
    if word == "pow":
        return lambda tf, a: of(tf, name)(np.abs(a.x), a.y)
    return lambda tf, a: [
        of(tf, name)(a.x, a.y),
        of(tf, name)(a.x, 2),
        of(tf, name)(2.5, a.y),
        *([] if word in ("atan2", "divide_no_nan") else [of(tf, name)(a.n, a.m)]),
    ]


def of(tf: Any, name: str) -> Any:
    """What a dotted name below ``tensorflow`` names."""
    for part in name.split("."):
        tf = getattr(tf, part)
    return tf


def reduction(name: str) -> Case:
    """The case of a function of an array, axes and ``keepdims``."""
    word = name.rpartition(".")[2]

    def case(tf: Any, a: Arrays) -> Any:
        function = of(tf, name)
        if word in ("reduce_all", "reduce_any"):
            return [function(a.flags), function(a.flags, 1, True)]
        ints = word in ("reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "reduce_mean")
        found = [function(a.x), function(a.x, axis=1), function(a.x, [0, 1], keepdims=True)]
        return found + ([function(a.n), function(a.m.astype("uint8"), 0)] if ints else [])

    return case


def drawn(name: str, *args: Any, **options: Any) -> Case:
    """The case of a random function: after a seed, twice with a seed of its own, then without."""

    def case(tf: Any, a: Arrays) -> Any:
        function = of(tf, name)
        tf.random.set_seed(a.seed)
        with_seed = [function(*args, seed=5, **options) for _ in range(2)]
        return [*with_seed, function(*args, **options), function(*args, **options)]

    return case


def flipped(name: str, *args: Any) -> Case:
    """The case of a random function of pictures."""

    def case(tf: Any, a: Arrays) -> Any:
        tf.random.set_seed(a.seed)
        return [of(tf, name)(a.images[0], *args) for _ in range(3)]

    return case
