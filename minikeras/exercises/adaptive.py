"""Exercises of the lessons on Adagrad, on RMSprop and on Adam and AdamW."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.exercises.exercise import FunctionExercise, NumberExercise
from minikeras.optimizers import Adagrad, Adam, AdamW, Optimizer, RMSprop

_W, _G = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 1e-6])


def _run(make: Callable[..., Optimizer], w: Any, g: Any, t: Any, lr: Any, *slots: Any) -> Any:
    """A step of an optimizer, in float64."""
    w, g, *rest = (np.asarray(x, float) for x in (w, g, *slots))
    return make().step(w, g, np.float64(t), np.float64(lr), *rest)


# Adagrad


def _adagrad(w: Any, g: Any, a: Any, lr: Any) -> Any:
    return _run(Adagrad, w, g, 1, lr, a)


adagrad_step = FunctionExercise(
    "adagrad_step",
    "adagrad",
    """Write step(w, g, a, lr), one update of Adagrad as in Keras, with ε = 1e-7.
It returns the new weight and the new accumulator, (w, a).""",
    solution=_adagrad,
    returns=("w", "a"),
    cases=[(1.0, 0.5, 0.1, 0.1), (1.0, 0.5, 0.0, 0.1), (_W, _G, np.zeros(3), 0.01)],
    mistakes={
        "The root is missing: a is a sum of squares, and √a has the unit of the gradient": (
            lambda w, g, a, lr: (w - lr * g / (a + g * g + 1e-7), a + g * g)
        ),
        "The old accumulator divides: the square of this gradient is added first": (
            lambda w, g, a, lr: (w - lr * g / np.sqrt(a + 1e-7), a + g * g)
        ),
        "ε stands outside of the root; in Keras's Adagrad it stands inside": (
            lambda w, g, a, lr: (w - lr * g / (np.sqrt(a + g * g) + 1e-7), a + g * g)
        ),
        "The gradient is added to a without being squared": (
            lambda w, g, a, lr: (w - lr * g / np.sqrt(np.abs(a + g) + 1e-7), a + g)
        ),
        "ε is missing: it is added to a inside of the root": (
            lambda w, g, a, lr: (w - lr * g / np.sqrt(a + g * g), a + g * g)
        ),
    },
)


hundredth_step = NumberExercise(
    "hundredth_step",
    "adagrad",
    """The gradient is 1 in every update. How long is the 100th step of
Adagrad(learning_rate=1, initial_accumulator_value=0)?""",
    solution=lambda: 100**-0.5,
    mistakes={
        "This would be right without the root": 0.01,
        "This is the first step": 1.0,
        "This is the sum of all steps": sum(t**-0.5 for t in range(1, 101)),
    },
    evidence=lambda step: f"After 100 updates a = 100, and {step:.4g} is not 1 / √100.",
)


def _rates(gradients: Any, lr: Any) -> Any:
    a = 0.1 + np.cumsum(np.square(np.asarray(gradients, float)), axis=0)
    return lr / np.sqrt(a + 1e-7)


effective_rates = FunctionExercise(
    "effective_rates",
    "adagrad",
    """Write rates(gradients, lr) for Adagrad with Keras's defaults (the accumulator starts at 0.1,
