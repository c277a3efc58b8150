"""Charts as coordinates: lines over steps or epochs, with round numbers on the axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

# The size of a chart in SVG units: narrow, so that its letters are readable on a phone.
WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 26
EQUAL = -18  # the position of a difference of 0 on the logarithmic axis


def logarithm(relative: float) -> float:
    """log₁₀ of a relative difference, within [`EQUAL`, 0]."""
    return math.log10(min(max(relative, 10.0**EQUAL), 1.0))


def powers_of_ten() -> list[tuple[float, str]]:
    """The ticks of the axis on which `logarithm` places a difference."""
    return [(float(p), f"1e{p}" if p > EQUAL else "equal") for p in range(EQUAL, 1, 3)]


def chart(
    title: str,
    epochs: Sequence[int],
    series: Sequence[tuple[str, str, list[float]]],
    ticks: Sequence[tuple[float, str]],
    limit: float | None = None,
) -> dict[str, Any]:
    """The coordinates of everything in a chart; the ticks span its height."""
    low, high = ticks[0][0], ticks[-1][0]
    first, last = (min(epochs), max(epochs)) if epochs else (0, 1)

    def x(epoch: float) -> float:
        fraction = (epoch - first) / (last - first) if last > first else 0.5
        return round(LEFT + fraction * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        fraction = (value - low) / (high - low)
        return round(HEIGHT - BOTTOM - fraction * (HEIGHT - TOP - BOTTOM), 1)

    def points(values: list[float]) -> list[tuple[float, float]]:
        found = [(x(epoch), y(v)) for epoch, v in zip(epochs, values) if math.isfinite(v)]
        return found * 2 if len(found) == 1 else found  # round caps make one point a dot

    stride = max(1, round(nice_step(last - first)))
    return {
        "title": title,
        "lines": [{"label": label, "css": css, "points": points(v)} for label, css, v in series],
        "x_ticks": [(x(epoch), epoch) for epoch in epochs if epoch == first or epoch % stride == 0],
        "y_ticks": [(y(height), label) for height, label in ticks],
        "limit": None if limit is None else y(limit),
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "width": WIDTH,
        "height": HEIGHT,
    }


def nice_ticks(values: Iterable[float]) -> list[tuple[float, str]]:
    """About five round numbers, from below the smallest finite value to above the largest."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    step = nice_step(high - low or abs(high))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [(i * step, f"{i * step:.4g}") for i in range(first, max(last, first + 1) + 1)]


def nice_step(span: float) -> float:
    """1, 2 or 5 times a power of ten: about a fifth of the span."""
    if span <= 0:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / 5))
    return next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= span / 5)
