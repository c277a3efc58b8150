"""Models that the tests of ``.h5`` files build in minikeras, in Keras 3 and in Keras 2."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
Y = X[:, :1] * 2 - X[:, 1:2]
MSE = "mean_squared_error"


def fresh(library: Any) -> Any:
    """The library's layers, with names from the beginning and the same seed."""
    options = {"free_memory": False} if library is keras else {}  # else it collects garbage
    library.backend.clear_session(**options)
    library.utils.set_random_seed(1)
    return library.layers


def chain(library: Any, optimizer: Any = "adam") -> Any:
    layers = fresh(library)
    model = library.Sequential(
        [
            library.Input((4,)),
            layers.Dense(5, "relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dropout(0.0),
            layers.Dense(1),
        ]
    )
    metrics = ["accuracy", library.metrics.MeanAbsoluteError(name="error")]
    model.compile(optimizer, MSE, metrics=metrics)
    return model


def graph(library: Any, optimizer: Any = "sgd") -> Any:
    """Two inputs and outputs, a shared layer, a model within the model that is used twice."""
    layers = fresh(library)
    a, b = library.Input((4,), name="a"), library.Input((4,), name="b")
    shared = layers.Dense(4, "tanh", name="shared")
    inner = library.Sequential([library.Input((4,)), layers.Dense(4, name="in")], name="inner")
    x, y = inner(shared(a)), inner(shared(b))
    both = layers.Concatenate(axis=-1)([x, y])
    outputs = [layers.Dense(1, name="one")(both), layers.Dense(2, name="two")(layers.Add()([x, y]))]
    model = library.Model([a, b], outputs)
    loss = [MSE, library.losses.Huber(1.0)]
    model.compile(optimizer, loss, metrics=[["mean_absolute_error"], []], loss_weights=[1.0, 0.5])
    return model


def data(model: Any) -> tuple[Any, Any]:
    return (X, Y) if len(model.inputs) == 1 else ([X, -X], [Y, np.hstack([Y, -Y])])


def fit(model: Any, epochs: int = 1) -> list[float]:
    x, y = data(model)
    found = model.fit(x, y, batch_size=8, epochs=epochs, shuffle=False, verbose=0).history["loss"]
    return list(map(float, found))


def predicted(model: Any) -> list[Any]:
    x, _ = data(model)
    found = model.predict(x, verbose=0)
    return found if isinstance(found, list) else [found]


def same(ours: list[Any], theirs: list[Any]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def slots(model: Any) -> list[Any]:
    return [variable.numpy() for variable in model.optimizer.variables]


def registered(library: Any) -> Any:
    """A model with a layer and a loss under the same names in both libraries."""

    @library.saving.register_keras_serializable("files")
    class Shift(library.layers.Layer):  # type: ignore[misc,name-defined]  # of either library
        def build(self, input_shape: Any) -> None:
            self.shift = self.add_weight(shape=input_shape[-1:], name="shift")

        def call(self, inputs: Any) -> Any:
            return inputs + self.shift

        def get_config(self) -> dict[str, Any]:
            return super().get_config()

    @library.saving.register_keras_serializable("files")
    def absolute(y: Any, p: Any) -> Any:
        return library.ops.mean(library.ops.abs(y - p), axis=-1)

    fresh(library)
    model = library.Sequential([library.Input((4,)), Shift(), library.layers.Dense(1)])
    model.compile("adam", absolute, metrics=[absolute])
    return model
