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
class Function:
    """The random operations of a function that TensorFlow would trace, in their order.

    unseeded: how many without a seed there were in the present call.
    places: how many there were at all.
    blocks: the next block of the stream of each.
    """

    unseeded: int = 0
    places: int = 0
    blocks: dict[Any, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class _Process:
    seed: int | None = None
    generator: SeedGenerator | None = None
    # Where the seeds of operations without one come from, outside of functions.
    operations: random.Random = dataclasses.field(default_factory=random.Random)
    function: Function | None = None  # that is running
    restarts: int = 0  # how often the seed was set


_process = _Process()


def set_global_seed(seed: int | None) -> None:
    """Fix the order of samples in ``fit``; restart the generator of calls without a seed."""
    _process.seed, _process.generator = seed, None
    _process.operations = random.Random(seed)
    _process.restarts += 1


def restarts() -> int:
    """How often the seed of the process was set: each time, streams begin anew."""
    return _process.restarts


@contextlib.contextmanager
def in_function(function: Function) -> Iterator[None]:
    """Within the block, one call of a function runs.

    Parity: the function runs anew in every call. An operation whose place among the others changes
    from call to call has another stream than in TensorFlow, which numbers them once.
    """
    before, _process.function = _process.function, function
    function.unseeded = function.places = 0
    try:
        yield
    finally:
        _process.function = before


def function() -> Function | None:
    """The function that is running, if any."""
    return _process.function


def operation_pair(seed: int | None) -> tuple[int, int]:
    """The two seeds of an operation of TensorFlow with a state, such as ``tf.random.normal``.

    They are the seed of the process and that of the operation. Without a seed, an operation takes
    the next number of Python's generator, which the seed of the process has started; within a
    function, it takes the number of those before it.

    Source: TensorFlow, ``tensorflow/python/framework/random_seed.py``.
    """
    process = _process.seed
    if seed is None:
        if process is None:
            return random.SystemRandom().randint(1, _LARGEST), 0
        if _process.function is None:
            seed = _process.operations.randint(0, _LARGEST)
        else:
            seed = _process.function.unseeded
            _process.function.unseeded += 1
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