ε = 1e-7): for each gradient of a sequence, the factor by which its update multiplies it.""",
    solution=_rates,
    returns=("rates",),
    cases=[([1.0, 1.0, 1.0], 0.1), ([0.1, 0.0, 2.0, -1.0], 0.5), ([[1.0, 0.0], [0.5, 3.0]], 0.01)],
    mistakes={
        "The accumulator starts at 0; in Keras it starts at 0.1": (
            lambda gradients, lr: lr / np.sqrt(np.cumsum(np.square(gradients), axis=0) + 1e-7)
        ),
        "The rates are those before each update: its own gradient counts": (
            lambda gradients, lr: (
                lr
                / np.sqrt(
                    0.1 + np.cumsum(np.square(gradients), axis=0) - np.square(gradients) + 1e-7
                )
            )
        ),
        "The gradients are summed over all entries: each entry has its own accumulator": (
            lambda gradients, lr: (
                (
                    lr
                    / np.sqrt(
                        0.1
                        + np.cumsum(
                            np.square(gradients).reshape(len(gradients), -1).sum(1)
                        ).reshape(-1, *[1] * (np.ndim(gradients) - 1))
                        + 0 * np.asarray(gradients)
                        + 1e-7
                    )
                )
                if np.ndim(gradients) > 1
                else _rates(gradients, lr)
            )
        ),
    },
    called="rates",
)

# RMSprop


def _rmsprop(w: Any, g: Any, v: Any, lr: Any, rho: Any) -> Any:
    return _run(lambda: RMSprop(rho=rho), w, g, 1, lr, v)


rmsprop_step = FunctionExercise(
    "rmsprop_step",
    "rmsprop",
    """Write step(w, g, v, lr, rho), one update of RMSprop as in Keras, with ε = 1e-7.
It returns the new weight and the new mean square, (w, v).""",
    solution=_rmsprop,
    returns=("w", "v"),
    cases=[
        (1.0, 0.5, 0.0, 0.01, 0.9),
        (1.0, 0.5, 0.3, 0.01, 0.9),
        (_W, _G, np.array([0.0, 0.1, 0.0]), 0.1, 0.5),
    ],
    mistakes={
        "ρ and 1 − ρ are exchanged: ρ is the part of the mean that remains": (
            lambda w, g, v, lr, rho: _rmsprop(w, g, v, lr, 1 - rho)
        ),
        "v is a sum, as in Adagrad: the new square is weighted by 1 − ρ": (
            lambda w, g, v, lr, rho: (
                w - lr * g / np.sqrt(rho * v + g * g + 1e-7),
                rho * v + g * g,
            )
        ),
        "ε stands outside of the root, as in PyTorch; in Keras it stands inside": (
            lambda w, g, v, lr, rho: (
                w - lr * g / (np.sqrt(rho * v + (1 - rho) * g * g) + 1e-7),
                rho * v + (1 - rho) * g * g,
            )
        ),
        "The root is missing": lambda w, g, v, lr, rho: (
            w - lr * g / (rho * v + (1 - rho) * g * g + 1e-7),
            rho * v + (1 - rho) * g * g,
        ),
        "The old v divides: the square of this gradient is added first": (
            lambda w, g, v, lr, rho: (
                w - lr * g / np.sqrt(v + 1e-7),
                rho * v + (1 - rho) * g * g,
            )
        ),
        "ε is missing: it is added to v inside of the root": (
            lambda w, g, v, lr, rho: (
                w - lr * g / np.sqrt(rho * v + (1 - rho) * g * g),
                rho * v + (1 - rho) * g * g,
            )
        ),
    },
)

first_rmsprop_step = NumberExercise(
    "first_rmsprop_step",
    "rmsprop",
    """How long is the first step of RMSprop(learning_rate=0.001, rho=0.9) if the gradient is 5?""",
    solution=lambda: 0.001 / (1 - 0.9) ** 0.5,
    mistakes={
        "This is the step after many updates with the same gradient: v has grown to g². In the "
        "first one v = (1 − ρ) g²": 0.001,
        "The gradient cancels: it stands above the line and, squared, inside the root": 0.005,
        "The root is missing": 0.01,
    },
    evidence=lambda step: f"v = 0.1 · 25 = 2.5, and {step:.4g} is not 0.001 · 5 / √2.5.",
)


def _centered(w: Any, g: Any, v: Any, mean: Any, lr: Any, rho: Any) -> Any:
    w, v, mean = _run(lambda: RMSprop(rho=rho, centered=True), w, g, 1, lr, v, mean)
    return w, v, mean


def _variance(g: Any, v: Any, mean: Any, rho: Any) -> Any:
    return rho * v + (1 - rho) * g * g - (rho * mean + (1 - rho) * g) ** 2


centered_step = FunctionExercise(
    "centered_step",
    "rmsprop",
    """Write step(w, g, v, mean, lr, rho), one update of RMSprop(centered=True), with ε = 1e-7. The
