"""Small models that use what files have to keep, made in either library."""

from __future__ import annotations

import functools
import random
from typing import Any

import keras
import numpy as np

import minikeras
from parity_tests.checks.model import quietly

LIBRARIES = (minikeras, keras)
RNG = np.random.RandomState(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = np.tanh(X[:, :2] * 2)


def start(library: Any, seed: int = 1) -> None:
    """Fresh names, and the same random numbers."""
    library.utils.clear_session(free_memory=False)
    library.utils.set_random_seed(seed)
    random.seed(seed)


def sequential(k: Any) -> Any:
    model = k.Sequential(
        [k.Input((4,)), k.layers.Dense(3, "relu"), k.layers.BatchNormalization(), k.layers.Dense(2)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


def shared(k: Any) -> Any:
    """A functional model: a layer used twice, a nested model used twice, ops, two outputs."""
    a = k.Input((4,), name="a")
    layer = k.layers.Dense(4, name="shared")
    inner = k.Sequential([k.layers.Dense(3), k.layers.LayerNormalization()], name="inner")
    b = inner(layer(layer(a)))
    p = k.layers.Dense(2, name="p")(k.layers.Concatenate()([b, inner(a)]))
    q = k.ops.sum(k.ops.tanh(p) + 1.0, axis=-1, keepdims=True)
    model = k.Model(a, {"p": p, "q": q})
    optimizer = k.optimizers.AdamW(k.optimizers.schedules.CosineDecay(0.01, 20), use_ema=True)
    model.compile(optimizer, {"p": k.losses.Huber(), "q": "mae"}, metrics={"p": ["mse"]})
    return model


@functools.cache
def own_classes(k: Any) -> tuple[Any, Any]:
    """A layer with layers in containers and private attributes, and a model of them."""
    registered = k.saving.register_keras_serializable("saving_tests")

    @registered
    class Block(k.layers.Layer):  # type: ignore[misc,name-defined]  # of either library
        def __init__(self, units: int = 3, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units
            self._first = k.layers.Dense(units)
            self.parts = [k.layers.Dense(units), [k.layers.Dense(units)]]
            self.named = {"norm": k.layers.LayerNormalization()}

        def build(self, input_shape: Any) -> None:
            inner = (*input_shape[:-1], self.units)
            self._first.build(input_shape)
            self.parts[0].build(inner)
            self.parts[1][0].build(inner)
            self.named["norm"].build(inner)
            self.scale = self.add_weight(shape=(self.units,), name="scale", initializer="ones")

        def call(self, x: Any) -> Any:
            x = self.parts[1][0](self.parts[0](self._first(x)))
            return self.named["norm"](x) * self.scale

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units}

    @registered
    class Net(k.Model):  # type: ignore[misc,name-defined]  # of either library
        def __init__(self, units: int = 3, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units
            self.zeta = k.layers.Dense(units, "relu")
            self.alpha = Block(units)
            self.out = k.layers.Dense(2)

        def call(self, x: Any, training: Any = None) -> Any:
            return self.out(self.alpha(self.zeta(x)))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units}

    return Block, Net


for library in LIBRARIES:  # a file that one library wrote names classes that the other must know
    own_classes(library)


def subclassed(k: Any) -> Any:
    model = own_classes(k)[1](5)
    model.compile(k.optimizers.SGD(0.05, momentum=0.9), "mse")
    return model


MODELS = (sequential, shared, subclassed)


def labels(make: Any) -> Any:
    return {"p": Y, "q": Y[:, :1]} if make is shared else Y


@functools.cache
def trained(k: Any, make: Any) -> Any:
    """The model after two epochs, the same object each time: tests must not change it."""
    start(k)
    model = make(k)
    quietly(lambda: model.fit(X, labels(make), epochs=2, verbose=0))
    return model


def untrained(k: Any, make: Any, seed: int = 2) -> Any:
    """Another one with other weights; built, and so is its optimizer."""
    start(k, seed)
    model = make(k)
    quietly(lambda: model.predict(X[:2], verbose=0))
    model.optimizer.build(model.trainable_variables)
    return model


def state(model: Any) -> list[Any]:
    """All that a file keeps: the weights, and the variables of the optimizer."""
    variables = [*model.weights, *(model.optimizer.variables if model.optimizer else [])]
    return [v.numpy() for v in variables]


def assert_same_state(a: Any, b: Any) -> None:
    for one, other in zip(state(a), state(b), strict=True):
        np.testing.assert_array_equal(one, other)
