"""``tf.random``, with TensorFlow's numbers from the same seeds."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minikeras import frames, ops
from minikeras.messages import describe
from minikeras.random import distributions, seeds, stateful
from minikeras.random.draws import reorder
from minikeras.tensorflow.convert import array, dtype_of, like, sizes, tensor
from minikeras.types import Array, DType


def set_seed(seed: int | None) -> None:
    """The seed of the process; NumPy's and Python's random numbers keep theirs."""
    seeds.set_global_seed(None if seed is None else int(seed))


def _located(z: Array, mean: Any, stddev: Any) -> Any:
    x = tensor(z)
    return ops.add(ops.multiply(x, like(stddev, x)), like(mean, x))


def _check_range(minval: Any, maxval: Any, name: str) -> tuple[Any, Any]:
    if not name.startswith("float") and maxval is None:
        raise ValueError(f"maxval=None; expected a number, because the dtype is {name}")
    return minval, 1 if maxval is None else maxval


def _scaled(u: Array, minval: Any, maxval: Any) -> Any:
    """u · (maxval − minval) + minval"""
    x = tensor(u)
    if type(minval) in (int, float) and type(maxval) in (int, float) and (minval, maxval) == (0, 1):
        return x
    low, high = tensor(minval, str(x.dtype)), tensor(maxval, str(x.dtype))
    return ops.add(ops.multiply(x, ops.subtract(high, low)), low)


def _plain(seed: Any) -> int | None:
    if seed is not None and not isinstance(seed, int | np.integer):
        raise TypeError(f"seed={describe(seed)}; expected an integer or None")
    return None if seed is None else int(seed)


@frames.filter_traceback
def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DType = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Normal numbers."""
    return _located(stateful.normal(sizes(shape), dtype_of(dtype), _plain(seed)), mean, stddev)


@frames.filter_traceback
def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DType = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Normal numbers less than two standard deviations from the mean."""
    drawn = stateful.truncated_normal(sizes(shape), dtype_of(dtype), _plain(seed))
    return _located(drawn, mean, stddev)


@frames.filter_traceback
def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: DType = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Numbers of [minval, maxval), also whole ones."""
    kind = dtype_of(dtype)
    low, high = _check_range(minval, maxval, kind)
    if not kind.startswith("float"):
        drawn = stateful.integers(sizes(shape), int(low), int(high), kind, _plain(seed))
        return tensor(drawn)
    return _scaled(stateful.uniform(sizes(shape), kind, _plain(seed)), low, high)


@frames.filter_traceback
def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Any:
    """The slices of the first axis in random order."""
    x = tensor(value)
    order = stateful.order(x.shape[0], str(x.dtype), _plain(seed))
    return reorder(x, order=order, axis=0)


@frames.filter_traceback
def categorical(
    logits: Any,
    num_samples: int,
    dtype: DType = None,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """``num_samples`` class numbers for each row of logits (rows, classes), int64."""
    kind = dtype_of(dtype or "int64")
    drawn = stateful.categorical(array(logits), int(num_samples), kind, _plain(seed))
    return tensor(drawn.astype(kind))


# Stateless


def _seed_pair(seed: Any) -> tuple[int, int]:
    found = array(seed).tolist()
    if not isinstance(found, list) or len(found) != 2:
        raise ValueError(f"seed={describe(seed)}; expected two integers")
    return found[0], found[1]


@frames.filter_traceback
def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DType = "float32",
    name: str | None = None,
    alg: str = "auto_select",
) -> Any:
    """Normal numbers that depend on two seeds alone."""
    drawn = distributions.normal(_seed_pair(seed), sizes(shape), dtype=dtype_of(dtype))
    return _located(drawn, mean, stddev)


@frames.filter_traceback
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DType = "float32",
    name: str | None = None,
    alg: str = "auto_select",
) -> Any:
    """Normal numbers less than two standard deviations from the mean; depend on two seeds alone."""
    drawn = distributions.truncated_normal(_seed_pair(seed), sizes(shape), dtype=dtype_of(dtype))
    return _located(drawn, mean, stddev)


@frames.filter_traceback
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: DType = "float32",
    name: str | None = None,
    alg: str = "auto_select",
) -> Any:
    """Numbers of [minval, maxval) that depend on two seeds alone."""
    kind, pair = dtype_of(dtype), _seed_pair(seed)
    low, high = _check_range(minval, maxval, kind)
    if not kind.startswith("float"):
        return tensor(distributions.randint(pair, sizes(shape), int(low), int(high), kind))
    return _scaled(distributions.uniform(pair, sizes(shape), dtype=kind), low, high)


@frames.filter_traceback
def stateless_categorical(
    logits: Any, num_samples: int, seed: Any, dtype: DType = "int64", name: str | None = None
) -> Any:
    """``num_samples`` class numbers for each row of logits, which depend on two seeds alone."""
    drawn = distributions.categorical(_seed_pair(seed), array(logits), int(num_samples))
    return tensor(drawn.astype(dtype_of(dtype)))


class Generator:
    """Random numbers with a state of its own: ``tf.random.Generator.from_seed(1)``."""

    def __init__(self, counter: stateful.Counter) -> None:
        self._counter = counter

    def __repr__(self) -> str:
        return f"<Generator with {self._counter!r}>"

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> Self:
        """A generator whose counter begins at the seed."""
        return cls(stateful.Counter(int(seed)))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Self:
        """A generator with any state."""
        return cls(stateful.Counter(int(np.random.default_rng().integers(2**62))))

    @property
    def state(self) -> Any:
        """The counter, two int64, and the key."""
        return tensor(self._counter.state)

    def _draw(self, function: Any, shape: Any, dtype: DType) -> Array:
        wanted = sizes(shape)
        position = self._counter.take(int(np.prod(wanted, dtype=int)))
        drawn: Array = function(position, wanted, dtype=dtype_of(dtype))
        return drawn

    @frames.filter_traceback
    def normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: DType = "float32",
        name: str | None = None,
    ) -> Any:
        """Normal numbers."""
        return _located(self._draw(distributions.normal, shape, dtype), mean, stddev)

    @frames.filter_traceback
    def truncated_normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: DType = "float32",
        name: str | None = None,
    ) -> Any:
        """Normal numbers less than two standard deviations from the mean."""
        return _located(self._draw(distributions.truncated_normal, shape, dtype), mean, stddev)

    @frames.filter_traceback
    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: DType = "float32",
        name: str | None = None,
    ) -> Any:
        """Numbers of [minval, maxval), also whole ones."""
        kind = dtype_of(dtype)
        low, high = _check_range(minval, maxval, kind)
        if kind.startswith("float"):
            return _scaled(self._draw(distributions.uniform, shape, kind), low, high)
        wanted = sizes(shape)
        position = self._counter.take(int(np.prod(wanted, dtype=int)))
        return tensor(distributions.randint(position, wanted, int(low), int(high), kind))


__all__ = [
    *("set_seed", "normal", "truncated_normal", "uniform", "shuffle", "categorical"),
    *("stateless_normal", "stateless_truncated_normal", "stateless_uniform"),
    *("stateless_categorical", "Generator"),
]
