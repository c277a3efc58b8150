"""Trainings that fail or are interrupted, and misuse of the trainer."""

import numpy as np
import pytest

import minikeras
from parity_tests.checks.trainer import WEIGHTS, X, Y, both, close, make, quietly


def interrupted(error, after):
    class Interrupting(minikeras.layers.Layer):
        calls = 0

        def call(self, x):
            self.calls += 1
            if self.calls > after:
                raise error
            return x

    return Interrupting()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("broken")])
def test_an_interrupted_step_leaves_no_trace(error):
    layers = minikeras.layers
    model = minikeras.Sequential(
        [
            minikeras.Input((3,)),
            layers.BatchNormalization(),
            layers.Dropout(0.5, seed=1),
            layers.Dense(2),
            interrupted(error, after=3),
        ]
    )
    model.compile("adam", "mse")
    states = []
    save = minikeras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: states.append(
            [np.array(v) for v in model.variables + model.optimizer.variables]
        )
    )
    calls = model.layers[-1].calls
    with pytest.raises(type(error)):
        model.fit(X, Y, 2, epochs=3, verbose=0, callbacks=[save])
    assert model.layers[-1].calls > calls
    close([np.array(v) for v in model.variables + model.optimizer.variables], states[-1])
    model.layers[-1].calls = -100
    assert np.isfinite(model.fit(X, Y, verbose=0).history["loss"]).all()


def test_mistakes_in_metrics_show_before_the_first_update():
    model = make(minikeras)
    model.compile("sgd", "mse", metrics=["nonsense"])
    before = model.get_weights()
    with pytest.raises(ValueError, match="nonsense"):
        model.fit(X, Y, verbose=0)
    close(model.get_weights(), before)


SPLIT = {"validation_split": 1.0}


@both
@pytest.mark.parametrize(
    ("method", "arguments", "options", "kind"),
    [
        ("fit", (X, Y), SPLIT, ValueError),
        ("fit", (X, Y), {"validation_data": (X, Y, Y, Y)}, ValueError),
        ("fit", (X, Y), {"validation_data": (X, Y), "validation_freq": "a"}, ValueError),
        ("fit", (X, Y), {"validation_data": (X, Y), "validation_freq": (1,)}, ValueError),
        ("fit", (X, Y), {"validation_data": (X, Y), "validation_freq": 0}, ZeroDivisionError),
        ("fit", (X, Y), {"epochs": 1.5}, TypeError),
        ("fit", (X, Y), {"unknown": 1}, TypeError),
        ("fit", (X, Y), {"callbacks": ["a"]}, AttributeError),
        ("fit", (X,), {}, ValueError),
        ("fit", (X[:, :2], Y), {}, ValueError),
        ("evaluate", (X, Y), {"unknown": 1}, ValueError),
        ("train_on_batch", (X, Y, WEIGHTS, {0: 1.0}), {}, ValueError),
    ],
)
def test_misuse(library, method, arguments, options, kind):
    model = make(library)
    model.compile("sgd", "mse", run_eagerly=True)
    before = model.get_weights()
    with pytest.raises(kind):
        quietly(lambda: getattr(model, method)(*arguments, **options))
    if "validation_data" not in options and library is minikeras:
        close(model.get_weights(), before)


@both
def test_misuse_of_compile(library):
    model = make(library)
    for method in "fit", "evaluate", "train_on_batch", "test_on_batch":
        with pytest.raises(ValueError, match="compile"):
            getattr(model, method)(X, Y)
    model.compile("sgd")
    with pytest.raises(ValueError, match="loss"):
        model.fit(X, Y, verbose=0)
    model.compile(None, "mse", run_eagerly=True)
    with pytest.raises(AttributeError, match=r"None"):
        model.fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match="nonsense"):
        model.compile("nonsense")
    with pytest.warns(UserWarning, match="jit_compile"):
        model.compile("sgd", "mse", jit_compile=True, run_eagerly=True)
    assert model.jit_compile is False


@both
def test_no_trainable_weights(library):
    model = make(library)
    model.trainable = False
    model.compile("sgd", "mse", run_eagerly=True)
    with pytest.warns(UserWarning, match="trainable"):
        model.train_on_batch(X, Y)


@both
def test_limits_for_trials(library):
    model = make(library)
    model.compile("sgd", "mse", run_eagerly=True)
    library.config.set_max_epochs(2)
    library.config.set_max_steps_per_epoch(1)
    try:
        with pytest.warns(UserWarning, match="Limiting"):
            seen = []
            count = library.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs: seen.append(batch)
            )
            history = model.fit(X, Y, 4, epochs=5, verbose=0, callbacks=[count])
    finally:
        library.config.set_max_epochs(None)
        library.config.set_max_steps_per_epoch(None)
    assert history.epoch == [0, 1]
    assert seen == [0, 0]
