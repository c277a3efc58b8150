"""A small network on handwritten digits, whose training notes the size of each update."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minikeras import layers, models, optimizers, utils
from minikeras.optional import Library
from minikeras.types import Array

sklearn = Library("sklearn")

SAMPLES, BATCH = 1024, 64


class Training(NamedTuple):
    """What a training did.

    loss, accuracy: after each step, of that step's batch: arrays of shape (steps,).
    ratios: ‖Δw‖ / ‖w‖ of each weight at each step, by "hidden/kernel" and so on: arrays of shape
        (steps,). 0 for a weight that is zero before the step.
    """

    loss: Array
    accuracy: Array
    ratios: dict[str, Array]


def network(units: int, activation: str) -> models.Model:
    """64 pixels, a hidden layer, 10 classes."""
    return models.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(units, activation, name="hidden"),
            layers.Dense(10, "softmax", name="output"),
        ]
    )


def train(
    optimizer: optimizers.Optimizer, units: int, activation: str, epochs: int, seed: int = 0
) -> Training:
    """Train a new network; the same seed gives the same weights and batches.

    Raises ImportError without scikit-learn, which has the digits.
    """
    utils.set_random_seed(seed)
    x, y = sklearn.datasets.load_digits(return_X_y=True)
    x, y = (x[:SAMPLES] / 16).astype("float32"), y[:SAMPLES].astype("int32")
    model = network(units, activation)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    order = np.random.default_rng(seed)
    logs: list[dict[str, Any]] = []
    names = [v.path.partition("/")[2] for v in model.trainable_variables]
    moved: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(epochs):
        for batch in np.array_split(order.permutation(len(x)), len(x) // BATCH):
            before = [v.numpy() for v in model.trainable_variables]
            model.reset_metrics()
            logs.append(model.train_on_batch(x[batch], y[batch], return_dict=True))
            for name, v, old in zip(names, model.trainable_variables, before):
                size = float(np.linalg.norm(old))
                moved[name].append(float(np.linalg.norm(v.numpy() - old)) / size if size else 0)
    loss, accuracy = (np.array([log[name] for log in logs]) for name in ("loss", "accuracy"))
    return Training(loss, accuracy, {name: np.array(r) for name, r in moved.items()})
