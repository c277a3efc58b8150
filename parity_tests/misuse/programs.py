"""Short programs in which beginners' mistakes are made.

A program takes the module that answers ``keras``.  It returns the model, or None, and the call
that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from parity_tests.misuse.model import Keras, Model

Call = Callable[[], Any]
Program = Callable[[Keras], tuple[Model, Call]]

X = np.linspace(-1, 1, 160, dtype="float32").reshape(40, 4)
CLASSES = np.arange(40) % 3
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
BITS = np.arange(40) % 2
PRICES = X[:, :1] * 2
FIVE = np.arange(40) % 5
DATES = np.array(["2026-01-01"] * 40, "datetime64[D]")
NAMES = np.array(["cat", "dog", "bird"])[CLASSES]
IMAGES = np.linspace(0, 1, 40 * 64, dtype="float32").reshape(40, 8, 8)


def made(make: Callable[[Keras], Any]) -> Program:
    """A program that fails before there is a model."""
    return lambda keras: (None, lambda: make(keras))


def network(
    keras: Keras, units: int = 3, activation: str | None = "softmax", **options: Any
) -> Model:
    """4 features and one hidden layer."""
    layers = [keras.layers.Dense(5, "relu"), keras.layers.Dense(units, activation)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(**{"optimizer": "adam", "loss": "sparse_categorical_crossentropy", **options})
    return model


def fitted(*data: Any, **options: Any) -> Program:
    """A classifier of 3 classes, fitted with this data or these options."""

    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras)
        return model, lambda: model.fit(*(data or (X, CLASSES)), verbose=0, **options).history

    return program


def judged(
    y: Any, loss: Any, units: int = 3, activation: str | None = "softmax", **options: Any
) -> Program:
    """A network of this last layer and this loss, fitted with these labels."""

    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras, units, activation, loss=loss, **options)
        return model, lambda: model.fit(X, y, verbose=0).history

    return program


def compiled(**options: Any) -> Program:
    """Options of `compile` that may be found wrong there or at the first step."""

    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras)
        before = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}

        def call() -> Any:
            model.compile(**before | options)
            return model.fit(X, CLASSES, verbose=0).history

        return model, call

    return program


def optimized(make: Callable[[Keras], Any]) -> Program:
    """A network trained with this optimizer."""

    def program(keras: Keras) -> tuple[Model, Call]:
        def call() -> Any:
            return network(keras, optimizer=make(keras)).fit(X, CLASSES, verbose=0).history

        return None, call

    return program


def beside_generator(keras: Keras) -> tuple[Model, Call]:
    model = network(keras)
    return model, lambda: model.fit(batches(), CLASSES, verbose=0)


def convolutional(*layers: Callable[[Keras], Any], shape: tuple[int, ...] = (8, 8, 1)) -> Program:
    """An image classifier that ends in these layers."""

    def program(keras: Keras) -> tuple[Model, Call]:
        def call() -> Any:
            convolution = keras.layers.Conv2D(2, 3, activation="relu")
            made = [layer(keras) for layer in layers]
            model = keras.Sequential([keras.Input(shape), convolution, *made])
            model.compile("adam", "sparse_categorical_crossentropy")
            return model.fit(IMAGES[..., None], CLASSES, verbose=0).history

        return None, call

    return program


def head(keras: Keras) -> Any:
    return keras.layers.Dense(3, "softmax")


def two_inputs(keras: Keras) -> tuple[Model, Call]:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    model = keras.Model([a, b], keras.layers.Dense(1)(keras.layers.Concatenate()([a, b])))
    model.compile("adam", "mse")
    return model, lambda: model.fit(X, PRICES, verbose=0)


def two_outputs(keras: Keras) -> tuple[Model, Call]:
    x = keras.Input((4,))
    model = keras.Model(x, [keras.layers.Dense(1)(x), keras.layers.Dense(1)(x)])
    model.compile("adam", ["mse", "mse"])
    return model, lambda: model.fit(X, PRICES, verbose=0)


def reused_optimizer(keras: Keras) -> tuple[Model, Call]:
    optimizer = keras.optimizers.Adam()
    network(keras, optimizer=optimizer).fit(X, CLASSES, verbose=0)
    model = network(keras, optimizer=optimizer)
    return model, lambda: model.fit(X, CLASSES, verbose=0)


def no_return(keras: Keras) -> tuple[Model, Call]:
    class Forgetful(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def call(self, x: Any) -> None:
            self.dense(x)

    model = Forgetful()
    model.compile("adam", "mse")
    return None, lambda: model.fit(X, ONE_HOT, verbose=0)


def no_super(keras: Keras) -> Any:
    class Scale(keras.layers.Layer):
        def __init__(self) -> None:
            self.scale = self.add_weight(shape=(1,))

    return Scale()


def disconnected(keras: Keras) -> Any:
    inputs, other = keras.Input((4,), name="features"), keras.Input((4,), name="other")
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(other))


def branch(keras: Keras) -> Any:
    x = keras.Input((4,))
    return x if keras.ops.sum(x) > 0 else -x


def uncalled(keras: Keras) -> Any:
    x = keras.layers.Dense(5)(keras.Input((4,)))
    return keras.Model(x, keras.layers.Dense(3))


def batches() -> Iterator[Any]:
    yield X, CLASSES


def generated(batch: Any) -> Program:
    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras)
        return model, lambda: model.fit((batch for _ in range(2)), verbose=0)

    return program


def predicted(x: Any) -> Program:
    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras)
        return model, lambda: model.predict(x, verbose=0)

    return program


def evaluated(*data: Any) -> Program:
    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras)
        return model, lambda: model.evaluate(*data, verbose=0)

    return program


def uncompiled(method: str) -> Program:
    def program(keras: Keras) -> tuple[Model, Call]:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        return None, lambda: getattr(model, method)(X, CLASSES)

    return program


def called_back(make: Callable[[Keras], Any], **options: Any) -> Program:
    def program(keras: Keras) -> tuple[Model, Call]:
        model = network(keras)
        return (
            model,
            lambda: model.fit(X, CLASSES, callbacks=[make(keras)], verbose=0, **options).history,
        )

    return program


def weights_of_another(keras: Keras) -> tuple[Model, Call]:
    model, other = network(keras), network(keras, 4)
    return model, lambda: model.set_weights(other.get_weights())


def one_argument(y_true: Any) -> Any:
    return y_true


TABLE = pd.DataFrame({"age": X[:, 0], "city": NAMES, "rooms": X[:, 1], "size": X[:, 2]})
