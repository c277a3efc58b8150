"""The workloads: data, a model for Keras and minikeras, and the same model for PyTorch.

Batches are in the order of the data (`shuffle=False`), because the libraries shuffle differently.
The data are iris or random numbers from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Data = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Workload:
    """A network as layers for `keras` and as modules for `torch.nn`, and how it is trained.

    `loss` is its name in Keras; `logits` is True if the model returns logits. The model for PyTorch
    returns logits for every crossentropy, because the losses of PyTorch expect them.
    """

    title: str
    data: Callable[[int], Data]
    layers: Callable[[Any], list[Any]]
    modules: Callable[[Any], list[Any]]
    batch: int
    samples: int
    epochs: int  # per round, which takes some tenths of a second
    loss: str = "sparse_categorical_crossentropy"
    logits: bool = False

    def compiled(self, keras: Any) -> Any:
        """A model as a user of `keras` would build it, ready for `fit`."""
        loss: Any = self.loss
        if self.logits:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model = keras.Sequential(self.layers(keras))
        model.compile(
            optimizer="adam", loss=loss, metrics=["accuracy"] if self.loss != "mse" else None
        )
        return model


def iris(samples: int) -> Data:
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))[:samples]
    return x[order].astype("float32"), y[order].astype("int32")


def classes(*shape: int) -> Callable[[int], Data]:
    """Images or vectors with one of ten labels, whose means depend on the label."""

    def data(samples: int) -> Data:
        rng = np.random.default_rng(0)
        y = rng.integers(0, 10, samples).astype("int32")
        x = rng.standard_normal((samples, *shape), dtype="float32")
        return x + y.reshape(-1, *[1] * len(shape)).astype("float32") / 10, y

    return data


def pictures(samples: int) -> Data:
    x = np.random.default_rng(0).random((samples, 28, 28, 1), dtype="float32")
    return x, x


def reviews(samples: int) -> Data:
    """A hundred words each; half are from a part of the vocabulary that depends on the label."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (samples, 1))
    x = rng.integers(0, 5000, (samples, 100))
    x[:, :50] = x[:, :50] // 2 + 2500 * y
    return x.astype("int32"), y.astype("float32")


def iris_layers(keras: Any) -> list[Any]:
    k = keras.layers
    hidden = [k.Dense(64, activation="relu"), k.Dense(32, activation="relu")]
    return [k.Input((4,)), *hidden, k.Dense(3, activation="softmax")]


def iris_modules(nn: Any) -> list[Any]:
    return [nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 3)]


def mlp_layers(keras: Any) -> list[Any]:
    k = keras.layers
    hidden = [f for _ in range(2) for f in (k.Dense(512, activation="relu"), k.Dropout(0.2))]
    return [k.Input((784,)), *hidden, k.Dense(10, activation="softmax")]


def mlp_modules(nn: Any) -> list[Any]:
    first = [nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2)]
    return [*first, nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 10)]


def cnn_layers(keras: Any) -> list[Any]:
    k = keras.layers
    seen = [k.Conv2D(32, 3, activation="relu"), k.MaxPooling2D(), k.Flatten()]
    judged = [k.Dense(128, activation="relu"), k.Dropout(0.5), k.Dense(10, activation="softmax")]
    return [k.Input((28, 28, 1)), *seen, *judged]


def cnn_modules(nn: Any) -> list[Any]:
    seen = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    return [*seen, nn.Linear(13 * 13 * 32, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)]


def vgg_layers(keras: Any) -> list[Any]:
    k = keras.layers
    layers = [k.Input((32, 32, 3))]
    for n in (32, 64, 128):
        layers += [k.Conv2D(n, 3, padding="same"), k.BatchNormalization(), k.ReLU()]
        layers += [k.Conv2D(n, 3, padding="same", activation="relu"), k.MaxPooling2D()]
    return [*layers, k.Flatten(), k.Dense(10)]


def vgg_modules(nn: Any) -> list[Any]:
    modules = []
    for m, n in ((3, 32), (32, 64), (64, 128)):
        modules += [nn.Conv2d(m, n, 3, padding=1), nn.BatchNorm2d(n), nn.ReLU()]
        modules += [nn.Conv2d(n, n, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return [*modules, nn.Flatten(), nn.Linear(4 * 4 * 128, 10)]


def autoencoder_layers(keras: Any) -> list[Any]:
    k = keras.layers
    conv = {"padding": "same", "activation": "relu"}
    down = [k.Conv2D(16, 3, strides=2, **conv), k.Conv2D(32, 3, strides=2, **conv)]
    up = [k.UpSampling2D(), k.Conv2D(16, 3, **conv), k.UpSampling2D()]
    last = k.Conv2D(1, 3, padding="same", activation="sigmoid")
    return [k.Input((28, 28, 1)), *down, *up, last]


def autoencoder_modules(nn: Any) -> list[Any]:
    def conv(m: int, n: int, stride: int = 1) -> Any:
        return nn.Conv2d(m, n, 3, stride=stride, padding=1)

    down = [conv(1, 16, 2), nn.ReLU(), conv(16, 32, 2), nn.ReLU()]
    up = [nn.Upsample(scale_factor=2), conv(32, 16), nn.ReLU(), nn.Upsample(scale_factor=2)]
    return [*down, *up, conv(16, 1), nn.Sigmoid()]


def embedding_layers(keras: Any) -> list[Any]:
    k = keras.layers
    words = k.Input((100,), dtype="int32")
    last = k.Dense(1, activation="sigmoid")
    return [words, k.Embedding(5000, 64), k.GlobalAveragePooling1D(), last]


def embedding_modules(nn: Any) -> list[Any]:
    class Mean(nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x.mean(1)

    return [nn.Embedding(5000, 64), Mean(), nn.Linear(64, 1)]


WORKLOADS = {
    "iris": Workload("iris MLP 4-64-32-3", iris, iris_layers, iris_modules, 16, 150, 20),
    "mlp": Workload("MLP 784-512-512-10", classes(784), mlp_layers, mlp_modules, 32, 2000, 2),
    "cnn": Workload("CNN 28x28x1", classes(28, 28, 1), cnn_layers, cnn_modules, 32, 1600, 1),
    "vgg": Workload(
        "VGG-like 32x32x3", classes(32, 32, 3), vgg_layers, vgg_modules, 32, 320, 1, logits=True
    ),
    "autoencoder": Workload(
        "autoencoder 28x28", pictures, autoencoder_layers, autoencoder_modules, 32, 640, 2, "mse"
    ),
    "embedding": Workload(
        "Embedding(5000, 64)",
        reviews,
        embedding_layers,
        embedding_modules,
        64,
        2000,
        5,
        "binary_crossentropy",
    ),
}
