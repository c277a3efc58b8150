"""Seeds as the public functions take them, and the seed of the whole process."""

from __future__ import annotations

import dataclasses
from typing import Any

from minikeras.random.distributions import Seed
from minikeras.random.seed_generator import SeedGenerator, is_seed


@dataclasses.dataclass
class _Process:
    seed: int | None = None
    generator: SeedGenerator | None = None


_process = _Process()


def set_global_seed(seed: int) -> None:
    """Fix the order of ``fit``; unseeded draws start over from Python's ``random``."""
    _process.seed, _process.generator = seed, None


def clear_global_seed() -> None:
    """Start unseeded draws over; the order of ``fit`` stays."""
    _process.generator = None


def global_seed() -> int | None:
    """The seed last set for the process, None if there was none."""
    return _process.seed


def global_generator() -> SeedGenerator:
    """The generator of draws without a seed, made at the first of them."""
    if _process.generator is None:
        _process.generator = SeedGenerator()
    return _process.generator


def draw_seed(seed: Any) -> Seed:
    """The pair of the next draw: (seed, 0) for an integer, else what the generator says next.

    Raises ValueError unless ``seed`` is an integer of 64 bits, a SeedGenerator or None.

    Parity: both numbers are taken modulo 2³¹ − 2.
    """
    if isinstance(seed, SeedGenerator):
        first, second = seed.next().tolist()
    elif seed is None:
        first, second = global_generator().next(ordered=False).tolist()
    elif is_seed(seed):
        first, second = seed, 0
    else:
        raise ValueError(
            "seed must be an integer of 64 bits, a keras.random.SeedGenerator or None, "
            f"received seed={seed!r} of type {type(seed)}"
        )
    return first % 0x7FFFFFFE, second % 0x7FFFFFFE
