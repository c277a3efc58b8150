"""Networks for data sets of scikit-learn, written once for minikeras and Keras.

Every function takes the module `keras`: minikeras or the original. Weights, dropout masks and the
order of batches depend on the seed alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from minikeras.optional import Library
from minikeras.types import Array

sklearn = Library("sklearn")


class Data(NamedTuple):
    x: Array
    y: Array
    x_validation: Array
    y_validation: Array


@dataclass(frozen=True)
class Example:
    """A network, its data, and how it is trained."""

    title: str
    build: Callable[[Any], Any]
    load: Callable[[], Data]
    loss: str
    metrics: tuple[str, ...]
    batch_size: int = 32
    epochs: int = 20


def iris_mlp(keras: Any) -> Any:
    k = keras.layers
    hidden = [k.Dense(16, activation="relu"), k.Dense(16, activation="tanh")]
    return keras.Sequential([k.Input((4,)), *hidden, k.Dense(3, activation="softmax")])


def digits_mlp(keras: Any) -> Any:
    k = keras.layers
    hidden = [k.Flatten(), k.Dense(64, activation="relu"), k.Dropout(0.2)]
    return keras.Sequential([k.Input((8, 8, 1)), *hidden, k.Dense(10, activation="softmax")])


def digits_cnn(keras: Any) -> Any:
    k, l2 = keras.layers, keras.regularizers.L2(1e-4)
    maps = [k.Conv2D(16, 3, padding="same", activation="relu"), k.MaxPooling2D(2)]
    maps += [k.Conv2D(32, 3, padding="same", activation="relu"), k.Flatten(), k.Dropout(0.3)]
    head = [
        k.Dense(64, activation="relu", kernel_regularizer=l2),
        k.Dense(10, activation="softmax"),
    ]
    return keras.Sequential([k.Input((8, 8, 1)), *maps, *head])


def diabetes_regression(keras: Any) -> Any:
    k = keras.layers
    hidden = [k.Dense(32, activation="relu"), k.Dense(16, activation="relu")]
    return keras.Sequential([k.Input((10,)), *hidden, k.Dense(1)])


def breast_cancer_binary(keras: Any) -> Any:
    k = keras.layers
    hidden = [k.Dense(16, activation="relu"), k.Dropout(0.2)]
    return keras.Sequential([k.Input((30,)), *hidden, k.Dense(1, activation="sigmoid")])


def _split(x: Array, y: Array, *, classes: bool = True) -> Data:
    """A fixed fifth for validation, with the same proportion of classes."""
    x, x_validation, y, y_validation = sklearn.model_selection.train_test_split(
        x, y, test_size=0.2, random_state=0, stratify=y if classes else None
    )
    return Data(x, y, x_validation, y_validation)


def _standardised(data: Data) -> Data:
    mean, deviation = data.x.mean(axis=0), data.x.std(axis=0)
    return data._replace(
        x=(data.x - mean) / deviation, x_validation=(data.x_validation - mean) / deviation
    )


def iris() -> Data:
    return _standardised(_split(*sklearn.datasets.load_iris(return_X_y=True)))


def digits() -> Data:
    x, y = sklearn.datasets.load_digits(return_X_y=True)
    return _split((x / 16).reshape(-1, 8, 8, 1), y)


def diabetes() -> Data:
    x, y = sklearn.datasets.load_diabetes(return_X_y=True)
    return _standardised(_split(x, ((y - y.mean()) / y.std())[:, None], classes=False))


def breast_cancer() -> Data:
    x, y = sklearn.datasets.load_breast_cancer(return_X_y=True)
    return _standardised(_split(x, y[:, None]))


CLASSES = "sparse_categorical_crossentropy"
EXAMPLES = {
    "iris-mlp": Example("Iris: species from 4 lengths", iris_mlp, iris, CLASSES, ("accuracy",), 16),
    "digits-mlp": Example("Handwritten digits, dense", digits_mlp, digits, CLASSES, ("accuracy",)),
    "digits-cnn": Example(
        "Handwritten digits, convolutional", digits_cnn, digits, CLASSES, ("accuracy",)
    ),
    "diabetes-regression": Example(
        "Diabetes: progression after a year", diabetes_regression, diabetes, "mse", ("mae",)
    ),
    "breast-cancer-binary": Example(
        "Breast cancer: benign or malignant",
        breast_cancer_binary,
        breast_cancer,
        "binary_crossentropy",
        ("accuracy",),
    ),
}

OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "adam": lambda keras: keras.optimizers.Adam(),
    "sgd": lambda keras: keras.optimizers.SGD(0.01, momentum=0.9),
    "rmsprop": lambda keras: keras.optimizers.RMSprop(),
}


def train(
    keras: Any,
    name: str,
    *,
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int | None = None,
    optimizer: str = "adam",
    verbose: int = 2,
) -> Any:
    """Train the example `name` with `keras` from `seed`; returns the History."""
    example = EXAMPLES[name]
    data = example.load()
    keras.utils.set_random_seed(seed)
    model = example.build(keras)
    model.compile(
        optimizer=OPTIMIZERS[optimizer](keras), loss=example.loss, metrics=list(example.metrics)
    )
    return model.fit(
        data.x,
        data.y,
        batch_size=example.batch_size if batch_size is None else batch_size,
        epochs=example.epochs if epochs is None else epochs,
        validation_data=(data.x_validation, data.y_validation),
        verbose=verbose,
    )
