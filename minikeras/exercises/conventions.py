"""Exercises of the lesson on conventions in which frameworks differ."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.exercises.exercise import FunctionExercise, NumberExercise


def _same(size: Any, kernel: Any, stride: Any) -> Any:
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _negative(size: Any, kernel: Any, stride: Any) -> Any:
    total = (math.ceil(size / stride) - 1) * stride + kernel - size
    return total // 2, total - total // 2


same_padding = FunctionExercise(
    "same_padding",
    "conventions",
    """Write pads(size, kernel, stride): how many zeros padding="same" adds before and after an axis
in Keras, so that ⌈size / stride⌉ windows fit. It returns (before, after).""",
    solution=_same,
    returns=("before", "after"),
    cases=[(5, 3, 1), (6, 3, 2), (5, 3, 2), (8, 2, 1), (10, 4, 3), (7, 1, 2), (6, 1, 2)],
    mistakes={
        "An odd number of zeros is split so that the larger half stands behind": (
            lambda size, kernel, stride: _same(size, kernel, stride)[::-1]
        ),
        "This is padding=(kernel − 1) // 2 on both sides, as one writes in PyTorch": (
            lambda size, kernel, stride: ((kernel - 1) // 2,) * 2
        ),
        "The stride is missing: with stride 2 fewer zeros are needed": (
            lambda size, kernel, stride: _same(size, kernel, 1)
        ),
        "The number of zeros is negative where the windows leave elements out: it is 0 then": (
            _negative
        ),
    },
    called="pads",
)

_X = np.array([1.0, 2.0, 4.0, 9.0])

pytorch_variance = FunctionExercise(
    "pytorch_variance",
    "conventions",
    """Write moved(running, x, momentum): the new running_var of PyTorch's batch normalization after
a batch x of one feature. PyTorch's momentum is the part of the new value, and running_var moves to
the variance divided by n − 1.""",
    solution=lambda running, x, momentum: (1 - momentum) * running + momentum * np.var(x, ddof=1),
    returns=("running",),
    cases=[(1.0, _X, 0.1), (0.5, -_X[1:], 0.3)],
    mistakes={
        "These are the numbers of Keras: momentum is the part that stays, and it divides by n": (
            lambda running, x, momentum: momentum * running + (1 - momentum) * np.var(x)
        ),
        "The variance is divided by n, as in Keras": lambda running, x, momentum: (
            (1 - momentum) * running + momentum * np.var(x)
        ),
        "momentum is the part of the new value, not of the old one": lambda running, x, momentum: (
            momentum * running + (1 - momentum) * np.var(x, ddof=1)
        ),
    },
    called="moved",
)

first_epsilon = NumberExercise(
    "first_epsilon",
    "conventions",
    """Which epsilon makes the first update of Keras's Adam the same as that of PyTorch's Adam with
eps=1e-8? beta_2 is 0.999.""",
    solution=lambda: 1e-8 * (1 - 0.999) ** 0.5,
    mistakes={
        "Keras adds ε before the correction: it has to be smaller by √(1 − 0.999)": 1e-8,
        "This is the reciprocal: Keras's ε has to be the smaller one": 1e-8 / (1 - 0.999) ** 0.5,
        "The root is missing": 1e-11,
        "This is Keras's default, which is not equal to PyTorch's": 1e-7,
    },
    evidence=lambda epsilon: (
        f"In the first update it acts like eps = {epsilon / (1 - 0.999) ** 0.5:.3g} in PyTorch."
    ),
)
