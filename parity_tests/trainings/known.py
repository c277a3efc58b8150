"""How far drawn trainings may differ: float64, and what is known to differ in float32, with why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from parity_tests.trainings.drawing import Training


class Deviation(NamedTuple):
    """What differs in the trainings for which ``applies`` holds, by how much at most, and why."""

    applies: Callable[[Training], bool]
    size: float
    why: str


DEVIATIONS: list[Deviation] = []


def tolerance(training: Training, name: str) -> float:
    """The distance allowed for the numbers called ``name``; 0 in float32 if nothing is known.

    In float64 sums are taken in NumPy's order.  Their rounding is amplified in the weights.
    """
    least = 0.0
    if training.floatx == "float64":
        least = 1e-10 if name.startswith(("history", "predictions")) else 1e-8
    return max([least, *(d.size for d in DEVIATIONS if d.applies(training))])
