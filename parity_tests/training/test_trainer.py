"""``fit``, ``evaluate`` and ``predict`` of tiny models: logs, order of events, options, misuse."""

import contextlib
import io
import re
import warnings

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras

# Each example builds two models and, for Keras, several data pipelines.
frugal = settings(max_examples=max(8, settings.default.max_examples // 3))
both = pytest.mark.parametrize("library", [minikeras, keras], ids=["ours", "theirs"])
rng = np.random.default_rng(0)
X = rng.normal(size=(11, 3)).astype("float32")
Y = rng.normal(size=(11, 2)).astype("float32")
LABELS = np.eye(2, dtype="float32")[rng.integers(0, 2, 11)]
WEIGHTS = rng.uniform(0, 2, 11).astype("float32")


def make(library, outputs=1, activation="linear"):
    """A net with fixed weights; with two outputs named a and b."""
    layers, inputs = library.layers, library.Input((3,))
    heads = [layers.Dense(2, activation=activation, name=name)(inputs) for name in "ab"[:outputs]]
    model = library.Model(inputs, heads if outputs > 1 else heads[0])
    shapes = [w.shape for w in model.get_weights()]
    values = np.random.default_rng(1)
    model.set_weights([values.normal(size=shape).astype("float32") for shape in shapes])
    return model


def quietly(action):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return action()


def close(ours, theirs):
    """The same names, lengths and types; values to float32's accuracy."""
    assert repr(keras.tree.map_structure(type, ours)) == repr(
        keras.tree.map_structure(type, theirs)
    )
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
    for a, b in zip(keras.tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


def compare(action, **options):
    """``action(library, model)`` on equal models; results and weights, or errors, must agree."""
    results, errors = [], []
    for library in minikeras, keras:
        model = make(library, **options)
        try:
            result = quietly(lambda library=library, model=model: action(library, model))
            results.append([result, model.get_weights()])
        except (ValueError, KeyError) as error:
            errors.append(type(error))
    if errors:
        assert len(errors) == 2 and errors[0] is errors[1]
    else:
        close(*results)


fits = st.fixed_dictionaries(
    {"epochs": st.integers(1, 4)},
    optional={
        "batch_size": st.sampled_from([1, 4, 11, 20]),
        "validation_split": st.sampled_from([0.2, 0.5]),
        "validation_data": st.sampled_from([(X[:5], Y[:5]), (X[:7], Y[:7], WEIGHTS[:7])]),
        "validation_freq": st.sampled_from([1, 2, [1, 3]]),
        "validation_batch_size": st.integers(1, 6),
        "validation_steps": st.integers(1, 2),
        "sample_weight": st.just(WEIGHTS),
        "initial_epoch": st.integers(0, 2),
        "steps_per_epoch": st.integers(1, 4),
    },
)
compiles = st.fixed_dictionaries(
    {"loss": st.sampled_from(["mse", "mae", "huber"])},
    optional={
        "metrics": st.sampled_from([["mse"], ["mae", "mse"], ["mae", "mae"]]),
        "weighted_metrics": st.just(["mae"]),
        "loss_weights": st.just([0.5]),
        "steps_per_execution": st.integers(1, 3),
    },
)


@frugal
@given(compiles, fits)
def test_fit(compiling, fitting):
    def action(library, model):
        model.compile("sgd", run_eagerly=True, **compiling)
        history = model.fit(X, Y, verbose=0, shuffle=False, **fitting)
        return history.history, history.epoch

    compare(action)


@frugal
@given(
    seed=st.integers(0, 2**31 - 1),
    shuffle=st.sampled_from([True, "batch"]),
    batch_size=st.integers(1, 11),
)
def test_shuffled_fit(seed, shuffle, batch_size):
    def action(library, model):
        library.utils.set_random_seed(seed)
        model.compile("sgd", "mse", run_eagerly=True)
        return model.fit(
            X, Y, batch_size, epochs=2, verbose=0, shuffle=shuffle, validation_split=0.2
        ).history

    compare(action)


@frugal
@given(st.dictionaries(st.integers(0, 1), st.floats(0, 3)), st.booleans())
def test_class_weight(class_weight, on_batch):
    def action(library, model):
        model.compile(
            "sgd",
            "categorical_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["categorical_accuracy"],
            run_eagerly=True,
        )
        if on_batch:
            return model.train_on_batch(X, LABELS, class_weight=class_weight, return_dict=True)
        options = {"verbose": 0, "shuffle": False, "batch_size": 4}
        return model.fit(X, LABELS, class_weight=class_weight, **options).history

    compare(action, activation="softmax")


@frugal
@given(
    loss=st.sampled_from(["mse", ["mse", "mae"], {"a": "mse", "b": "mae"}]),
    optional=st.fixed_dictionaries(
        {},
        optional={
            "loss_weights": st.sampled_from([[0.5, 2.0], {"a": 0.5, "b": 2.0}]),
            "metrics": st.sampled_from([[["mae"], ["mse", "mae"]], {"b": ["mae"]}]),
            "weighted_metrics": st.just({"a": ["mse"]}),
        },
    ),
    as_dict=st.booleans(),
    weighted=st.booleans(),
)
def test_two_outputs(loss, optional, as_dict, weighted):
    def action(library, model):
        model.compile("sgd", loss, run_eagerly=True, **optional)
        y = {"a": Y, "b": LABELS} if as_dict else [Y, LABELS]
        weights = None
        if weighted:
            weights = {"a": WEIGHTS, "b": 2 * WEIGHTS} if as_dict else [WEIGHTS, 2 * WEIGHTS]
        model.fit(X, y, 4, verbose=0, shuffle=False, sample_weight=weights)
        return [
            model.evaluate(X, y, 5, verbose=0, sample_weight=weights, return_dict=True),
            model.evaluate(X, y, 11, verbose=0),
            model.train_on_batch(X, y),
            model.test_on_batch(X, y, return_dict=True),
            model.predict(X, 4, verbose=0),
            model.predict_on_batch(X),
        ]

    compare(action, outputs=2)


@pytest.mark.parametrize("batch_size", [4, 11])
def test_losses_of_two_outputs_in_a_graph(batch_size):
    """Where a smaller batch comes last, Keras's graph does not know the size of any."""

    def action(library, model):
        model.compile("sgd", ["mse", "mae"])
        options = {"batch_size": batch_size, "verbose": 0}
        history = model.fit(X, [Y, LABELS], shuffle=False, validation_split=0.4, **options)
        return history.history, model.evaluate(X, [Y, LABELS], return_dict=True, **options)

    compare(action, outputs=2)


@frugal
@given(batch_size=st.integers(1, 12), steps=st.sampled_from([None, 1, 2]), stride=st.integers(1, 3))
def test_evaluate_and_predict(batch_size, steps, stride):
    def action(library, model):
        model.compile(loss="mse", metrics=["mae"], run_eagerly=True, steps_per_execution=stride)
        return [
            model.evaluate(X, Y, batch_size, verbose=0, steps=steps),
            model.evaluate(X, Y, batch_size, 0, WEIGHTS, return_dict=True),
            model.predict(X, batch_size, verbose=0, steps=steps),
            model.metrics_names,
        ][:3]

    compare(action)


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
        # how often the bar is redrawn, and the times, depend on the clock
        lines = [line.rpartition("\r")[2].rstrip() for line in out.getvalue().split("\n")]
        text = re.sub(r"\d+[mu]?s(/step)?|\x08", "", "\n".join(lines))
        return re.sub(r"\d\.\d{4}(e-\d+)?", lambda m: f"{float(m[0]):.3f}", text)

    assert written(minikeras) == written(keras)


def own_steps(library):
    """A model whose steps are its own, written for both libraries."""

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
    twin = make(library)
    twin.compile_from_config(config)
    assert twin.get_compile_config() == config
    assert twin.optimizer.built
    close(twin.fit(X, Y, verbose=0).history, model.fit(X, Y, verbose=0).history)


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
