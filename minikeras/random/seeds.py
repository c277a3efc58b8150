"""The seeds of the public functions, and the seed of the process."""

from __future__ import annotations

import contextlib
import dataclasses
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras.random.distributions import Seed
from minikeras.random.seed_generator import SeedGenerator, is_seed
from minikeras.types import Array

_WITHOUT_GLOBAL_SEED = 87654321  # what TensorFlow takes for the seed of the process
_LARGEST = 2**31 - 1


@dataclasses.dataclass
class _Process:
    seed: int | None = None
    generator: SeedGenerator | None = None
    # Where the seeds of operations without one come from, and of those within a function.
    operations: random.Random = dataclasses.field(default_factory=random.Random)
    traced: random.Random = dataclasses.field(default_factory=random.Random)
    is_traced: bool = False
    restarts: int = 0  # how often the seed was set


_process = _Process()


def set_global_seed(seed: int | None) -> None:
    """Fix the order of samples in ``fit``; restart the generator of calls without a seed."""
    _process.seed, _process.generator = seed, None
    _process.operations, _process.traced = random.Random(seed), random.Random(seed)
    _process.restarts += 1


def restarts() -> int:
    """How often the seed of the process was set: each time, streams begin anew."""
    return _process.restarts


@contextlib.contextmanager
def in_function() -> Iterator[None]:
    """Within the block, operations without a seed do not count among those outside.

    Parity: in a function that TensorFlow traces, such an operation is numbered by its place in the
    graph. What it draws here is fixed by the seed of the process, and is not what it draws there.
    """
    before, _process.is_traced = _process.is_traced, True
    try:
        yield
    finally:
        _process.is_traced = before


def operation_pair(seed: int | None) -> tuple[int, int]:
    """The two seeds of an operation of TensorFlow with a state, such as ``tf.random.normal``.

    They are the seed of the process and that of the operation. Without a seed, an operation takes
    the next number of Python's generator, which the seed of the process has started.

    Source: TensorFlow, ``tensorflow/python/framework/random_seed.py``.
    """
    process = _process.seed
    if seed is None:
        numbers = _process.traced if _process.is_traced else _process.operations
        seed = numbers.randint(0, _LARGEST)
        if process is None:
            return seed, numbers.randint(0, _LARGEST)
    first = (_WITHOUT_GLOBAL_SEED if process is None else process) % _LARGEST
    second = seed % _LARGEST
    return first, second if first or second else _LARGEST


def clear_global_seed() -> None:
    """Restart the generator of calls without a seed; the order of ``fit`` stays."""
    _process.generator = None


def global_seed() -> int | None:
    """The last seed of the process, or None."""
    return _process.seed


def global_generator() -> SeedGenerator:
    """The generator of calls without a seed, created at the first call."""
    if _process.generator is None:
        _process.generator = SeedGenerator()
    return _process.generator


def process_state() -> tuple[int | None, Array | None]:
    """The seed of the process, and the pair of the generator of calls without a seed, or None."""
    generator = _process.generator
    return _process.seed, None if generator is None else generator.state.numpy()


def set_process_state(seed: int | None, pair: Array | None) -> None:
    """Continue where ``process_state`` returned these values."""
    set_global_seed(seed)
    if pair is not None:
        global_generator().state.assign(pair)


def draw_pair(seed: Any) -> Any:
    """The seed pair of a call, two int64: (seed, 0), or the next pair of a generator.

    Raises ValueError unless ``seed`` is an integer of 64 bits, a SeedGenerator or None.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return global_generator().next(ordered=False)
    if is_seed(seed):
        return np.array([seed, 0])
    raise ValueError(
        "seed must be an integer of 64 bits, a keras.random.SeedGenerator or None, "
        f"received seed={seed!r} of type {type(seed)}"
    )


def seed_of(pair: Any) -> Seed:
    """The key of a stream from a pair.

    Parity: both numbers are taken modulo 2³¹ − 2.
    """
    first, second = pair.tolist()
    return first % 0x7FFFFFFE, second % 0x7FFFFFFE
