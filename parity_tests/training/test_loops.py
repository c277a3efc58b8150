"""What happens during ``fit``: events, the console, own steps, callbacks, the compile config."""

import contextlib
import functools
import io
import re

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from parity_tests.checks.trainer import X, Y, both, close, frugal, make, quietly
from parity_tests.trainings.arguments import ACTIVATIONS


def recorder(library, record):
    hooks = [hook for hook in dir(library.callbacks.Callback) if hook.startswith("on_")]

    def hear(hook):
        def listen(self, *args, **kwargs):
            logs = kwargs.get("logs", args[-1])
            record.append((hook, args[0] if "batch" in hook or "epoch" in hook else None))
            record.append(sorted(logs) if logs else None)

        return listen

    return type("Recorder", (library.callbacks.Callback,), {h: hear(h) for h in hooks})()


@frugal
@given(
    stride=st.integers(1, 3),
    batch_size=st.integers(2, 6),
    generator=st.booleans(),
    steps_per_epoch=st.one_of(st.none(), st.integers(1, 4)),
)
def test_order_of_events(stride, batch_size, generator, steps_per_epoch):
    records = []
    for library in minikeras, keras:
        records.append([])
        model = make(library)
        model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True, steps_per_execution=stride)
        listen = recorder(library, records[-1])
        data = ((X[k : k + 4], Y[k : k + 4]) for k in (0, 4, 8)) if generator else X
        options = {"verbose": 0, "callbacks": [listen]}

        def action(model=model, data=data, options=options):
            model.fit(
                data,
                None if generator else Y,
                batch_size,
                epochs=2,
                validation_data=(X, Y),
                steps_per_epoch=steps_per_epoch,
                **options,
            )
            model.evaluate(X, Y, batch_size, **options)
            model.predict(X, batch_size, **options)

        quietly(action)
    assert records[0] == records[1]


@pytest.mark.parametrize("epochs", [1, 2])
@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
def test_console(epochs, verbose):
    def written(library):
        model = make(library)
        model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            model.fit(X, Y, 4, epochs, verbose, validation_data=(X, Y), shuffle=False)
            model.evaluate(X, Y, verbose=verbose)
            model.predict(X, verbose=verbose)
        # redraws and times depend on the clock
        lines = [line.rpartition("\r")[2].rstrip() for line in out.getvalue().split("\n")]
        text = re.sub(r"\d+[mu]?s(/step)?|\x08", "", "\n".join(lines))
        return re.sub(r"\d\.\d{4}(e-\d+)?", lambda m: f"{float(m[0]):.3f}", text)

    assert written(minikeras) == written(keras)


def own_steps(library):
    """A model with its own train_step and test_step, for both libraries."""

    class Own(library.Model):
        def __init__(self):
            super().__init__()
            self.dense = library.layers.Dense(2, kernel_initializer="ones")
            self.steps = 0

        def call(self, x, training=None):
            return self.dense(x)

        def train_step(self, data):
            logs = super().train_step(data)
            self.steps += 1
            return logs | {"steps": float(self.steps)}

        def test_step(self, data):
            x, y = data
            return {"distance": library.ops.max(library.ops.abs(y - self(x, training=False)))}

        def predict_step(self, data):
            x, _, _ = library.utils.unpack_x_y_sample_weight(data)
            return {"double": 2 * self(x, training=False)}

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return 3 * super().compute_loss(x, y, y_pred, sample_weight)

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            return super().compute_metrics(x, y, y_pred, sample_weight) | {"extra": 1.0}

    return Own()


def test_own_steps():
    results = []
    for library in minikeras, keras:
        model = own_steps(library)
        model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True)
        options = {"batch_size": 4, "verbose": 0}
        history = model.fit(X, Y, epochs=2, validation_data=(X, Y), shuffle=False, **options)
        results.append(
            [
                history.history,
                model.evaluate(X, Y, **options),
                model.predict(X, **options),
                model.train_on_batch(X, Y),
                model.get_weights(),
            ]
        )
    close(*results)


def test_own_loop_function():
    results = []
    for library in minikeras, keras:
        model = make(library)
        model.compile("sgd", "mse", run_eagerly=True)

        def make_train_function(force=False, model=model):
            def train_function(iterator):
                data = next(iterator)
                return model.train_step(data) | {"size": float(len(data[0]))}

            model.train_function = train_function

        model.make_train_function = make_train_function
        results.append(model.fit(X, Y, 4, epochs=2, verbose=0, shuffle=False).history)
    close(*results)


