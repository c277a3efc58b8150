"""Exercises of the lessons on momentum and on Nesterov's gradient."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.exercises.exercise import FunctionExercise, NumberExercise
from minikeras.optimizers import SGD

# w, g, v, lr, momentum
_STEPS = [
    (1.0, 0.5, 0.0, 0.1, 0.9),
    (1.0, 0.5, 0.2, 0.1, 0.9),
    (-2.0, -3.0, 0.7, 0.01, 0.5),
    (np.array([1.0, -2.0]), np.array([0.5, 1.0]), np.array([0.1, -0.3]), 0.05, 0.8),
]


def _keras(nesterov: bool) -> Any:
    def step(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
        w, g, v = (np.asarray(x, float) for x in (w, g, v))
        return SGD(lr, momentum=momentum, nesterov=nesterov).step(w, g, np.float64(1), lr, v)

    return step


def _pytorch(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
    v = momentum * v + g
    return w - lr * v, v


def _uphill(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
    v = momentum * v + lr * g
    return w + v, v


def _average(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
    v = momentum * v - (1 - momentum) * lr * g
    return w + v, v


def _old_velocity(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
    return w + v, momentum * v - lr * g


def _both(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
    v = momentum * v - lr * g
    return w + v - lr * g, v


momentum_step = FunctionExercise(
    "momentum_step",
    "momentum",
    """Write step(w, g, v, lr, momentum), one update of SGD with momentum as in Keras.
It returns the new weight and the new velocity, (w, v).""",
    solution=_keras(nesterov=False),
    returns=("w", "v"),
    cases=_STEPS,
    mistakes={
        "These are the numbers of PyTorch's form: Keras multiplies the gradient by lr before it "
        "enters the velocity": _pytorch,
        "The velocity points uphill: lr g is subtracted": _uphill,
        "The gradient is weighted by (1 − momentum), as in Adam's moments: in SGD its weight "
        "is 1": _average,
        "The weight moves by the old velocity: compute the new velocity first": _old_velocity,
        "The gradient is applied twice: it is in the new velocity already": _both,
        "The learning rate is missing": lambda w, g, v, lr, momentum: (
            w + momentum * v - g,
            momentum * v - g,
        ),
        "The velocity is added to w: the minus sign is in it already": (
            lambda w, g, v, lr, momentum: (
                w - (momentum * v - lr * g),
                momentum * v - lr * g,
            )
        ),
        "The velocity that is returned is the old one: the next update starts from the new one": (
            lambda w, g, v, lr, momentum: (w + momentum * v - lr * g, v)
        ),
    },
)


terminal_step = NumberExercise(
    "terminal_step",
    "momentum",
    """On a long even slope the gradient is 1 everywhere. How long is a step of
SGD(learning_rate=0.01, momentum=0.95) after many updates?""",
    solution=lambda: 0.01 / (1 - 0.95),  # where momentum · v + lr g = v
    mistakes={
        "This is the first step: the velocity grows until momentum · v + lr equals v": 0.01,
        "This is the second step: continue until momentum · v + lr equals v": 0.0195,
        "This would be the step with momentum 0.9": 0.1,
        "The learning rate is missing": 20.0,
    },
    evidence=lambda step: (
        f"If a step were {step:.4g} long, the next one would be 0.95 · {step:.4g} + 0.01 · 1 "
        f"= {0.95 * step + 0.01:.4g}."
    ),
)


_MOST = 1000  # updates that are tried


def _updates(momentum: float) -> int:
    """How many updates of SGD(0.4, momentum) on 0.1 x² + 2 y² bring both coordinates below 0.01."""
    sgd, lr = SGD(0.4, momentum=float(momentum)), np.float64(0.4)
    w, v, last = np.array([-5.0, -2.0]), np.zeros(2), 0
    for t in range(1, _MOST + 1):
        w, v = sgd.step(w, np.array([0.2, 4.0]) * w, np.float64(t), lr, v)
        if np.abs(w).max() >= 0.01:
            last = t
    return last + 1


@functools.cache
def _fastest() -> float:
    return float(min(np.arange(20) / 20, key=_updates))


def _comparison(momentum: float) -> str:
    if not 0 <= momentum <= 1:
        return "A momentum is a number from 0 to 1."
    updates = _updates(momentum)
    taken = f"more than {_MOST}" if updates > _MOST else updates
    fewest = _updates(_fastest())
    return f"With momentum {momentum:.4g} it takes {taken} updates; another takes {fewest}."


ravine_momentum = NumberExercise(
    "ravine_momentum",
    "momentum",
    """With learning rate 0.4, which momentum brings f = 0.1 x² + 2 y² to its minimum in the
