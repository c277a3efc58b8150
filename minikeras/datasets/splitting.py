"""Shuffles samples and divides them into those for training and those for tests."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from minikeras.messages import describe
from minikeras.types import Array

Split = tuple[tuple[Array, Array], tuple[Array, Array]]


def check_test_split(test_split: Any, may_be_all: bool = False) -> None:
    """Raise ValueError unless a fraction is in [0, 1), or with ``may_be_all`` in [0, 1]."""
    is_right = isinstance(test_split, Real) and 0 <= float(test_split) <= 1
    if not is_right or (test_split == 1 and not may_be_all):
        raise ValueError(
            f"test_split={describe(test_split)}; expected a number in [0, 1{')]'[may_be_all]}"
        )


def order(samples: int, generator: np.random.RandomState) -> Array:
    """The numbers of the samples in random order."""
    indices = np.arange(samples)
    generator.shuffle(indices)
    return indices


def split(x: Array, y: Array, test_split: float, seed: Any) -> Split:
    """Samples and labels in random order, the last ``test_split`` of them for tests."""
    shuffled = order(len(x), np.random.RandomState(seed))
    x, y = x[shuffled], y[shuffled]
    end = int(len(x) * (1 - test_split))
    return (x[:end].copy(), y[:end].copy()), (x[end:].copy(), y[end:].copy())
