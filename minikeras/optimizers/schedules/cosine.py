"""Schedules that fall along half a cosine, once or repeatedly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.optimizers.schedules.schedule import LearningRateSchedule, check_positive, cos, real
from minikeras.tf_function import is_inside, over


class CosineDecay(LearningRateSchedule):
    """η = peak ((1 − alpha) ½ (1 + cos(π p)) + alpha)

    Without ``warmup_target``: p = min(s, decay_steps) / decay_steps, and the peak is
    initial_learning_rate.  With it the rate first rises linearly from initial_learning_rate to
    warmup_target, in warmup_steps; then the peak is warmup_target, and p counts from there.

    alpha: the last learning rate, as a part of the peak.

    Raises ValueError unless decay_steps > 0.

    Source: Loshchilov & Hutter (2017).
    """

    initial_learning_rate: float
    decay_steps: int
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: int = 0

    def setup(self) -> None:
        check_positive("decay_steps", self.decay_steps)

    def at(self, s: Any) -> Any:
        s, steps, start = real(s), real(self.decay_steps), real(self.initial_learning_rate)
        if self.warmup_target is None:
            return start * self.shape_at(s)
        peak, warmup = real(self.warmup_target), real(self.warmup_steps)
        s = min(s, steps + warmup)
        if s < warmup:
            return (peak - start) * (s / warmup) + start
        return peak * self._falling(real(math.pi) * ((s - warmup) / steps))

    def shape_at(self, s: Any) -> Any:
        if self.warmup_target is not None:
            return None
        s = min(real(s), real(self.decay_steps))
        return self._falling(over(s, self.decay_steps, times=math.pi))

    def _falling(self, angle: Any) -> Any:
        falling = real(0.5) * (1 + cos(angle))
        return real(1 - self.alpha) * falling + real(self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    """η = initial_learning_rate ((1 − alpha) ½ m_mulⁱ (1 + cos(π p)) + alpha)

    Run i (from 0) takes first_decay_steps · t_mulⁱ steps; p is the part of it that is over.

    t_mul: each run takes t_mul times as many steps as the one before.
    m_mul: each run starts at m_mul times the rate of the one before.
    alpha: the last learning rate of a run, as a part of initial_learning_rate.

    Raises ValueError unless first_decay_steps > 0.

    Parity: i = ⌊ln(1 − c (1 − t_mul)) / ln t_mul⌋ with c = s / first_decay_steps, in float32.
    Because of rounding, the first step of a run may still count as the old run, with p = 1.

    Source: Loshchilov & Hutter (2017).
    """

    initial_learning_rate: float
    first_decay_steps: int
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0
    name: str = "SGDRDecay"

    def setup(self) -> None:
        check_positive("first_decay_steps", self.first_decay_steps)

    def at(self, s: Any) -> Any:
        return self._times(real(self.initial_learning_rate), s)

    def shape_at(self, s: Any) -> Any:
        return self._times(real(1), s)

    def _times(self, rate: Any, s: Any) -> Any:
        """The rate times the shape at step s."""
        t_mul, alpha = real(self.t_mul), real(self.alpha)
        p = over(real(s), self.first_decay_steps)
        if t_mul == 1:
            run = np.floor(p)
            p = p - run
        else:
            longer = real(math.log(1 - p * (1 - t_mul)))
            run = np.floor(over(longer, math.log(t_mul)))
            p = (p - over(1 - t_mul**run, 1 - t_mul)) / t_mul**run
        start, rising = real(self.m_mul) ** run, 1 + cos(real(math.pi) * p)
        if not is_inside():
            return rate * ((1 - alpha) * (real(0.5) * start * rising) + alpha)
        if alpha == 0:  # a product only; constants are multiplied first
            return rising * (start * (real(0.5) * rate))
        return rate * (rising * (start * (real(0.5) * (1 - alpha))) + alpha)