fewest updates? Start at (−5, −2), count until |x| and |y| stay below 0.01.
Try 0, 0.05, ... 0.95.""",
    solution=_fastest,
    evidence=_comparison,
)


def _papers(w: Any, v: Any, lr: Any, momentum: Any, gradient: Any) -> Any:
    v = momentum * v - lr * gradient(w + momentum * v)
    return w + v, v


nesterov_step = FunctionExercise(
    "nesterov_step",
    "nesterov",
    """Write step(w, g, v, lr, momentum), one update of SGD(nesterov=True) as in Keras.
It returns the new weight and the new velocity, (w, v).""",
    solution=_keras(nesterov=True),
    returns=("w", "v"),
    cases=_STEPS,
    mistakes={
        "These are the numbers of plain momentum: Nesterov adds the velocity as it will be after "
        "one more step with the same gradient": _keras(nesterov=False),
        "The velocity that is returned is one step too far: only w looks ahead": lambda *a: (
            (new := _keras(nesterov=True)(*a)),
            (new[0], new[0] - a[0]),
        )[1],
        "These are the numbers of PyTorch's form, without lr in the velocity": (
            lambda w, g, v, lr, momentum: (
                w - lr * (g + momentum * (momentum * v + g)),
                momentum * v + g,
            )
        ),
        "The gradient is missing in the look ahead: w moves by momentum · v − lr g, of the new v": (
            lambda w, g, v, lr, momentum: (
                w + momentum * (momentum * v - lr * g),
                momentum * v - lr * g,
            )
        ),
        "This moves by the old velocity and by the new one: compute the new v first, and use it "
        "in momentum · v − lr g": lambda w, g, v, lr, momentum: (
            w + momentum * v + momentum * v - lr * g,
            momentum * v - lr * g,
        ),
    },
)


def _parabola(w: Any) -> Any:
    return 4.0 * w


papers_nesterov_step = FunctionExercise(
    "papers_nesterov_step",
    "nesterov",
    """Write step(w, v, lr, momentum, gradient), an update as in the paper: the function gradient
is called at the place to which the velocity alone would bring w. Return (w, v).""",
    solution=_papers,
    returns=("w", "v"),
    cases=[
        (1.0, 0.0, 0.1, 0.9, _parabola),
        (1.0, 0.3, 0.1, 0.9, _parabola),
        (-2.0, 1.5, 0.05, 0.5, np.cos),
        (np.array([1.0, -1.0]), np.array([0.2, 0.1]), 0.1, 0.8, _parabola),
    ],
    mistakes={
        "The gradient is taken at w, as in plain momentum: take it at w + momentum · v": (
            lambda w, v, lr, momentum, gradient: (
                w + momentum * v - lr * gradient(w),
                momentum * v - lr * gradient(w),
            )
        ),
        "The gradient is taken at w + v: the velocity decays first, w + momentum · v": (
            lambda w, v, lr, momentum, gradient: (
                w + momentum * v - lr * gradient(w + v),
                momentum * v - lr * gradient(w + v),
            )
        ),
        "The gradient is taken at momentum · v: that is how far to look, from w": (
            lambda w, v, lr, momentum, gradient: (
                w + momentum * v - lr * gradient(momentum * v),
                momentum * v - lr * gradient(momentum * v),
            )
        ),
    },
)

first_nesterov_step = NumberExercise(
    "first_nesterov_step",
    "nesterov",
    """How far does the first update of SGD(0.1, momentum=0.9, nesterov=True) move a weight whose
gradient is 1?""",
    solution=lambda: 0.1 * (1 + 0.9),
    mistakes={
        "So far goes plain momentum: its velocity is lr g after the first update": 0.1,
        "This is momentum · v only: the gradient itself is missing": 0.09,
        "This is the second step of plain momentum, or two steps at once: v is lr g, and w moves "
        "by momentum · v + lr g": 0.2,
    },
    evidence=lambda step: (
        f"v = 0.1 · 1 = 0.1 after the update, and {step:.4g} is not momentum · v + lr g."
    ),
)
