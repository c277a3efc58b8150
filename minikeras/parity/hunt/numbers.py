"""Random shapes and arrays, among them those at which programs go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from minikeras.types import Array

T = TypeVar("T")
Shape = tuple[int, ...]

# How the numbers of a call are chosen, and how often.
FLAVOURS = {
    "plain": 8,  # normal numbers
    "grid": 6,  # multiples of a quarter: zeros and ties
    "constant": 1,
    "small": 2,  # 1e-18 to 1e-3
    "large": 2,  # 1e3 to 1e18
    "special": 3,  # with NaN, infinities and both zeros
    "integers": 3,  # int32
    "half": 1,  # float16
    "empty": 1,  # an axis of length 0
}
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0)
SIZES = (1, 2, 3, 5)  # few, because JAX compiles every operation for every shape


class Draw:
    """A source of random choices for one call.

    seed: of the generator; the same seed gives the same choices.
    flavour: a key of `FLAVOURS`; drawn if it is not given.
    """

    def __init__(self, seed: Sequence[int], flavour: str | None = None) -> None:
        self.rng = np.random.default_rng(seed)
        names, weights = list(FLAVOURS), np.array(list(FLAVOURS.values()))
        drawn = names[self.rng.choice(len(names), p=weights / weights.sum())]
        self.flavour = flavour or drawn

    def __repr__(self) -> str:
        return f"<Draw of {self.flavour} numbers>"

    def pick(self, choices: Sequence[T]) -> T:
        """One of ``choices``."""
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)

    def integer(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both included."""
        return int(self.rng.integers(low, high + 1))

    def shape(self, low: int = 0, high: int = 3) -> Shape:
        """A shape with ``low`` to ``high`` axes."""
        shape = [self.pick(SIZES) for _ in range(self.integer(low, high))]
        if self.flavour == "empty" and shape:
            shape[self.integer(0, len(shape) - 1)] = 0
        return tuple(shape)

    def array(self, shape: Shape) -> Array:
        """Numbers of the flavour of this call."""
        rng = self.rng
        match self.flavour:
            case "grid":
                return self._float(rng.integers(-8, 9, shape) / 4)
            case "constant":
                return self._float(np.full(shape, rng.integers(-4, 5) / 4))
            case "small":
                return self._float(rng.normal(size=shape) * 10.0 ** rng.integers(-18, -2))
            case "large":
                return self._float(rng.normal(size=shape) * 10.0 ** rng.integers(3, 19))
            case "special":
                chosen = rng.choice(SPECIAL, shape)
                return self._float(
                    np.where(rng.random(shape) < 0.3, chosen, rng.normal(size=shape))
                )
            case "integers":
                return np.asarray(rng.integers(-5, 6, shape), "int32")
            case "half":
                return np.asarray(rng.normal(size=shape), "float16")
        return self._float(rng.normal(size=shape))

    def floats(self, shape: Shape) -> Array:
        """The same, never integers."""
        array = self.array(shape)
        return array if array.dtype.kind == "f" else array.astype("float32")

    def positive(self, shape: Shape) -> Array:
        """Numbers above 0 with the dtype of the flavour, but without its extremes."""
        dtype = "float16" if self.flavour == "half" else "float32"
        return np.asarray(self.rng.uniform(0.1, 2, shape), dtype)

    def probabilities(self, shape: Shape) -> Array:
        """Rows that sum to 1; on the grid, zeros and ones."""
        if self.flavour in ("grid", "special") and shape and shape[-1]:
            return np.eye(shape[-1], dtype="float32")[self.rng.integers(0, shape[-1], shape[:-1])]
        e = np.exp(self.rng.normal(size=shape) * 2)
        return np.asarray(e / e.sum(-1, keepdims=True) if shape else e / (1 + e), "float32")

    def classes(self, shape: Shape, count: int) -> Array:
        """Integers from 0 to ``count - 1``."""
        return np.asarray(self.rng.integers(0, max(count, 1), shape), "int32")

    def flags(self, shape: Shape) -> Array:
        """Booleans, three quarters of them true."""
        return np.asarray(self.rng.random(shape) < 0.75)

    def pair(self, low: int = 0, high: int = 3) -> tuple[Array, Array]:
        """Two arrays that broadcast; ties are frequent on the grid."""
        shape = self.shape(low, high)
        other = tuple(1 if self.chance(0.3) else n for n in shape)
        a, b = self.array(shape), self.array(other[self.integer(0, len(other)) if other else 0 :])
        return (a, b) if self.chance(0.5) else (b, a)

    def square(self, low: int = 2, high: int = 3) -> Array:
        """Square matrices that are well conditioned."""
        n = self.pick((1, 2, 3))
        shape = (*self.shape(low - 2, high - 2), n, n)
        return self._float(self.rng.normal(size=shape) + 2 * n * np.eye(n))

    def definite(self) -> Array:
        """Symmetric, positive definite matrices."""
        a = self.square().astype("float64")
        return self._float(a @ np.swapaxes(a, -1, -2) / a.shape[-1])

    def axis(self, rank: int) -> int:
        """An axis, also counted from the end."""
        return self.integer(-rank, rank - 1) if rank else -1

    def axes(self, rank: int) -> Any:
        """None, one axis or several."""
        if rank == 0 or self.chance(0.25):
            return None
        if self.chance(0.6):
            return self.axis(rank)
        chosen = self.rng.permutation(rank)[: self.integer(1, rank)]
        return tuple(int(a) - (rank if self.chance(0.3) else 0) for a in chosen)

    def _float(self, values: Any) -> Array:
        with np.errstate(over="ignore"):
            return np.asarray(values, "float16" if self.flavour == "half" else "float32")


class _Omitted:
    def __repr__(self) -> str:
        return "<omitted>"


OMITTED: Any = _Omitted()  # an argument that keeps its default
