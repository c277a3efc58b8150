"""Schedules that follow half a cosine down, once or again and again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.optimizers.rounding import over
from minikeras.optimizers.schedules.schedule import LearningRateSchedule, check_positive, cos, real


class CosineDecay(LearningRateSchedule):
    """η = peak ((1 − alpha) ½ (1 + cos(π p)) + alpha)

    Without ``warmup_target``: p = min(s, decay_steps) / decay_steps, and the peak is
    initial_learning_rate.  With it: a straight line from initial_learning_rate to
    warmup_target during warmup_steps, the peak is warmup_target, and p counts from there.
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
        s, steps = real(s), real(self.decay_steps)
        start = peak = real(self.initial_learning_rate)
        if self.warmup_target is None:
            angle = over(min(s, steps), self.decay_steps, times=math.pi)
        else:
            peak, warmup = real(self.warmup_target), real(self.warmup_steps)
            s = min(s, steps + warmup)
            if s < warmup:
                return (peak - start) * (s / warmup) + start
            angle = real(math.pi) * ((s - warmup) / steps)
        falling = real(0.5) * (1 + cos(angle))
        return peak * (real(1 - self.alpha) * falling + real(self.alpha))


class CosineDecayRestarts(LearningRateSchedule):
    """η = initial_learning_rate ((1 − alpha) ½ m_mulⁱ (1 + cos(π p)) + alpha)

    The i-th run (from 0) takes first_decay_steps · t_mulⁱ steps, of which a part p is over.
    Raises ValueError unless first_decay_steps > 0.

    Parity: i = ⌊ln(1 − c (1 − t_mul)) / ln t_mul⌋ with c = s / first_decay_steps, in floatx;
    where a run begins, rounding may keep the old one for a step, and p then is 1.
    Parity: in ``rounding.compiled()`` one step in 25 is off by some units in the last place
    where m_mul or t_mul is no power of 2; elsewhere all bits agree.

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
        t_mul, alpha = real(self.t_mul), real(self.alpha)
        p = over(real(s), self.first_decay_steps)
        if t_mul == 1:
            run = np.floor(p)
            p = p - run
        else:
            longer = real(math.log(1 - p * (1 - t_mul)))
            run = np.floor(over(longer, math.log(t_mul)))
            p = (p - over(1 - t_mul**run, 1 - t_mul)) / t_mul**run
        falling = real(0.5) * real(self.m_mul) ** run * (1 + cos(real(math.pi) * p))
        return real(self.initial_learning_rate) * ((1 - alpha) * falling + alpha)
