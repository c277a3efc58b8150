"""Exercises of the lessons on gradient descent and on batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.exercises.exercise import FunctionExercise, NumberExercise
from minikeras.metrics import Mean
from minikeras.optimizers import SGD

# Gradient descent


def _descent(w: Any, g: Any, lr: Any) -> Any:
    w, g = np.asarray(w, float), np.asarray(g, float)
    return SGD(lr).step(w, g, np.float64(1), lr)


descent_step = FunctionExercise(
    "descent_step",
    "gradient_descent",
    """Write step(w, g, lr), one update of gradient descent. It returns the new weight.""",
    solution=_descent,
    returns=("w",),
    cases=[(1.0, 0.5, 0.1), (-2.0, -3.0, 0.01), (np.array([1.0, -2.0]), np.array([0.5, 1.0]), 0.2)],
    mistakes={
        "This goes uphill: the gradient is subtracted": lambda w, g, lr: w + lr * g,
        "The learning rate is missing": lambda w, g, lr: w - g,
        "This is the step alone: add it to w": lambda w, g, lr: -lr * g,
        "Only the sign of the gradient is used": lambda w, g, lr: w - lr * np.sign(g),
    },
)


def _after_twenty(lr: float) -> str:
    x, y = -5 * (1 - 0.2 * lr) ** 20, 0.0 - 2 * (1 - 4 * lr) ** 20
    place = f"With {lr:.4g} the path is at ({x:.3g}, {y:.3g}) after 20 updates from (−5, −2)"
    if lr <= 0:
        return f"{place}: a learning rate is positive."
    return (
        f"{place}: {'it converges, but so it does with a larger one' if lr < 0.5 else 'y grows'}."
    )


largest_learning_rate = NumberExercise(
    "largest_learning_rate",
    "gradient_descent",
    """Below which learning rate does gradient descent converge on f = 0.1 x² + 2 y²?""",
    solution=lambda: 2 / 4,
    mistakes={
        "This is 1 / λ: it brings y to 0 in one update. Up to twice as much converges": 0.25,
        "This is the best one for both coordinates, not the largest": 2 / 4.2,
        "This is right for curvature 2; the second derivative of 2 y² is 4": 1.0,
        "This is the limit along x; y diverges earlier": 10.0,
    },
    evidence=_after_twenty,
)

best_learning_rate = NumberExercise(
    "best_learning_rate",
    "gradient_descent",
    """Each update multiplies x by 1 − 0.2 lr and y by 1 − 4 lr. For which learning rate is the
larger of the two, in absolute value, as small as possible?""",
    solution=lambda: 2 / (0.2 + 4),
    mistakes={
        "This is best for y alone": 0.25,
        "This is best for x alone, and y diverges": 5.0,
        "At the limit y neither grows nor shrinks": 0.5,
    },
    evidence=lambda lr: f"With {lr:.4g} they are {1 - 0.2 * lr:.4g} and {1 - 4 * lr:.4g}.",
    tolerance=0.005,
)

# Batches


def _number(samples: int, batch_size: int, epochs: int) -> int:
    return epochs * math.ceil(samples / batch_size)


number_of_updates = FunctionExercise(
    "number_of_updates",
    "sgd",
    """Write updates(samples, batch_size, epochs): how often does fit update the weights?""",
    solution=_number,
    returns=("updates",),
    cases=[(64, 32, 1), (100, 32, 1), (1797, 32, 10), (10, 64, 3)],
    mistakes={
        "The last batch of an epoch is smaller, but it is used": (
            lambda samples, batch_size, epochs: epochs * (samples // batch_size)
        ),
        "Each epoch ends with its own last batch: round up before multiplying": (
            lambda samples, batch_size, epochs: math.ceil(samples * epochs / batch_size)
        ),
        "The epochs are missing": lambda samples, batch_size, epochs: math.ceil(
            samples / batch_size
        ),
    },
    called="updates",
)


def _epoch_loss(losses: Any, sizes: Any) -> Any:
    mean = Mean()
    for loss, size in zip(losses, sizes):
        mean.update_state(np.float32(loss), np.float32(size))
    return float(mean.result())


epoch_loss = FunctionExercise(
    "epoch_loss",
    "sgd",
    """Write epoch_loss(losses, sizes): the loss that fit reports for an epoch whose batches had
these mean losses and these numbers of samples.""",
    solution=_epoch_loss,
    returns=("loss",),
    cases=[([1.0, 2.0, 4.0], [32, 32, 4]), ([0.5, 0.25], [10, 1]), ([3.0], [7])],
    mistakes={
        "A small batch counts less: weigh each loss by the size of its batch": (
            lambda losses, sizes: float(np.mean(losses))
        ),
        "This is the loss of the last batch; fit reports the mean over the epoch": (
            lambda losses, sizes: losses[-1]
        ),
        "This is a sum over samples: divide by their number": (
            lambda losses, sizes: float(np.dot(losses, sizes))
        ),
    },
    called="epoch_loss",
)

quieter_batches = NumberExercise(
    "quieter_batches",
    "sgd",
    """The gradients of batches of 32 samples, drawn at random from very many, scatter around their
mean with a standard deviation of 0.4. How large must a batch be for 0.1?""",
    solution=lambda: 32 * (0.4 / 0.1) ** 2,
    mistakes={
        "The scatter falls with the root of the batch size": 128.0,
        "A larger batch scatters less, not more": 2.0,
    },
    evidence=lambda size: (
        f"With {size:.6g} samples it is 0.4 · √(32 / {size:.6g}) = {0.4 * (32 / size) ** 0.5:.4g}."
        if size > 0
        else "A batch holds at least one sample."
    ),
)
