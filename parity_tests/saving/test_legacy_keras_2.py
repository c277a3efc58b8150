"""``.h5`` files of Keras 2: models, weights and the state of every optimizer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tf_keras

import minikeras
from parity_tests.saving.legacy_models import X, Y, data, fit, fresh, graph, predicted, slots

pytestmark = pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")

K2 = tf_keras.optimizers


def optimizers_of_keras_2() -> dict[str, Callable[[], Any]]:
    rate = K2.schedules.ExponentialDecay(0.1, 3, 0.5)
    return {
        "Adam": lambda: K2.Adam(amsgrad=True),
        "average": lambda: K2.AdamW(use_ema=True),
        "SGD": lambda: K2.SGD(0.1, momentum=0.9, nesterov=True),
        "plain SGD": lambda: K2.SGD(rate),
        "RMSprop": lambda: K2.RMSprop(momentum=0.5, centered=True),
        "Adagrad": lambda: K2.Adagrad(),
        "Adadelta": lambda: K2.Adadelta(),
        "Adamax": lambda: K2.Adamax(),
        "Lion": lambda: K2.Lion(),
        "old Adam": lambda: K2.legacy.Adam(amsgrad=True),
        "old SGD": lambda: K2.legacy.SGD(rate, momentum=0.9),
        "old plain SGD": lambda: K2.legacy.SGD(0.1),
        "old RMSprop": lambda: K2.legacy.RMSprop(momentum=0.5, centered=True),
        "old Adagrad": lambda: K2.legacy.Adagrad(),
        "old Adadelta": lambda: K2.legacy.Adadelta(),
        "old Adamax": lambda: K2.legacy.Adamax(),
        "old Nadam": lambda: K2.legacy.Nadam(),
    }


def near(ours: list[Any], theirs: list[Any]) -> None:
    """Keras 2 rounds some steps in another order."""
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def of_keras_2(tmp_path_factory: Any) -> tuple[Any, Path, list[float]]:
    """A model after an epoch, the path of its file, and the losses of two more epochs."""
    model = graph(tf_keras, K2.Adam())
    fit(model)
    path = tmp_path_factory.mktemp("keras_2") / "model.h5"
    model.save(path)
    model.save(path.with_suffix(".keras"))
    model.save_weights(path.with_name("weights.h5"))
    weights = model.get_weights()
    losses = fit(model, 2)
    model.set_weights(weights)
    return model, path, losses


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_model_of_keras_2(of_keras_2: tuple[Any, Path, list[float]], suffix: str) -> None:
    """The curve goes on as in Keras 2; a metric is not named twice after its output."""
    theirs, path, losses = of_keras_2
    ours = minikeras.saving.load_model(path.with_suffix(suffix))
    near(predicted(ours), predicted(theirs))
    assert int(ours.optimizer.iterations) == 2
    assert set(ours.evaluate(*data(ours), verbose=0, return_dict=True)) == {
        *("loss", "one_loss", "two_loss", "one_mean_absolute_error")
    }
    near([fit(ours, 2)], [losses])


def variables_of(optimizer: Any) -> Any:
    found = optimizer.variables
    return found() if callable(found) else found  # a method before 2.11


def sorted_by_size(arrays: list[Any]) -> list[Any]:
    return sorted(arrays, key=lambda array: (array.size, float(np.sum(array))))


@pytest.mark.filterwarnings("ignore:Argument `decay` is no longer:UserWarning")
@pytest.mark.parametrize("name", optimizers_of_keras_2())
def test_optimizer_of_keras_2(name: str, tmp_path: Path) -> None:
    """Every slot goes to the right variable: one more step is that of Keras 2."""
    layers = fresh(tf_keras)
    theirs = tf_keras.Sequential([tf_keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
    theirs.compile(optimizers_of_keras_2()[name](), "mse")
    x, y = X[:8], Y[:8]
    theirs.train_on_batch(x, y)
    theirs.train_on_batch(-x, y)
    loaded = []
    for suffix in (".h5",) if "old" in name else (".h5", ".keras"):
        theirs.save(tmp_path / f"model{suffix}")
        loaded.append(minikeras.saving.load_model(tmp_path / f"model{suffix}"))
    stored = [np.asarray(variable) for variable in variables_of(theirs.optimizer)]
    theirs.train_on_batch(x + 1, y)
    for ours in loaded:
        assert int(ours.optimizer.iterations) == 2
        if name == "old Nadam":  # which had another rule: of equal state, the next step differs
            near(sorted_by_size(slots(ours)[2:]), sorted_by_size(stored[1:]))
        else:
            ours.train_on_batch(x + 1, y)
            near(ours.get_weights(), theirs.get_weights())


def nested(layers: Any) -> Any:
    """A functional model that is called three times within another one."""
    a, x = tf_keras.Input((4,)), tf_keras.Input((4,))
    inner = tf_keras.Model(a, layers.Dense(4)(a))
    return tf_keras.Model(x, layers.Add()([inner(inner(x)), inner(x)]))


def deferred(layers: Any) -> Any:
    """A Sequential without an input layer, within a model that ends in it."""
    x = tf_keras.Input((4,))
    return tf_keras.Model(x, tf_keras.Sequential([layers.Dense(3), layers.Dense(2)])(x))


def with_arguments(layers: Any) -> Any:
    """A call with a further argument, and one output in a list."""
    x = tf_keras.Input((4,))
    return tf_keras.Model(x, [layers.Dropout(0.5)(layers.Dense(3)(x), training=False)])


def chain_of_models(layers: Any) -> Any:
    a = tf_keras.Input((4,))
    first = tf_keras.Sequential([tf_keras.Input((4,)), layers.Dense(4), layers.Dense(4)])
    second = tf_keras.Model(a, layers.Dense(4)(first(a)))
    return tf_keras.Sequential([tf_keras.Input((4,)), second, layers.Dense(2)])


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("make", [nested, deferred, with_arguments, chain_of_models])
def test_architectures_of_keras_2(make: Callable[[Any], Any], suffix: str, tmp_path: Path) -> None:
    theirs = make(fresh(tf_keras))
    theirs.compile("sgd", "mse")
    theirs.save(tmp_path / f"model{suffix}")
    ours = minikeras.saving.load_model(tmp_path / f"model{suffix}")
    near(np.asarray(ours(X)), np.asarray(theirs(X)))
    assert type(ours.optimizer) is minikeras.optimizers.SGD


def test_layers_of_keras_2(tmp_path: Path) -> None:
    """Those whose arguments have changed since."""
    layers = fresh(tf_keras)
    theirs = tf_keras.Sequential(
        [
            layers.Embedding(9, 4, input_length=6),
            layers.SpatialDropout1D(0.1),
            layers.Conv1DTranspose(4, 2),
            layers.SeparableConv1D(5, 2),
            layers.LeakyReLU(0.2),
            layers.ReLU(max_value=3.0, threshold=0.1),
            layers.BatchNormalization(axis=2),
            layers.LayerNormalization(axis=[1, 2]),
            layers.Normalization(mean=0.5, variance=4.0),
            layers.Activation("swish"),
            layers.Flatten(),
            layers.Dense(2, dtype=tf_keras.mixed_precision.Policy("mixed_float16")),
        ]
    )
    tokens = np.arange(12).reshape(2, 6) % 9
    theirs.save(tmp_path / "model.h5")
    with pytest.warns(UserWarning, match="No training configuration"):
        ours = minikeras.saving.load_model(tmp_path / "model.h5")
    assert ours.layers[-1].dtype_policy.name == "mixed_float16"
    found, expected = ours.predict(tokens, verbose=0), theirs.predict(tokens, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("by_name", [False, True])
def test_weights_of_keras_2(of_keras_2: tuple[Any, Path, list[float]], by_name: bool) -> None:
    theirs, path, _ = of_keras_2
    for name in ("weights.h5", "model.h5"):
        ours = graph(minikeras)
        ours.load_weights(path.with_name(name), by_name=by_name)
        near(predicted(ours), predicted(theirs))
