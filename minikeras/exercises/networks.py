"""Exercises of the lessons on initialization, on BatchNormalization, and on dropout and L2."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.exercises.exercise import FunctionExercise, NumberExercise

_RNG = np.random.default_rng(0)

# Initialization


def _glorot(fan_in: Any, fan_out: Any) -> Any:
    return math.sqrt(6 / (fan_in + fan_out))


glorot_limit = FunctionExercise(
    "glorot_limit",
    "initialization",
    """Write limit(fan_in, fan_out): GlorotUniform draws from −limit to limit, so that the variance
of a weight is 2 / (fan_in + fan_out).""",
    solution=_glorot,
    returns=("limit",),
    cases=[(64, 64), (784, 10), (3, 100)],
    mistakes={
        "This is the standard deviation: a uniform number from −a to a has variance a² / 3": (
            lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out))
        ),
        "This is the limit of HeUniform": lambda fan_in, fan_out: math.sqrt(6 / fan_in),
        "This is the limit of LecunUniform": lambda fan_in, fan_out: math.sqrt(3 / fan_in),
        "The root is missing": lambda fan_in, fan_out: 6 / (fan_in + fan_out),
        "a² / 3 is to be 2 / (fan_in + fan_out), the variance of a uniform number from −a to a": (
            lambda fan_in, fan_out: math.sqrt(3 / (fan_in + fan_out))
        ),
    },
    called="limit",
)


def _dead(outputs: Any) -> Any:
    return float(np.mean(np.all(np.asarray(outputs) == 0, axis=0)))


_OUTPUTS = np.maximum(_RNG.standard_normal((6, 5)) - [0, 5, 0, 1, 5], 0)

dead_fraction = FunctionExercise(
    "dead_fraction",
    "initialization",
    """Write fraction(outputs) for the outputs of a relu layer, one row for each sample and one
column for each unit: the fraction of the units that are 0 for all samples.""",
    solution=_dead,
    returns=("fraction",),
    cases=[(_OUTPUTS,), (np.array([[0.0, 1.0], [0.0, 0.0]]),), (np.eye(3),)],
    mistakes={
        "This is the fraction of zeros: a unit that is 0 for some samples only is not dead": (
            lambda outputs: float(np.mean(np.asarray(outputs) == 0))
        ),
        "This is the fraction of samples for which all units are 0": (
            lambda outputs: float(np.mean(np.all(np.asarray(outputs) == 0, axis=1)))
        ),
        "This is the fraction of units that live": lambda outputs: 1 - _dead(outputs),
        "This is the number of dead units: divide by the number of units": (
            lambda outputs: _dead(outputs) * np.shape(outputs)[1]
        ),
    },
    called="fraction",
)

through_ten_layers = NumberExercise(
    "through_ten_layers",
    "initialization",
    """Ten Dense layers of 100 units each, without activation, have weights of standard deviation
0.05. By which factor does the standard deviation of a signal change from the first to the last?""",
    solution=lambda: (math.sqrt(100) * 0.05) ** 10,
    mistakes={
        "This is one layer": 0.5,
        "This is the factor of the variance": (100 * 0.05**2) ** 10,
        "Each output is a sum of 100 terms": 0.05**10,
        "The terms are random: their standard deviations add as a root, √100 and not 100": 5.0**10,
    },
    evidence=lambda factor: (
        f"One layer multiplies it by √100 · 0.05 = 0.5, and the tenth root of {factor:.4g} is "
        f"{abs(factor) ** 0.1:.4g}."
    ),
)

# BatchNormalization


def _normalized(x: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    x = np.asarray(x, float)
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + epsilon) + beta


_BATCH = np.round(_RNG.normal(3, 2, (4, 2)), 1)

normalize = FunctionExercise(
    "normalize",
    "batch_normalization",
    """Write normalize(x, gamma, beta, epsilon): what BatchNormalization returns in training for a
batch x of shape (samples, features).""",
    solution=_normalized,
    returns=("outputs",),
    cases=[
        (_BATCH, np.ones(2), np.zeros(2), 0.1),
        (_BATCH, np.array([2.0, 0.5]), np.array([1.0, -1.0]), 1e-3),
    ],
    mistakes={
        "The variance is that of the batch, divided by n and not by n − 1": (
            lambda x, gamma, beta, epsilon: (
                gamma * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + epsilon) + beta
            )
        ),
        "ε is added to the variance, inside of the root": (
            lambda x, gamma, beta, epsilon: (
                gamma * (x - x.mean(0)) / (np.sqrt(x.var(0)) + epsilon) + beta
            )
        ),
        "Each feature has its own mean, over the samples: axis 0": (
            lambda x, gamma, beta, epsilon: (
                gamma * (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + epsilon)
                + beta
            )
        ),
        "Each feature has its own mean, over the samples, and not one for all: axis 0": (
            lambda x, gamma, beta, epsilon: (
                gamma * (x - x.mean()) / np.sqrt(x.var() + epsilon) + beta
            )
        ),
        "The root is missing": lambda x, gamma, beta, epsilon: (
            gamma * (x - x.mean(0)) / (x.var(0) + epsilon) + beta
        ),
    },
    called="normalize",
)

moving_mean = FunctionExercise(
    "moving_mean",
    "batch_normalization",
    """Write moved(moving, x, momentum): the new moving_mean of BatchNormalization after it has seen