divisor is the root of v − mean² + ε, of the new v and mean. Return (w, v, mean).""",
    solution=_centered,
    returns=("w", "v", "mean"),
    cases=[
        (1.0, 0.5, 0.0, 0.0, 0.01, 0.9),
        (1.0, 0.5, 0.3, -0.2, 0.01, 0.9),
        (_W, np.array([0.5, -1.0, 1e-6]), np.array([0.2, 1.1, 0.0]), np.zeros(3), 0.1, 0.5),
    ],
    mistakes={
        "v alone divides, as in RMSprop without centered": (
            lambda w, g, v, mean, lr, rho: (
                *_rmsprop(w, g, v, lr, rho),
                rho * mean + (1 - rho) * g,
            )
        ),
        "The old mean is subtracted: both means are updated first": (
            lambda w, g, v, mean, lr, rho: (
                w - lr * g / np.sqrt(rho * v + (1 - rho) * g * g - mean**2 + 1e-7),
                rho * v + (1 - rho) * g * g,
                rho * mean + (1 - rho) * g,
            )
        ),
        "ε stands outside of the root; here it stands inside": (
            lambda w, g, v, mean, lr, rho: (
                w - lr * g / (np.sqrt(_variance(g, v, mean, rho)) + 1e-7),
                rho * v + (1 - rho) * g * g,
                rho * mean + (1 - rho) * g,
            )
        ),
    },
)

# Adam and AdamW


def _adam(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    return _run(Adam, w, g, t, lr, m, v)


def _moments(g: Any, m: Any, v: Any) -> tuple[Any, Any]:
    return 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g


def _uncorrected(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    m, v = _moments(g, m, v)
    return w - lr * m / (np.sqrt(v) + 1e-7), m, v


def _algorithm_1(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    m, v = _moments(g, m, v)
    corrected = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - lr * corrected[0] / (np.sqrt(corrected[1]) + 1e-7), m, v


def _alpha(t: Any, lr: Any) -> Any:
    return lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)


def _not_squared(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g
    return w - _alpha(t, lr) * m / (np.sqrt(v) + 1e-7), m, v


def _in_the_root(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    m, v = _moments(g, m, v)
    return w - _alpha(t, lr) * m / np.sqrt(v + 1e-7), m, v


def _without_root(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    m, v = _moments(g, m, v)
    return w - _alpha(t, lr) * m / (v + 1e-7), m, v


def _paper_epsilon(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    m, v = _moments(g, m, v)
    return w - _alpha(t, lr) * m / (np.sqrt(v) + 1e-8), m, v


def _corrected_slots(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    w, m, v = _algorithm_1(w, g, m, v, t, lr)
    return w, m / (1 - 0.9**t), v / (1 - 0.999**t)


def _uphill(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any) -> Any:
    new, m, v = _adam(w, g, m, v, t, lr)
    return 2 * w - new, m, v


adam_step = FunctionExercise(
    "adam_step",
    "adam",
    """Write step(w, g, m, v, t, lr), one update of Adam as in Keras, with β₁ = 0.9, β₂ = 0.999 and