@both
def test_stop_training(library):
    model = make(library)
    model.compile("sgd", "mse")
    seen = []

    def stop(batch, logs):
        seen.append(batch)
        model.stop_training = batch == 1

    callback = library.callbacks.LambdaCallback(on_train_batch_end=stop)
    history = model.fit(X, Y, 2, epochs=3, verbose=0, callbacks=[callback])
    assert seen == [0, 1]
    assert history.epoch == [0]


@both
def test_learning_rate_in_the_history(library):
    model = make(library)
    model.compile("sgd", "mse", run_eagerly=True)
    halve = library.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[halve])
    assert list(history.history) == ["loss", "learning_rate"]
    np.testing.assert_allclose(history.history["learning_rate"], [0.005, 0.0025, 0.00125])


@both
def test_restore_best_weights(library):
    model = make(library)
    model.compile("sgd", "mse", run_eagerly=True)
    weights = []
    stopping = library.callbacks.EarlyStopping("loss", mode="max", restore_best_weights=True)
    remember = library.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(model.get_weights())
    )
    history = model.fit(X, Y, epochs=5, verbose=0, callbacks=[stopping, remember])
    assert history.epoch == [0, 1]
    close(model.get_weights(), weights[0])


@both
def test_metrics_reset_on_each_batch(library):
    model = make(library)
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True)
    first = model.test_on_batch(X[:4], Y[:4])
    model.test_on_batch(X, Y)
    assert model.test_on_batch(X[:4], Y[:4]) == first
    assert model.metrics_names == ["loss", "compile_metrics"]


@both
def test_compile_config(library):
    model = make(library)
    assert model.get_compile_config() == {}
    model.compile("sgd", "mse", metrics=["mae"], loss_weights=[2.0])
    config = model.get_compile_config()
    assert config["loss"] == "mse"
    assert config["optimizer"]["class_name"] == "SGD"
    again = make(library)
    again.compile_from_config(config)
    assert again.get_compile_config() == config
    assert again.optimizer.built
    close(again.fit(X, Y, verbose=0).history, model.fit(X, Y, verbose=0).history)


@pytest.mark.parametrize("between", ["nothing", "another batch size", "compile", "run_eagerly"])
def test_hyperparameters_changed_between_fits(between):
    """What Keras's function was traced with stays; the learning rate is read in each step."""
    found = []
    for library in minikeras, keras:
        library.utils.set_random_seed(0)
        model = library.Sequential([library.Input((X.shape[1],)), library.layers.Dense(1)])
        optimizer = library.optimizers.SGD(0.1, momentum=0.9, clipnorm=0.1)
        model.compile(optimizer, "mse", run_eagerly=between == "run_eagerly")
        model.fit(X, X[:, :1], batch_size=4, verbose=0)
        optimizer.momentum, optimizer.clipnorm, optimizer.learning_rate = 0.5, 10.0, 0.05
        if between == "compile":
            model.compile(optimizer, "mse")
        model.fit(X, X[:, :1], batch_size=5 if between.startswith("another") else 4, verbose=0)
        found.append([w.tobytes() for w in model.get_weights()])
        assert (optimizer.momentum, optimizer.clipnorm) == (0.5, 10.0)
    assert found[0] == found[1]


@pytest.mark.parametrize("first", ["fit", "train_on_batch", "build"])
def test_paths_of_the_state_of_nadam(first):
    """Its product of momenta has the optimizer's name twice if the first step builds it."""
    found = []
    for library in minikeras, keras:
        library.utils.clear_session(free_memory=False)
        model = library.Sequential([library.Input((X.shape[1],)), library.layers.Dense(1)])
        model.compile("nadam", "mse")
        if first == "build":
            model.optimizer.build(model.trainable_variables)
        else:
            getattr(model, first)(X, X[:, :1], **({"verbose": 0} if first == "fit" else {}))
        found.append([v.path for v in model.optimizer.variables])
    assert found[0] == found[1]


