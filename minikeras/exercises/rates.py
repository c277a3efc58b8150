"""Exercises of the lesson on learning-rate schedules."""

from __future__ import annotations

import math
from typing import Any

from minikeras.exercises.exercise import FunctionExercise, NumberExercise
from minikeras.optimizers.schedules import CosineDecay, ExponentialDecay


def _exponential(step: Any, initial: Any, decay_steps: Any, decay_rate: Any) -> Any:
    return float(ExponentialDecay(initial, decay_steps, decay_rate)(step))


exponential_decay = FunctionExercise(
    "exponential_decay",
    "schedules",
    """Write rate(step, initial, decay_steps, decay_rate): the learning rate of ExponentialDecay
without staircase after step updates.""",
    solution=_exponential,
    returns=("rate",),
    cases=[(0, 0.1, 100, 0.5), (50, 0.1, 100, 0.5), (250, 0.01, 100, 0.96)],
    mistakes={
        "This is a staircase: between two multiples of decay_steps the rate falls too": (
            lambda step, initial, decay_steps, decay_rate: (
                initial * decay_rate ** (step // decay_steps)
            )
        ),
        "The rate is multiplied by decay_rate in decay_steps updates, not in each": (
            lambda step, initial, decay_steps, decay_rate: initial * decay_rate**step
        ),
        "This falls linearly": lambda step, initial, decay_steps, decay_rate: (
            initial * (1 - (1 - decay_rate) * step / decay_steps)
        ),
        "decay_rate is the factor itself, not the exponent of e": (
            lambda step, initial, decay_steps, decay_rate: (
                initial * math.exp(-decay_rate * step / decay_steps)
            )
        ),
    },
    called="rate",
)


def _warm(step: Any, peak: Any, warmup_steps: Any, decay_steps: Any) -> Any:
    return float(CosineDecay(0.0, decay_steps, warmup_target=peak, warmup_steps=warmup_steps)(step))


def _cosine(step: Any, peak: Any, start: Any, length: Any) -> Any:
    return peak * (1 + math.cos(math.pi * min(1, (step - start) / length))) / 2


warmup = FunctionExercise(
    "warmup",
    "schedules",
    """Write rate(step, peak, warmup_steps, decay_steps): the learning rate rises from 0 to peak in
warmup_steps updates, then falls to 0 along half a cosine in decay_steps more, and stays there.""",
    solution=_warm,
    returns=("rate",),
    cases=[
        *((step, 0.1, 10, 90) for step in (0, 5, 10, 55, 90, 100, 145)),
        (30, 1.0, 20, 40),
    ],
    mistakes={
        "The decay ends too early: it takes decay_steps after the warm-up": (
            lambda step, peak, warmup_steps, decay_steps: (
                peak * step / warmup_steps
                if step < warmup_steps
                else _cosine(step, peak, warmup_steps, decay_steps - warmup_steps)
            )
        ),
        "The cosine counts from step 0: it begins at the end of the warm-up": (
            lambda step, peak, warmup_steps, decay_steps: (
                peak * step / warmup_steps
                if step < warmup_steps
                else _cosine(step, peak, 0, decay_steps)
            )
        ),
        "This falls linearly": lambda step, peak, warmup_steps, decay_steps: (
            peak * step / warmup_steps
            if step < warmup_steps
            else peak * max(0, 1 - (step - warmup_steps) / decay_steps)
        ),
        "This is a quarter of a cosine: half of one falls from 1 to −1, and is moved and scaled": (
            lambda step, peak, warmup_steps, decay_steps: (
                peak * step / warmup_steps
                if step < warmup_steps
                else peak * math.cos(math.pi / 2 * min(1, (step - warmup_steps) / decay_steps))
            )
        ),
        "The cosine goes on after its half: the rate must stay 0": (
            lambda step, peak, warmup_steps, decay_steps: (
                peak * step / warmup_steps
                if step < warmup_steps
                else peak * (1 + math.cos(math.pi * (step - warmup_steps) / decay_steps)) / 2
            )
        ),
    },
    called="rate",
)

rate_after_three_epochs = NumberExercise(
    "rate_after_three_epochs",
    "schedules",
    """1000 samples, batch_size 32, ExponentialDecay(0.1, decay_steps=64, decay_rate=0.5) without
staircase: what is the learning rate after three epochs?""",
    solution=lambda: _exponential(3 * math.ceil(1000 / 32), 0.1, 64, 0.5),
    mistakes={
        "A schedule counts updates, not epochs": _exponential(3, 0.1, 64, 0.5),
        "A schedule counts updates, not samples": _exponential(3000, 0.1, 64, 0.5),
        "This is with a staircase": 0.05,
        "An epoch has 32 updates: its last batch is smaller, and counts": (
            _exponential(3 * 31, 0.1, 64, 0.5)
        ),
    },
    evidence=lambda rate: (
        f"It would be {rate:.4g} after {64 * math.log2(0.1 / rate):.4g} updates."
        if rate > 0
        else "The learning rate stays positive."
    ),
)
