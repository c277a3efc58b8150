"""Misuse raises the same type of error as Keras, explains it better, and changes no state."""

from __future__ import annotations

import warnings
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.conformance import note_misuse
from parity_tests.misuse.construction import CONSTRUCTION
from parity_tests.misuse.model import X, Y, small_model
from parity_tests.misuse.outcome import TENSORFLOW
from parity_tests.misuse.training import TRAINING

pytestmark = pytest.mark.filterwarnings("ignore")  # warnings are tested elsewhere

# Where Keras fails by accident with another type of error: (theirs, ours, why).
DIFFERENT = {
    "compile loss for no output": (
        TypeError,
        KeyError,
        "Keras iterates over output names that a Sequential model does not have; its functional "
        "models raise KeyError",
    ),
    "BatchNormalization axis": (
        IndexError,
        ValueError,
        "Keras indexes the shape with it; its other layers say ValueError",
    ),
}


def raised(function: Any, *args: Any) -> Exception:
    with pytest.raises(Exception) as caught:
        function(*args)
    return caught.value


def check(name: str, theirs: Exception, ours: Exception, words: tuple[str, ...]) -> None:
    expected, _ = TENSORFLOW.get(type(theirs), (type(theirs), ""))
    if name in DIFFERENT:
        stumbles, expected, _ = DIFFERENT[name]
        assert type(theirs) is stumbles, f"Keras has changed: {theirs!r}"
    assert type(ours) is expected, f"{ours!r}, Keras {theirs!r}"
    missing = [word for word in words if word not in str(ours)]
    assert not missing, f"{missing} not in {str(ours)!r}"


def state(model: Any) -> dict[str, Any]:
    """All state that a failed call could have changed."""
    optimizer = model.optimizer
    return {
        "weights": {v.path: v.numpy().tobytes() for v in model.weights},
        "optimizer": {v.path: v.numpy().tobytes() for v in optimizer.variables},
        "learning_rate": float(np.asarray(optimizer.learning_rate)),
        "objects": (id(optimizer), id(model.loss), model.compiled, model.built),
        "layers": [(id(x), x.name, x.built, x.trainable) for x in model.layers],
        "shapes": (model.input_shape, model.output_shape),
    }


@pytest.fixture(scope="module")
def keras_model() -> Any:
    return small_model(keras)


@pytest.mark.parametrize("name", CONSTRUCTION)
def test_misuse_of_a_part(name: str) -> None:
    function, *words = CONSTRUCTION[name]
    minikeras.utils.clear_session(free_memory=False)
    settings = minikeras.config.floatx(), minikeras.config.image_data_format()
    theirs, ours = raised(function, keras), raised(function, minikeras)
    check(name, theirs, ours, tuple(words))
    note_misuse(function)
    assert (minikeras.config.floatx(), minikeras.config.image_data_format()) == settings


@pytest.mark.parametrize("name", TRAINING)
def test_misuse_of_a_model(name: str, keras_model: Any) -> None:
    function, *words = TRAINING[name]
    model = small_model(minikeras)
    before = state(model)
    theirs, ours = raised(function, keras, keras_model), raised(function, minikeras, model)
    check(name, theirs, ours, tuple(words))
    note_misuse(function)
    assert state(model) == before
    trains_as_new(model)


def trains_as_new(model: Any) -> None:
    """After the failed call the model trains as a fresh one does."""
    fresh = small_model(minikeras)
    history, expected = (m.fit(X, Y, epochs=2, verbose=0).history for m in (model, fresh))
    assert history == expected


def test_table_is_large() -> None:
    assert len(CONSTRUCTION) + len(TRAINING) >= 70
    assert DIFFERENT.keys() <= CONSTRUCTION.keys() | TRAINING.keys()


# What Keras accepts must be accepted here, with the same result.

LENIENT = {
    "empty arrays": lambda k, m: m.fit(X[:0], Y[:0], verbose=0),
    "generator that ends early": lambda k, m: m.fit(
        ((X, Y) for _ in range(3)), steps_per_epoch=2, epochs=3, verbose=0
    ),
    "TerminateOnNaN": lambda k, m: m.fit(
        X * np.nan, Y, epochs=3, callbacks=[k.callbacks.TerminateOnNaN()], verbose=0
    ),
    "batch larger than the data": lambda k, m: m.fit(X, Y, batch_size=100, verbose=0),
    "early stopping on a metric that never comes": lambda k, m: m.fit(
        X, Y, callbacks=[k.callbacks.EarlyStopping("nope", mode="min")], verbose=0
    ),
    "class_weight of a missing class": lambda k, m: m.fit(X, Y, class_weight={9: 2.0}, verbose=0),
}


@pytest.mark.parametrize("name", LENIENT)
def test_what_passes(name: str) -> None:
    def run(module: Any) -> tuple[Any, set[str]]:
        model = small_model(module)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            history = LENIENT[name](module, model).history
        kinds = {
            w.category for w in caught if "input" in str(w.message) or "nope" in str(w.message)
        }
        return history, sorted(map(str, kinds))

    (theirs, their_warnings), (ours, our_warnings) = run(keras), run(minikeras)
    assert our_warnings == their_warnings
    assert ours.keys() == theirs.keys()
    for key in theirs:
        np.testing.assert_allclose(ours[key], theirs[key], rtol=1e-6, err_msg=key)


# Ctrl-C


@pytest.mark.parametrize("where", ["callback", "call", "loss"])
def test_interrupted_fit_leaves_a_usable_model(where: str) -> None:
    """A model interrupted in its third step has the state after two steps, and trains on.

    The layer's and the loss's Python code runs in the third step only with ``run_eagerly``.
    """
    calls = {"n": 0}

    def third_time(*_: Any, **__: Any) -> None:
        calls["n"] += 1
        if calls["n"] == 3:
            raise KeyboardInterrupt

    class Watched(minikeras.layers.Layer):
        def call(self, x: Any) -> Any:
            if where == "call" and x.shape == (2, 4):
                third_time()
            return x

    def loss(y: Any, p: Any) -> Any:
        if where == "loss" and p.shape[0] == 2:
            third_time()
        return minikeras.losses.mean_squared_error(y, p)

    def model() -> Any:
        minikeras.utils.set_random_seed(1)
        layers = [Watched(), minikeras.layers.Dropout(0.5), minikeras.layers.Dense(3)]
        made = minikeras.Sequential([minikeras.Input((4,)), *layers])
        made.compile("adam", loss, run_eagerly=where != "callback")
        return made

    calls["n"] = -(10**6)
    two_steps = model()
    y = np.eye(3, dtype="float32")[Y]
    for i in (0, 2):
        two_steps.train_on_batch(X[i : i + 2], y[i : i + 2])
    before_third = state(two_steps)

    broken = model()
    calls["n"] = 0
    stop = minikeras.callbacks.LambdaCallback(
        on_train_batch_begin=third_time if where == "callback" else None
    )
    with pytest.raises(KeyboardInterrupt):
        broken.fit(X, y, batch_size=2, shuffle=False, callbacks=[stop], verbose=0)
    calls["n"] = -(10**6)
    after = state(broken)
    for key in ("weights", "optimizer"):
        assert [*after[key].values()] == [*before_third[key].values()]
    assert np.isfinite(broken.predict(X, verbose=0)).all()
    assert np.isfinite(broken.fit(X, y, epochs=2, verbose=0).history["loss"]).all()
    assert all(a != b for a, b in zip(state(broken)["weights"].values(), after["weights"].values()))