ε = 1e-7; t is 1 in the first update. It returns the new weight and moments, (w, m, v).""",
    solution=_adam,
    returns=("w", "m", "v"),
    cases=[
        (1.0, 0.5, 0.0, 0.0, 1, 0.1),
        (1.0, -0.3, 0.05, 0.00025, 2, 0.1),
        (_W, _G, np.zeros(3), np.zeros(3), 1, 0.001),
        (_W, _G, np.array([0.1, -0.2, 1e-6]), np.array([0.01, 0.04, 1e-12]), 7, 0.001),
    ],
    mistakes={
        "The bias correction is missing: the moments start at 0": _uncorrected,
        "ε is that of Algorithm 1, added to √v̂; Keras adds it to √v, before the correction": (
            _algorithm_1
        ),
        "t is one too large: it is 1 in the first update": (
            lambda w, g, m, v, t, lr: _adam(w, g, m, v, t + 1, lr)
        ),
        "The second moment is the mean of g, not of g²": _not_squared,
        "ε stands inside of the root; Keras adds it to √v": _in_the_root,
        "ε is 1e-8, as in the paper; in Keras it is 1e-7": _paper_epsilon,
        "The root is missing: v is a mean of squares": _without_root,
        "The corrected moments are returned: the next update needs them as they were before the "
        "correction": _corrected_slots,
        "This goes uphill: the step is subtracted": _uphill,
        "β₁ and β₂ are exchanged": (
            lambda w, g, m, v, t, lr: _run(
                lambda: Adam(beta_1=0.999, beta_2=0.9), w, g, t, lr, m, v
            )
        ),
    },
    tolerance=2e-6,
)

without_correction = NumberExercise(
    "without_correction",
    "adam",
    """How many times longer would Adam's first step be without the bias correction, that is with
α = lr? β₁ = 0.9, β₂ = 0.999, and ε is negligible.""",
    solution=lambda: (1 - 0.9) / (1 - 0.999) ** 0.5,
    mistakes={
        "This is the reciprocal: the corrected step is the shorter one": (1 - 0.999) ** 0.5 / 0.1,
        "The root of the second moment is missing": 100.0,
        "Only the first moment was left uncorrected": 0.1,
        "Only the second moment was left uncorrected": (1 - 0.999) ** -0.5,
        "This is by how much m is too small: v is too small as well": 10.0,
        "This is by how much v is too small: its root divides, and m is too small as well": 1000.0,
    },
    evidence=lambda ratio: (
        "Without the correction Δ = lr · 0.1 g / √(0.001 g²); with it Δ = lr. "
        f"The ratio is not {ratio:.4g}."
    ),
)


def _adamw(w: Any, g: Any, m: Any, v: Any, t: Any, lr: Any, decay: Any) -> Any:
    adamw = AdamW(weight_decay=decay)
    w = adamw.decayed(np.asarray(w, float), np.float64(lr))
    return _adam(w, g, m, v, t, lr)


adamw_step = FunctionExercise(
    "adamw_step",
    "adam",
    """Write step(w, g, m, v, t, lr, decay), one update of AdamW as in Keras, with β₁ = 0.9,
β₂ = 0.999 and ε = 1e-7. It returns (w, m, v). You may call your adam_step.""",
    solution=_adamw,
    returns=("w", "m", "v"),
    cases=[
        (1.0, 0.5, 0.0, 0.0, 1, 0.1, 0.01),
        (1.0, -0.3, 0.05, 0.00025, 2, 0.1, 0.2),
        (_W, np.array([0.5, -1.0, 0.1]), np.zeros(3), np.zeros(3), 1, 0.1, 0.4),
    ],
    mistakes={
        "The decay is in the gradient, as with an L2 penalty: it must not enter the moments": (
            lambda w, g, m, v, t, lr, decay: _adam(w, g + decay * w, m, v, t, lr)
        ),
        "The decay is in the gradient, as with the regularizer L2: it must not enter the moments": (
            lambda w, g, m, v, t, lr, decay: _adam(w, g + 2 * decay * w, m, v, t, lr)
        ),
        "The decay is not multiplied by the learning rate": (
            lambda w, g, m, v, t, lr, decay: _adam(w * (1 - decay), g, m, v, t, lr)
        ),
        "The weight decays after the step: the old weight is what decays": (
            lambda w, g, m, v, t, lr, decay: (
                (new := _adam(w, g, m, v, t, lr)),
                (new[0] * (1 - lr * decay), *new[1:]),
            )[1]
        ),
        "There is no decay": lambda w, g, m, v, t, lr, decay: _adam(w, g, m, v, t, lr),
    },
)