the batch x of shape (samples, features) in training.""",
    solution=lambda moving, x, momentum: momentum * moving + (1 - momentum) * np.mean(x, axis=0),
    returns=("moving",),
    cases=[(np.zeros(2), _BATCH, 0.99), (np.array([3.0, 1.0]), _BATCH, 0.9)],
    mistakes={
        "This is PyTorch's momentum, the part of the batch: in Keras it is the part that stays": (
            lambda moving, x, momentum: (1 - momentum) * moving + momentum * np.mean(x, axis=0)
        ),
        "Each feature has its own mean, over the samples: axis 0": (
            lambda moving, x, momentum: momentum * moving + (1 - momentum) * np.mean(x)
        ),
        "The mean of the batch is weighted by 1 − momentum": (
            lambda moving, x, momentum: momentum * moving + np.mean(x, axis=0)
        ),
    },
    called="moved",
)


def _reached(n: float) -> str:
    reached = f"After {n:.4g} updates it is 1 − 0.99^{n:.4g} = {1 - 0.99**n:.6f}"
    return (
        f"{reached}, and above 0.99 one update earlier."
        if 0.99 ** (n - 1) < 0.01
        else f"{reached}."
    )


updates_to_trust = NumberExercise(
    "updates_to_trust",
    "batch_normalization",
    """All batches have mean 1, and moving_mean starts at 0, with momentum 0.99. After how many
updates is it above 0.99 for the first time?""",
    solution=lambda: math.ceil(math.log(0.01) / math.log(0.99)),
    mistakes={
        "This would be so with momentum 0.9": 44.0,
        "After so many updates it is about 1 − 1/e": 100.0,
        "It moves by 1 % of what is left, not of the whole": 99.0,
    },
    evidence=_reached,
    tolerance=0.001,
)

# Dropout and L2


def _dropped(x: Any, mask: Any, rate: Any) -> Any:
    return np.asarray(x) * mask / (1 - rate)


_X, _MASK = np.array([1.0, 2.0, -3.0, 4.0]), np.array([1.0, 0.0, 1.0, 1.0])

dropout = FunctionExercise(
    "dropout",
    "dropout_and_l2",
    """Write drop(x, mask, rate): what Dropout(rate) returns in training, where mask is 1 for the
inputs that remain and 0 for the others.""",
    solution=_dropped,
    returns=("outputs",),
    cases=[(_X, _MASK, 0.25), (_X, 1 - _MASK, 0.8), (_X, np.ones(4), 0.1)],
    mistakes={
        "What remains is multiplied by 1 / (1 − rate), so that the mean stays": (
            lambda x, mask, rate: x * mask
        ),
        "It is divided by 1 − rate: rate is the part that is dropped": (
            lambda x, mask, rate: x * mask / rate
        ),
        "What remains grows; to shrink it is what other definitions do after training": (
            lambda x, mask, rate: x * mask * (1 - rate)
        ),
        "The factor is 1 / (1 − rate), whatever the mask": (
            lambda x, mask, rate: x * mask / np.mean(mask)
        ),
    },
    called="drop",
)

l2_gradient = FunctionExercise(
    "l2_gradient",
    "dropout_and_l2",
    """Write gradient(w, l2): what kernel_regularizer=L2(l2) adds to the gradient of a
kernel w.""",
    solution=lambda w, l2: 2 * l2 * np.asarray(w),
    returns=("gradient",),
    cases=[(3.0, 0.01), (np.array([[1.0, -2.0], [0.0, 0.5]]), 0.1)],
    mistakes={
        "There is no ½ in Keras's penalty l2 Σ w²: the gradient is 2 l2 w": lambda w, l2: l2 * w,
        "This is the penalty of each weight, not its derivative": lambda w, l2: l2 * w**2,
        "This is the gradient of L1": lambda w, l2: l2 * np.sign(w),
        "The gradient of a sum is not divided by the number of weights": (
            lambda w, l2: 2 * l2 * np.asarray(w) / np.size(w)
        ),
    },
    called="gradient",
)

equal_decay = NumberExercise(
    "equal_decay",
    "dropout_and_l2",
    """Which weight_decay of SGD(0.1) does the same as the regularizer L2(0.01) without it?""",
    solution=lambda: 2 * 0.01,
    mistakes={
        "The derivative of l2 w² is 2 l2 w": 0.01,
        "weight_decay is multiplied by the learning rate, as the gradient is": 0.002,
        "weight_decay is multiplied by the learning rate, and the derivative of w² is 2 w": 0.001,
    },
    evidence=lambda decay: (
        f"It shrinks a weight by {0.1 * decay:.4g} of itself in an update; "
        "the regularizer by 0.1 · 2 · 0.01 = 0.002."
    ),
)
