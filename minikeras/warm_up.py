"""Compiles the kernels of usual trainings, so that the first training of a user does not wait.

It trains networks for a few batches of random data, which compiles the kernels that they call.
Many kernels are called for large arrays only, so the arrays are large.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

import minikeras
from minikeras import layers, models, optimizers
from minikeras.kernels.runtime import announce, disk_cache
from minikeras.parity.examples import EXAMPLES

BATCH = 128
SAMPLES = 9 * BATCH + 8  # the last batch is smaller, as it usually is

# Options that change the arithmetic of an update.
OPTIONS: list[dict[str, Any]] = [
    {"clipnorm": 1.0},
    {"global_clipnorm": 1.0},
    {"clipvalue": 1.0},
    {"weight_decay": 0.01},
    {"use_ema": True},
    {"amsgrad": True},
]


def fill(console: Console) -> str:
    """Compile into the folder of compiled kernels, and return it; "" if there is none."""
    folder = disk_cache.cache_directory()
    if folder:
        announce.say = lambda text: None  # the bar says it
        columns = *Progress.get_default_columns()[:3], TimeElapsedColumn()
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("networks", total=None)
            networks = list(trainings())
            bar.update(task, total=len(networks))
            for name, model in networks:
                bar.update(task, description=name)
                train(model)
                bar.advance(task)
    return folder


def trainings() -> Iterator[tuple[str, models.Model]]:
    """What is trained: its name and a compiled model."""
    for name, example in EXAMPLES.items():
        model = example.build(minikeras)
        model.compile("adam", example.loss, metrics=list(example.metrics))
        yield name, model
    for name, stack in stacks().items():
        yield name, _compiled(stack, "sgd")
    for kind in vars(optimizers).values():
        if inspect.isclass(kind) and kind is not optimizers.Optimizer:
            yield kind.__name__, _compiled(_dense(), kind())
    yield "momentum", _compiled(_dense(), optimizers.SGD(0.01, momentum=0.9))
    for options in OPTIONS:
        yield ", ".join(options), _compiled(_dense(), optimizers.Adam(**options))
    for loss in ("categorical_crossentropy", "kl_divergence"):
        yield loss, _compiled(_dense("softmax"), "adam", loss)


def stacks() -> dict[str, list[Any]]:
    """A network for each kind of layer."""
    return {
        "one-dimensional convolution": [
            layers.Input((64, 16)),
            layers.Conv1D(16, 3, activation="relu"),
            layers.MaxPooling1D(),
            layers.Conv1DTranspose(4, 3),
            layers.GlobalAveragePooling1D(),
        ],
        "two-dimensional convolution": [
            layers.Input((24, 24, 3)),
            layers.Conv2D(16, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.AveragePooling2D(2),
            layers.UpSampling2D(2),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.DepthwiseConv2D(3),
            layers.SeparableConv2D(4, 3, padding="same"),
            layers.Conv2DTranspose(2, 3, strides=2),
            layers.GlobalMaxPooling2D(),
        ],
        "small images": [
            layers.Input((7, 7, 3)),
            layers.Conv2D(4, 3),
            layers.Conv2D(4, 3),
            layers.Flatten(),
        ],
        "three-dimensional convolution": [
            layers.Input((8, 8, 8, 2)),
            layers.Conv3D(4, 3),
            layers.MaxPooling3D(),
            layers.Conv3DTranspose(1, 2),
            layers.Flatten(),
        ],
        "embedding": [
            layers.Input((20,), dtype="int32"),
            layers.Embedding(2000, 64),
            layers.LayerNormalization(),
            layers.SpatialDropout1D(0.2),
            layers.Flatten(),
            layers.Dense(2, "softmax"),
        ],
        "activations": [
            layers.Input((256,)),
            *[
                layers.Dense(256, activation)
                for activation in (
                    "tanh",
                    "sigmoid",
                    "elu",
                    "gelu",
                    "softplus",
                    "silu",
                    "log_softmax",
                )
            ],
        ],
        "noise": [
            layers.Input((256,)),
            layers.GaussianNoise(0.1),
            layers.AlphaDropout(0.1),
            layers.Dense(1),
        ],
    }


def train(model: models.Model) -> None:
    """Predict, fit and evaluate."""
    x = np.random.default_rng(0).random((SAMPLES, *model.input_shape[1:]), "float32")
    y = np.zeros(model.predict(x, verbose=0).shape, "float32")
    if model.loss == "sparse_categorical_crossentropy":
        y = y[:, 0]
    model.fit(x, y, batch_size=BATCH, validation_split=0.1, verbose=0)


def _dense(activation: str | None = None) -> list[Any]:
    return [layers.Input((256,)), layers.Dense(128, activation)]


def _compiled(stack: list[Any], optimizer: Any, loss: str = "mse") -> models.Model:
    model = models.Sequential(stack)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model