@pytest.mark.parametrize("weighted", [(False,) * 4, (False, True, False, True)])
def test_sizes_of_batches_in_several_fits(weighted):
    """A second size of batches is not a constant in the graph, nor one that leaves a rest.

    Batches with sample weights have graphs of their own, and so their own first size.
    """
    x = np.random.default_rng(0).normal(size=(60, 5)).astype("float32")
    weights = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        library.utils.set_random_seed(0)
        layers = [library.layers.Dense(4), library.layers.BatchNormalization()]
        model = library.Sequential([library.Input((5,)), *layers, library.layers.Dense(1)])
        model.compile(library.optimizers.Adam(0.01), "mse")
        found = []
        for samples, size, has_weights in zip((60, 60, 30, 60), (12, 20, 12, 12), weighted):
            weight = np.linspace(0.1, 1, samples, dtype="float32") if has_weights else None
            arrays = x[:samples], x[:samples, :1]
            model.fit(*arrays, size, epochs=3, verbose=0, sample_weight=weight)
            found += [np.array(w) for w in model.get_weights()]
        weights.append(found)
    for ours, theirs in zip(*weights):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predictions_of_several_batches_at_once(activation):
    """Functions that end a model are applied to the joined predictions of several batches."""
    x = np.random.default_rng(0).normal(size=(35, 6)).astype("float32")
    found = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        library.utils.set_random_seed(0)
        layers = [library.layers.RMSNormalization(), library.layers.Dense(3, activation=activation)]
        model = library.Sequential([library.Input((6,)), *layers])
        model.layers[0].set_weights([x[0]])
        model.compile(steps_per_execution=3)
        found.append(np.array(model.predict(x, 5, verbose=0)))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("kind", ["Sequential", "Model"])
@pytest.mark.parametrize("samples", [32, 40])  # the batch size is known, or not
def test_hard_silu_in_chains(kind, samples):
    """The names of the operations, that of the model included, decide what is multiplied first."""
    x = np.random.default_rng(0).normal(size=(samples, 6)).astype("float32")
    found = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        library.utils.set_random_seed(0)
        dense, silu = library.layers.Dense, lambda k=library: k.layers.Activation("hard_silu")
        layers = silu(), silu(), dense(5, "hard_silu"), dense(5), silu(), dense(2)
        inputs = library.Input((6,))
        if kind == "Sequential":
            model = library.Sequential([inputs, *layers])
        else:
            model = library.Model(
                inputs, functools.reduce(lambda h, layer: layer(h), layers, inputs)
            )
        model.compile(library.optimizers.SGD(0.5), "mse")
        model.fit(x, x[:, :2], 16, verbose=0)
        found.append([*model.get_weights(), model.predict(x, 16, verbose=0)])
    for ours, theirs in zip(*found):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "before, options", [("UnitNormalization", {"axis": 1}), ("ZeroPadding1D", {}), ("ELU", {})]
)
def test_rms_normalization_of_single_numbers_in_predict(before, options):
    """x or the reciprocal, whose name comes first, is multiplied by the scale."""
    x = np.random.default_rng(0).normal(size=(40, 7, 1)).astype("float32")
    found = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        library.utils.set_random_seed(0)
        first = getattr(library.layers, before)(**options)
        rms = library.layers.RMSNormalization()
        model = library.Sequential([library.Input((7, 1)), first, rms])
        rms.set_weights([np.array([0.7], "float32")])
        found.append(np.array(model.predict(x, 16, verbose=0)))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("weight", [0.3, 0.7, 0.9])
@pytest.mark.parametrize("regularizer", [None, "l2"])
def test_mean_of_weighted_losses(weight, regularizer):
    """Its weight and a known size of batches are multiplied first, unless the loss is a sum."""
    x = np.random.default_rng(0).normal(size=(49, 5)).astype("float32")
    found = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        library.utils.set_random_seed(0)
        layer = library.layers.Dense(2, kernel_regularizer=regularizer)
        model = library.Sequential([library.Input((5,)), layer])
        model.compile("sgd", "mse", loss_weights=[weight])
        on_batch = [model.train_on_batch(x[i : i + 10], x[i : i + 10, :2]) for i in (0, 10, 40)]
        losses = model.fit(x, x[:, :2], 7, epochs=3, verbose=0).history["loss"]
        found.append([*on_batch, *losses, model.evaluate(x, x[:, :2], 7, verbose=0)])
    np.testing.assert_array_equal(*np.array(found, "float32"))


def test_counts_at_several_thresholds():
    """They are logged as arrays: those of the validation data in place of the training data's."""
    x = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
    found = []
    for library in (minikeras, keras):
        library.utils.set_random_seed(0)
        model = library.Sequential([library.Input((4,)), library.layers.Dense(1, "sigmoid")])
        metric = library.metrics.FalsePositives(thresholds=[0.2, 0.7])
        model.compile("sgd", "mse", metrics=[metric], run_eagerly=True)
        logs = [
            model.fit(x, x[:, :1] > 0, 5, 3, verbose=0, validation_split=split).history
            for split in (0.0, 0.25)
        ]
        assert all(type(v) is np.ndarray for log in logs for v in log["false_positives"])
        found.append([log["false_positives"] for log in logs])
    np.testing.assert_array_equal(*found)
