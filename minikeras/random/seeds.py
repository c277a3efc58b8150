"""The seeds of the public functions, and the seed of the process."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minikeras.random.distributions import Seed
from minikeras.random.seed_generator import SeedGenerator, is_seed
from minikeras.types import Array


@dataclasses.dataclass
class _Process:
    seed: int | None = None
    generator: SeedGenerator | None = None


_process = _Process()


def set_global_seed(seed: int) -> None:
    """Fix the order of samples in ``fit``; restart the generator of calls without a seed."""
    _process.seed, _process.generator = seed, None


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
    _process.seed = seed
    if pair is None:
        _process.generator = None
    else:
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
