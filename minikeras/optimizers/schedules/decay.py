"""Schedules that fall exponentially, inversely to time, as a polynomial, or by steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras.optimizers.schedules.schedule import LearningRateSchedule, check_positive, real
from minikeras.tf_function import over


class ExponentialDecay(LearningRateSchedule):
    """η = initial_learning_rate · decay_rate ^ (s / decay_steps)

    The exponent is rounded down if ``staircase``.  Raises ValueError unless decay_steps > 0.
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "ExponentialDecay"

    def setup(self) -> None:
        check_positive("decay_steps", self.decay_steps)

    def at(self, s: Any) -> Any:
        return real(self.initial_learning_rate) * self.shape_at(s)

    def shape_at(self, s: Any) -> Any:
        p = over(real(s), self.decay_steps)
        if self.staircase:
            p = np.floor(p)
        return real(self.decay_rate) ** p


class InverseTimeDecay(LearningRateSchedule):
    """η = initial_learning_rate / (1 + decay_rate s / decay_steps)

    The fraction s / decay_steps is rounded down if ``staircase``.  Raises ValueError unless
    decay_steps > 0.
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "InverseTimeDecay"

    def setup(self) -> None:
        check_positive("decay_steps", self.decay_steps)

    def at(self, s: Any) -> Any:
        if self.staircase:
            growth = real(self.decay_rate) * np.floor(over(real(s), self.decay_steps))
        else:
            growth = over(real(s), self.decay_steps, times=self.decay_rate)
        return real(self.initial_learning_rate) / (1 + growth)


class PolynomialDecay(LearningRateSchedule):
    """η = (initial_learning_rate − end_learning_rate) (1 − p)^power + end_learning_rate

    p = min(s, decay_steps) / decay_steps.  With ``cycle``, p = s / (decay_steps n) where n is
    ⌈s / decay_steps⌉ and at least 1, so that the rate rises again after each decay.
    Raises ValueError unless decay_steps > 0.
    """

    initial_learning_rate: float
    decay_steps: int
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def setup(self) -> None:
        check_positive("decay_steps", self.decay_steps)

    def at(self, s: Any) -> Any:
        s, steps, end = real(s), real(self.decay_steps), real(self.end_learning_rate)
        if self.cycle:
            steps = steps * (np.ceil(over(s, self.decay_steps)) if s != 0 else real(1))
        else:
            s = min(s, steps)
        p = s / steps if self.cycle else over(s, self.decay_steps)
        falling = (1 - p) ** real(self.power)
        return (real(self.initial_learning_rate) - end) * falling + end


class PiecewiseConstantDecay(LearningRateSchedule):
    """η = values[i] for boundaries[i−1] < s ≤ boundaries[i]

    Raises ValueError unless there is one value more than there are boundaries.

    Parity: boundaries are converted to the type of s: for integer steps 2.5 becomes 2.
    """

    boundaries: Sequence[float]
    values: Sequence[float]
    name: str = "PiecewiseConstant"

    def setup(self) -> None:
        if len(self.boundaries) != len(self.values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={self.boundaries} of length {len(self.boundaries)}, and "
                f"values={self.values} of length {len(self.values)}."
            )

    def at(self, s: Any) -> Any:
        bounds = np.asarray(self.boundaries).astype(s.dtype)
        return real(self.values[int(np.searchsorted(bounds, s, side="left"))])
