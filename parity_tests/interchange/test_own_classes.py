"""Classes of users change the library; what has no counterpart is refused."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.checks.compare import assert_close
from parity_tests.checks.model import quietly
from parity_tests.interchange.test_keras_models import (
    assert_same_values,
    both,
    other_of,
    train,
)


class Scale(minikeras.layers.Layer):
    """A layer of the user's own, with a weight, a metric and a seed generator."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor
        self.seeds = minikeras.random.SeedGenerator(3)
        self.largest = minikeras.metrics.Mean(name="largest")

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs: Any) -> Any:
        return inputs * self.scale * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class KerasScale(keras.layers.Layer):
    """The same, written with Keras."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor
        self.seeds = keras.random.SeedGenerator(3)
        self.largest = keras.metrics.Mean(name="largest")

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs: Any) -> Any:
        return inputs * self.scale * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Two(minikeras.Model):
    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.scale, self.dense = Scale(2.0), minikeras.layers.Dense(units)

    def call(self, inputs: Any) -> Any:
        return self.dense(self.scale(inputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


class KerasTwo(keras.Model):
    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.scale, self.dense = KerasScale(2.0), keras.layers.Dense(units)

    def call(self, inputs: Any) -> Any:
        return self.dense(self.scale(inputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


OWN = {minikeras: {"Scale": Scale, "Two": Two}, keras: {"Scale": KerasScale, "Two": KerasTwo}}


@both
def test_subclassed_models(library: Any, convert: Any) -> None:
    """A model of two layers, one of them with a seed generator and a metric; built by a call."""
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    library.utils.set_random_seed(0)
    model = OWN[library]["Two"](2, name="two")
    model.compile("adam", "mse")
    train(library, model, (x, x[:, :2]), 1, epochs=2)
    model.scale.largest.update_state(4.0)
    theirs = {f"{'Keras' * (library is keras)}{n}": c for n, c in OWN[other_of(library)].items()}
    made = convert(model, custom_objects=theirs)
    assert type(made) is OWN[other_of(library)]["Two"]
    assert_same_values(made.variables, model.variables)
    assert float(made.scale.largest.result()) == 4.0
    for lib, each in ((library, model), (other_of(library), made)):
        train(lib, each, (x, x[:, :2]), 2, epochs=2)
    assert_same_values(made.variables, model.variables)


@both
def test_registered_classes(library: Any, convert: Any) -> None:
    """Classes that both libraries know under one name need no custom objects."""
    mine = {lib: type("Mine", (classes["Scale"],), {}) for lib, classes in OWN.items()}
    try:
        for lib, cls in mine.items():
            lib.saving.register_keras_serializable("tests", "Registered")(cls)
        layer = mine[library](5.0)
        model = library.Sequential([library.Input((3,)), layer, library.layers.Dense(2)])
        made = convert(model)
        assert type(made.layers[0]) is mine[other_of(library)]
        assert made.layers[0].factor == 5.0
    finally:
        for lib in mine:
            lib.saving.get_custom_objects().pop("tests>Registered", None)
    other = mine[other_of(library)]  # by the name of the class, too
    assert type(convert(model, custom_objects={"Mine": other}).layers[0]) is other


def squares(y_true: Any, y_pred: Any) -> Any:
    return (y_true - y_pred) ** 2


@both
def test_functions_as_losses_and_metrics(library: Any, convert: Any) -> None:
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    model = with_layer(library, library.layers.Dense(1))
    model.compile("sgd", squares, metrics=[squares])
    model.fit(x, x[:, :1], verbose=0)
    made = convert(model, custom_objects={"squares": squares})
    assert made.loss is squares
    assert made.get_metrics_result() == model.get_metrics_result()


@both
def test_adapted_layers(library: Any, convert: Any) -> None:
    x = np.random.default_rng(0).normal(2, 3, size=(8, 3)).astype("float32")
    layer = library.layers.Normalization()
    layer.adapt(x)
    model = with_layer(library, layer)
    assert_close(convert(model)(x), model(x), "output")


def identity(x: Any) -> Any:
    return x


# Refusals


def with_layer(library: Any, layer: Any) -> Any:
    return library.Sequential([library.Input((3,)), layer])


@both
def test_unknown_classes(library: Any, convert: Any) -> None:
    model, other = with_layer(library, OWN[library]["Scale"]()), other_of(library).__name__
    with pytest.raises(ValueError, match=rf"{other} knows no '(Keras)?Scale': write the class"):
        convert(model)
    name = type(model.layers[0]).__name__
    with pytest.raises(ValueError, match=f"a class of {library.__name__}: give a class"):
        convert(model, custom_objects={name: type(model.layers[0])})


@both
def test_lambdas(library: Any, convert: Any) -> None:
    model = with_layer(library, library.layers.Lambda(lambda x: x + 1))
    with pytest.raises(ValueError, match="the model holds a lambda"):
        quietly(lambda: convert(model))
    model = with_layer(library, library.layers.Lambda(identity))
    assert convert(model, custom_objects={"identity": identity}).layers[0].function is identity


@both
def test_other_objects(library: Any, convert: Any) -> None:
    for thing in (library.layers.Dense(2), other_of(library).Sequential(), None):
        with pytest.raises(TypeError, match=f"model must be a {library.__name__} model"):
            convert(thing)


@both
def test_other_variables(library: Any, convert: Any) -> None:
    """The two classes of a name must have the same weights."""

    class Larger(OWN[other_of(library)]["Scale"]):  # type: ignore[misc]  # made for each library
        def build(self, input_shape: Any) -> None:
            super().build(input_shape)
            self.more = self.add_weight(shape=(7,), initializer="ones", name="more")

    model = with_layer(library, OWN[library]["Scale"]())
    with pytest.raises(ValueError, match=r"only in the counterpart: \['.*more \(7,\)"):
        convert(model, custom_objects={type(model.layers[0]).__name__: Larger})


@both
def test_other_layers(library: Any, convert: Any) -> None:
    class More(OWN[other_of(library)]["Two"]):  # type: ignore[misc]  # made for each library
        def __init__(self, units: int, **kwargs: Any) -> None:
            super().__init__(units, **kwargs)
            self.more = other_of(library).layers.Dense(1)

    model = OWN[library]["Two"](2)
    model(np.ones((2, 3), "float32"))
    theirs = {f"{'Keras' * (library is keras)}{n}": c for n, c in OWN[other_of(library)].items()}
    with pytest.raises(ValueError, match="must make the same layers in the same order"):
        quietly(lambda: convert(model, {**theirs, type(model).__name__: More}))


@both
def test_models_that_are_not_built(library: Any, convert: Any) -> None:
    model = library.Sequential([library.layers.Dense(2, name="a")], name="s")
    model.compile("sgd", "mse")
    made = convert(model)
    assert (made.built, made.compiled, made.layers[0].name) == (False, True, "a")
    made.fit(np.ones((4, 3), "float32"), np.ones((4, 2), "float32"), verbose=0)


@both
def test_operations_in_the_graph(library: Any, convert: Any) -> None:
    inputs = library.Input((4, 6))
    x = library.ops.relu(inputs * 2 - 1)
    x = library.ops.concatenate([x[:, 1:], library.ops.reshape(x, (-1, 4, 6))], axis=1)
    model = library.Model(inputs, library.ops.sum(x, axis=1, keepdims=True))
    x = np.random.default_rng(0).normal(size=(3, 4, 6)).astype("float32")
    assert_close(convert(model)(x), model(x), "output")
