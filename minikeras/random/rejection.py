"""Gamma, beta and binomial numbers by rejection, with the algorithms of TensorFlow.

Every output has its own sub-stream of blocks, so it does not depend on how often other outputs were
rejected.  Here all outputs are computed in parallel until each is accepted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import philox
from minikeras.random.distributions import Seed, _to_unit, box_muller
from minikeras.random.elementary import log1p64, pow64
from minikeras.types import Array


class _Lanes:
    """Sub-stream i starts at block ``stride · i``."""

    def __init__(self, seed: Seed, count: int, stride: int) -> None:
        self.stream = philox.stateless(seed)
        self.position = np.arange(count, dtype=np.uint64) * np.uint64(stride)

    def take_block(self, lanes: Array) -> Array:
        taken = philox.blocks(self.stream, self.position[lanes])
        self.position[lanes] += np.uint64(1)
        return taken.reshape(-1)


class _Pairs:
    """float64 numbers from each lane: a block has two, and the second is used first."""

    def __init__(self, lanes: _Lanes, transform: Callable[[Array, str], Array]) -> None:
        self.lanes, self.transform = lanes, transform
        self.held = np.empty((len(lanes.position), 2))
        self.left = np.zeros(len(lanes.position), np.intp)

    def __call__(self, lanes: Array) -> Array:
        empty = lanes[self.left[lanes] == 0]
        self.held[empty] = self.transform(self.lanes.take_block(empty), "float64").reshape(-1, 2)
        self.left[empty] = 2
        self.left[lanes] -= 1
        return self.held[lanes, self.left[lanes]]


def _spread(parameter: Array, shape: tuple[int, ...], name: str) -> tuple[Array, Array]:
    """The parameter of each number, and its place in the output.

    Parity: numbers are generated parameter by parameter, so the shape must end with that of the
    parameter, which is not broadcast further.
    """
    if parameter.shape != shape[len(shape) - parameter.ndim :]:
        raise ValueError(
            f"shape must end with the shape of {name}; "
            f"received shape={shape} and {name} of shape {parameter.shape}"
        )
    count = math.prod(shape)
    place = np.arange(count).reshape(-1, max(parameter.size, 1)).T.reshape(-1)
    return np.broadcast_to(parameter, shape).reshape(-1)[place].astype(np.float64), place


def gamma(seed: Seed, shape: Sequence[int], alpha: Any, dtype: str = "float32") -> Array:
    """Gamma distributed with shape parameter α ≥ 0 and scale 1.

    x normal, v = (1 + x / (3 √d))³ with d = α − 1/3;  d v is kept if v > 0 and
    ln u < x²/2 + d (1 − v + ln v).  For α < 1: draw for α + 1 and multiply by u^(1/α).

    Raises ValueError for a negative or undefined alpha, or if shape does not end with its shape.
    Source: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
    """
    shape = tuple(shape)
    alphas, place = _spread(np.asarray(alpha, dtype), shape, "alpha")
    if not (alphas >= 0).all():
        raise ValueError(f"alpha must not be negative; received alpha={alpha}")
    lanes = _Lanes(seed, len(alphas), stride=256)
    normals, uniforms = _Pairs(lanes, box_muller), _Pairs(lanes, _to_unit)
    drawn = np.empty(len(alphas))

    exponential = np.flatnonzero(alphas == 1)
    drawn[exponential] = -log1p64(-uniforms(exponential))
    d = alphas + np.where(alphas < 1, 2 / 3, -1 / 3)
    c = 1 / 3 / np.sqrt(np.where(alphas == 1, 1, d))
    waiting = alphas != 1
    while waiting.any():
        trying = np.flatnonzero(waiting)
        x = normals(trying)
        v = 1 + c[trying] * x
        positive = v > 0
        trying, x, v = trying[positive], x[positive], v[positive]
        v = v * v * v
        u = uniforms(trying)
        with np.errstate(divide="ignore"):
            fits = np.log(u) < 0.5 * x * x + d[trying] * (1 - v + np.log(v))
        fits |= u < 1 - 0.0331 * (x * x) * (x * x)  # implied by the line above except for rounding
        drawn[trying[fits]] = d[trying[fits]] * v[fits]
        waiting[trying[fits]] = False
    boosted = np.flatnonzero(alphas < 1)
    with np.errstate(divide="ignore"):
        drawn[boosted] *= pow64(uniforms(boosted), 1 / alphas[boosted])

    result = np.empty(len(alphas), dtype)
    # float16 is rounded by way of float32
    result[place] = drawn if dtype == "float64" else drawn.astype(np.float32)
    return np.maximum(result, np.finfo(dtype).tiny).reshape(shape)


def beta(seed: Seed, shape: Sequence[int], alpha: Any, beta: Any, dtype: str = "float32") -> Array:
    """Beta distributed: x / (x + y) with x, y gamma distributed with parameters α and β.

    Parity: y comes from the seed pair plus 12, and subnormal results become 0 (not in float16).
    """
    shape = tuple(shape)
    a, b = (np.broadcast_to(np.asarray(p, dtype), shape) for p in (alpha, beta))
    x = gamma(seed, shape, a, dtype)
    y = gamma((seed[0] + 12, seed[1] + 12), shape, b, dtype)
    ratio = x / (x + y)
    return ratio if dtype == "float16" else np.where(ratio < np.finfo(dtype).tiny, 0, ratio)


def binomial(
    seed: Seed, shape: Sequence[int], counts: Any, probabilities: Any, dtype: str = "float32"
) -> Array:
    """The number of successes in ``counts`` independent trials.

    A small expected number is counted by geometric jumps, a large one is drawn by transformed
    rejection; for probabilities above one half the failures are counted instead.

    Raises ValueError if shape does not end with the common shape of counts and probabilities.

    Parity: numbers and lists are taken as float32, arrays as they are.
    """
    shape = tuple(shape)
    n, p = np.broadcast_arrays(*(_as_given(x) for x in (counts, probabilities)))
    trials, place = _spread(n, shape, "counts and probabilities")
    chance, _ = _spread(p, shape, "counts and probabilities")
    q = np.where(chance > 0.5, 1 - chance, chance)
    drawn = np.zeros(len(trials))
    random = (trials > 0) & (q > 0)
    many = random & (trials * q >= 10)
    _transformed_rejection(seed, trials, q, np.flatnonzero(many), drawn)
    _geometric_jumps(seed, trials, q, np.flatnonzero(random & ~many), drawn)
    drawn = np.where(chance > 0.5, trials - drawn, drawn)
    drawn[~(np.isfinite(trials) & np.isfinite(chance))] = np.nan
    result = np.empty(len(trials), dtype)
    result[place] = drawn
    return result.reshape(shape)


def _as_given(parameter: Any) -> Array:
    return np.asarray(parameter, None if hasattr(parameter, "dtype") else np.float32)


def _geometric_jumps(seed: Seed, n: Array, q: Array, waiting: Array, drawn: Array) -> None:
    """Add waiting times ⌈ln u / ln(1 − q)⌉ until the sum exceeds n; the result is one fewer.

    Source: Devroye, "Non-uniform random variate generation" (1986), the second waiting time method.
    """
    uniforms = _Pairs(_Lanes(seed, len(n), stride=42), _to_unit)
    time = np.zeros(len(n))
    while waiting.size:
        with np.errstate(divide="ignore"):
            time[waiting] += np.ceil(np.log(uniforms(waiting)) / np.log1p(-q[waiting]))
        waiting = waiting[time[waiting] <= n[waiting]]
        drawn[waiting] += 1


def _transformed_rejection(seed: Seed, n: Array, q: Array, waiting: Array, drawn: Array) -> None:
    """Algorithm BTRS.

    Source: Hörmann, "The generation of binomial random variates" (1993).
    """
    uniforms = _Pairs(_Lanes(seed, len(n), stride=256), _to_unit)
    while waiting.size:
        trials, chance = n[waiting], q[waiting]
        spread = np.sqrt(trials * chance * (1 - chance))
        b = 1.15 + 2.53 * spread
        a = -0.0873 + 0.0248 * b + 0.01 * chance
        u = uniforms(waiting) - 0.5
        v = uniforms(waiting)
        us = 0.5 - np.abs(u)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.floor((2 * a / us + b) * u + trials * chance + 0.5)
            fits = (us >= 0.07) & (v <= 0.92 - 4.2 / b)
            alpha = (2.83 + 5.1 / b) * spread
            bound = _log_ratio(k, trials, chance)
            fits |= (k >= 0) & (k <= trials) & (np.log(v * alpha / (a / (us * us) + b)) <= bound)
        drawn[waiting[fits]] = k[fits]
        waiting = waiting[~fits]


def _log_ratio(k: Array, n: Array, q: Array) -> Array:
    """ln of the binomial probability of k over that of the mode m, by Stirling's series."""
    m = np.floor((n + 1) * q)
    r = q / (1 - q)
    return (
        (m + 0.5) * np.log((m + 1) / (r * (n - m + 1)))
        + (n + 1) * np.log((n - m + 1) / (n - k + 1))
        + (k + 0.5) * np.log(r * (n - k + 1) / (k + 1))
        + (_tail(m) + _tail(n - m) - _tail(k) - _tail(n - k))
    )


_TAIL = np.array([math.lgamma(k + 1) for k in range(10)]) - [
    0.5 * math.log(2 * math.pi) + (k + 0.5) * math.log(k + 1) - (k + 1) for k in range(10)
]


def _tail(k: Array) -> Array:
    """ln k! minus Stirling's ½ ln 2π + (k + ½) ln(k + 1) − (k + 1)."""
    square = (k + 1) * (k + 1)
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
    return np.where(k <= 9, _TAIL[np.clip(np.nan_to_num(k), 0, 9).astype(np.intp)], series)
