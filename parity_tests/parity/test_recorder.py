"""The recorder follows every way to train, without an error and alike under both frameworks."""

import importlib
import sys

import numpy as np
import pytest
from rich.console import Console

import minikeras
from minikeras import config
from minikeras.parity import report, terminal
from minikeras.parity.comparison import compare
from parity_tests.parity.recording import record

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = X[:, :1] * 2


def sequential(keras, *, dropout=False):
    k = keras.layers
    return keras.Sequential([k.Dense(4, "relu"), *([k.Dropout(0.5)] * dropout), k.Dense(1)])


def built_late(keras):
    model = sequential(keras, dropout=True)
    model.compile("adam", "mse", metrics=["mae"])
    for _ in range(2):
        model.fit(X, Y, batch_size=8, epochs=2, validation_split=0.25, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)


def subclassed(keras):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.head = keras.layers.Dense(3), keras.layers.Dense(1)

        def call(self, x):
            return self.head(self.hidden(x))

    def inside():
        model = Net()
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0)

    inside()


def _several_outputs(keras, outputs, y, **compiled):
    x = keras.Input((3,))
    hidden = keras.layers.Dense(4)(x)
    heads = {name: keras.layers.Dense(1, name=name)(hidden) for name in ("a", "b")}
    model = keras.Model(x, heads if outputs is dict else list(heads.values()))
    model.compile("rmsprop", **compiled)
    model.fit(X, y, verbose=0)
    model.evaluate(X, y, verbose=0)
    model.predict(X, verbose=0)


def named_outputs(keras):
    names = {"loss": {"a": "mse", "b": "mae"}, "metrics": {"a": ["mae"], "b": ["mse"]}}
    _several_outputs(keras, dict, {"a": Y, "b": -Y}, **names)


def listed_outputs(keras):
    _several_outputs(keras, list, [Y, -Y], loss=["mse", "mse"])


def _by_hand(keras, graph):
    if keras is minikeras:
        tape, function = keras.GradientTape, lambda step: step
    else:
        tensorflow = importlib.import_module("tensorflow")
        tape, function = tensorflow.GradientTape, tensorflow.function
    model, optimizer = sequential(keras, dropout=True), keras.optimizers.Adam(0.01)

    def step(x, y):
        with tape() as t:
            loss = keras.ops.mean(keras.ops.square(model(x, training=True) - y))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(t.gradient(loss, variables), variables))

    for _ in range(3):
        step = function(step) if graph else step
        step(keras.ops.convert_to_tensor(X), keras.ops.convert_to_tensor(Y))


def by_hand(keras):
    _by_hand(keras, graph=False)


def by_hand_in_a_graph(keras):
    _by_hand(keras, graph=True)


def batches(keras):
    model = sequential(keras)
    model.compile("adam", "mse", metrics=["mae"])
    for start in (0, 8, 16):
        model.train_on_batch(X[start : start + 8], Y[start : start + 8])
    model.test_on_batch(X, Y)


def a_fit_that_raises(keras):
    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise ValueError("planned")

    model = sequential(keras)
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="planned"):
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[Stop()])
    with pytest.raises(TypeError):
        model.fit(X, Y, no_such_option=1)
    model.fit(X, Y, epochs=2, verbose=0)


def a_network_in_two_parts(keras):
    first, second = sequential(keras), sequential(keras)
    both = keras.Sequential([keras.Input((3,)), first, second])
    for model in (both, second):
        model.compile("sgd", "mse")
    both.fit(X, Y, verbose=0)
    second.fit(Y, Y, verbose=0)


def an_own_layer_and_loss(keras):
    class Scaled(keras.layers.Layer):
        def __init__(self, inner, **kwargs):  # Keras cannot describe an inner layer here
            super().__init__(**kwargs)
            self.inner = inner

        def build(self, shape):
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

        def call(self, x):
            return self.inner(x) * self.scale

    def loss(y, p):
        return keras.ops.mean(keras.ops.abs(y - p), axis=-1)

    model = keras.Sequential([Scaled(keras.layers.Dense(4)), keras.layers.Lambda(lambda x: x * 2)])
    model.compile("sgd", loss, metrics=[loss, keras.metrics.MeanAbsoluteError()])
    model.fit({"input": X}["input"], Y, verbose=0, class_weight=None)


