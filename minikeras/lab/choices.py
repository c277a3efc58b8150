"""The optimizers of the lab and the hyperparameters that its sliders set."""

from __future__ import annotations

from typing import Any

from minikeras import optimizers

# 0.0001, 0.0002, 0.0005, 0.001 ...
RATES = tuple(round(m * 10.0**k, 6) for k in range(-4, 1) for m in (1, 2, 5))[:-2]
DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)

# For each rule the values that a slider offers, and the first one; switches are bools.
CHOICES: dict[str, dict[str, tuple[tuple[Any, ...], Any]]] = {
    "SGD": {
        "learning_rate": (RATES, 0.1),
        "momentum": (DECAYS, 0.0),
        "nesterov": ((False, True), False),
    },
    "RMSprop": {
        "learning_rate": (RATES, 0.1),
        "rho": (DECAYS, 0.9),
        "momentum": (DECAYS, 0.0),
        "centered": ((False, True), False),
    },
    "Adagrad": {"learning_rate": (RATES, 0.5)},
    "Adadelta": {"learning_rate": (RATES, 1.0), "rho": (DECAYS, 0.95)},
    "Adam": {
        "learning_rate": (RATES, 0.1),
        "beta_1": (DECAYS, 0.9),
        "beta_2": (DECAYS, 0.999),
        "amsgrad": ((False, True), False),
    },
    "AdamW": {
        "learning_rate": (RATES, 0.1),
        "beta_1": (DECAYS, 0.9),
        "beta_2": (DECAYS, 0.999),
        "weight_decay": ((0.0, 0.001, 0.004, 0.01, 0.05, 0.1), 0.004),
    },
    "Adamax": {
        "learning_rate": (RATES, 0.1),
        "beta_1": (DECAYS, 0.9),
        "beta_2": (DECAYS, 0.999),
    },
    "Nadam": {
        "learning_rate": (RATES, 0.1),
        "beta_1": (DECAYS, 0.9),
        "beta_2": (DECAYS, 0.999),
    },
    "Lion": {
        "learning_rate": (RATES, 0.02),
        "beta_1": (DECAYS[1:], 0.9),
        "beta_2": (DECAYS, 0.99),
    },
}


def made(rule: str, values: dict[str, Any]) -> optimizers.Optimizer:
    """The optimizer of this name with the values of its sliders."""
    chosen = {name: value for name, value in values.items() if value is not None}
    optimizer: optimizers.Optimizer = getattr(optimizers, rule)(**chosen)
    return optimizer
