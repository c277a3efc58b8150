"""The generator of the seed pairs of random numbers."""

from __future__ import annotations

import random
from typing import Any, Self

import numpy as np

from minikeras.autograd import Variable
from minikeras.declare import auto_name
from minikeras.declare.names import name_scope
from minikeras.messages import describe, unknown_arguments


class SeedGenerator:
    """A pair of integers (seed, count); the count grows with each use.

    seed: an integer; None takes one from Python's ``random`` when the generator is created.
    name: a prefix of the path of ``state``, the variable that holds the pair.

    Raises ValueError for any other seed.
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        kwargs.pop("backend", None)  # there is only one
        if kwargs:
            raise ValueError(unknown_arguments("SeedGenerator", kwargs, type(self).__init__))
        self.name = auto_name(type(self).__name__) if name is None else name
        self._initial_seed = seed
        if seed is None:
            seed = make_default_seed()
        if not is_seed(seed):
            raise ValueError(f"seed must be an integer of 64 bits, received seed={describe(seed)}")
        with name_scope(self.name):
            self.state = Variable(
                np.array([seed, 0]),
                dtype="int64",
                trainable=False,
                name="seed_generator_state",
            )

    def next(self, ordered: bool = True) -> Any:
        """The current pair; the count then grows by 1.

        ordered=False instead scrambles both numbers, to (n + 1) · 5387 mod 933199.
        """
        pair = self.state.value
        self.state.assign(pair + _STEP if ordered else (pair + 1) * 5387 % 933199)
        return pair

    def get_config(self) -> dict[str, Any]:
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def __repr__(self) -> str:
        return f"SeedGenerator(seed={self._initial_seed}, name={self.name!r})"


_STEP = np.array([0, 1])


def is_seed(seed: Any) -> bool:
    """Whether ``seed`` is a Python integer that fits into an int64, and not a bool."""
    return isinstance(seed, int) and not isinstance(seed, bool) and -(2**63) <= seed < 2**63


def make_default_seed() -> int:
    """A seed from Python's ``random``: this is how ``set_random_seed`` reaches every layer."""
    return random.randint(1, 10**9)