PROGRAMS = [
    *(built_late, subclassed, named_outputs, listed_outputs, batches, a_fit_that_raises),
    *(by_hand, by_hand_in_a_graph, a_network_in_two_parts, an_own_layer_and_loss),
]


@pytest.mark.filterwarnings("ignore")  # Keras warns of some of these programs
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_any_training_is_followed(program, tmp_path, capsys):
    keras = importlib.import_module("keras")
    document = compare(record(minikeras, program), record(keras, program), title="t", options={})
    verdict = document["verdict"]
    assert verdict["same"], (verdict["reason"], verdict["differences"])
    assert document["models"] and document["optimizers"]
    for entry in document["models"] + document["optimizers"]:
        for variable in entry["variables"]:
            assert variable["initial"]["equal"] and variable["final"], variable
    report.write_html(document, tmp_path / "page.html")
    terminal.show(document, Console(width=80))
    shown = capsys.readouterr().out
    assert shown.startswith("SAME: ") and max(map(len, shown.splitlines())) <= 80


def test_a_fit_that_raises_is_recorded_until_then():
    fits = record(minikeras, a_fit_that_raises).found["fits"]
    assert [(fit["raised"], fit["epochs"]) for fit in fits] == [(True, [0, 1]), (False, [0, 1])]


def test_a_model_made_by_another_is_recorded_once():
    found = record(minikeras, a_network_in_two_parts).found["models"]
    assert [len(model["paths"]) for model in found] == [8, 4]  # `first` is in the whole


def test_the_initial_weights_are_those_before_the_first_step():
    def program(keras):
        model = sequential(keras)
        model.build((None, 3))
        model.layers[0].kernel.assign(np.full((3, 4), 0.5))  # counts, as it comes before training
        model.compile("sgd", "mse")
        for _ in range(2):
            model.fit(X, Y, verbose=0)

    run = record(minikeras, program)
    assert (run.arrays_of("models", 0, "initial")[0] == 0.5).all()
    assert (run.arrays_of("models", 0, "final")[0] != 0.5).all()


def test_recording_leaves_nothing_behind():
    before = {name: vars(minikeras.Model).get(name) for name in ("fit", "compile", "__new__")}
    record(minikeras, subclassed)
    assert before == {name: vars(minikeras.Model).get(name) for name in before}
    assert "__init__" in vars(minikeras.Variable)


class Bytes(minikeras.callbacks.Callback):
    """Uses of standard output other than `print`."""

    def on_epoch_end(self, epoch, logs=None):
        out = sys.stdout
        out.writelines(["1/1 - 0s - ", "of the script\n"])
        out.flush()
        out.buffer.write(b"bytes\n")
        self.seen = out.fileno(), out.encoding, out.isatty()


def test_standard_output_is_the_stream_during_a_fit(capfd):
    callback = Bytes()

    def program(keras):
        model = sequential(keras)
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0, callbacks=[callback])

    found = record(minikeras, program).found["fits"][0]
    assert found["lines"] == ["of the script"] and callback.seen[1:] == ("utf-8", False)
    assert capfd.readouterr().out == "1/1 - 0s - of the script\nbytes\n"


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "train_on_batch"])
def test_a_wrong_argument_is_the_frameworks_error(method):
    def message(keras):
        model = sequential(keras)
        model.compile("sgd", "mse")
        with pytest.raises((TypeError, ValueError)) as raised:
            getattr(model, method)(X, no_such_option=2)
        messages.append(str(raised.value))

    messages = []
    message(minikeras)
    record(minikeras, message)
    assert messages[0] == messages[1] and method in messages[0]


def before_a_normalization(keras):
    model = keras.Sequential(
        [
            keras.layers.Input((3,)),
            keras.layers.Dense(4, name="noisy"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    model.fit(X, Y, batch_size=8, epochs=3, verbose=0)


@pytest.mark.filterwarnings("ignore")  # NumPy warns of TensorFlow's arrays
def test_the_noise_of_a_bias_before_a_normalization_is_recognised():
    """The reference kernels round differently, so the two runs have different noise."""
    keras = importlib.import_module("keras")
    with config.use_kernels("reference"):
        ours = record(minikeras, before_a_normalization)
    document = compare(ours, record(keras, before_a_normalization))
    noise = [v["path"] for v in document["models"][0]["variables"] if v["noise"]]
    assert document["verdict"]["same"], document["verdict"]["reason"]
    assert noise == ["sequential/noisy/bias", "sequential/norm/moving_mean"]
