"""A worker records a script's training without changing it, and reports errors."""

import math

import numpy as np
import pytest
from rich.console import Console

from minikeras.parity import runs, terminal, worker
from minikeras.parity.curves import EPOCH_LINE, epoch_line, numbers

SCRIPT = """
import sys
import numpy as np
import keras

print("printed by the script", sys.argv[1:])
assert __name__ == "__main__"
keras.utils.set_random_seed(3)
x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


class Net(keras.Model):  # built late: by the first fit
    def __init__(self):
        super().__init__(name="net")
        self.dense = keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)


def train(**options):
    return model.fit(x, y, batch_size=4, **options)


model = Net()
model.compile("sgd", "mse", metrics=["mae"])
train(epochs=3, verbose=2, validation_data=(x, y), validation_freq=2)
stop = keras.callbacks.EarlyStopping("loss", mode="max")
train(epochs=9, verbose=1, callbacks=stop)
assert model.evaluate(x, y, verbose=0, return_dict=True).keys() == {"loss", "mae"}
assert len(model.evaluate(x, y, verbose=0)) == 2
untrained = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)], name="untrained")
sys.exit(0) if "exit" in sys.argv else None
"""


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "script.py"
        path.write_text(text)
        return str(path)

    return write


def work(framework, script, arguments=(), floatx=None):
    events = []
    job = {"script": script, "arguments": list(arguments), "seed": 0}
    job |= {"floatx": floatx, "kernels": None}
    return runs.run(framework, job, events.append), events


@pytest.mark.parametrize("framework", ["minikeras", "keras"])
def test_a_script_is_followed(framework, script):
    run, events = work(framework, script(SCRIPT), ["--flag"])
    assert [event["event"] for event in events if event["event"] != "epoch"] == [
        *("started", "fit", "fit", "finished")
    ]
    first, second = run.found["fits"]
    assert first["epochs"] == [0, 1, 2] and first["model"] == "net" and first["steps"] == 2
    assert ["val_loss" in log for log in first["logs"]] == [False, True, False]
    # What verbose=2 printed is what the formatting of a log gives.
    assert first["lines"] == [epoch_line(log) for log in first["logs"]]
    assert len(second["logs"]) == len(second["lines"]) < 9  # stopped early, told by its logs
    results = [evaluation["result"] for evaluation in run.found["evaluations"]]
    assert results[0] == results[1] and set(results[0]) == {"loss", "mae"}
    assert [model["name"] for model in run.found["models"]] == ["net", "untrained"]
    before, after = run.arrays_of("models", 0, "initial"), run.arrays_of("models", 0, "final")
    assert len(before) == len(after) == 2 and not np.array_equal(before[0], after[0])
    before, after = run.arrays_of("models", 1, "initial"), run.arrays_of("models", 1, "final")
    assert len(before) == 2 and all(np.array_equal(a, b) for a, b in zip(before, after))
    assert run.first_epoch_seconds > 0 and run.step_seconds > 0


def test_a_script_may_exit(script):
    run, _ = work("keras", script(SCRIPT), ["exit"], floatx="float64")
    assert len(run.found["fits"]) == 2 and run.found["floatx"] == "float64"
    assert run.arrays_of("models", 0, "final")[0].dtype == "float64"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("import keras\nraise RuntimeError('broken here')", "RuntimeError", "broken here"),
        ("import keras\nexit('broken here')", "SystemExit", "broken here"),
        ("\n x = 1", "IndentationError", "unexpected indent"),
        ("import os\nos._exit(7)", "process ended with code 7", ""),
    ],
)
def test_a_failure_is_told(text, kind, message, script):
    path = script(text)
    with pytest.raises(runs.Failure) as raised:
        work("minikeras", path)
    failure = raised.value
    assert failure.type == kind and message in failure.message and not failure.internal
    if "_exit" not in text:
        assert failure.place == "script.py, line 2" and failure.line == text.splitlines()[1].strip()


def test_what_the_kernels_say_is_passed_on(script, capsys):
    says = "from minikeras.kernels.runtime import announce\nannounce.say('compiling')"
    _, events = work("minikeras", script(says))
    with terminal.progress(Console()) as show:
        for event in events:
            show("minikeras", event)
    assert {"event": "said", "text": "compiling"} in events
    assert "compiling" in capsys.readouterr().out


def test_an_error_of_the_recorder_is_told_from_one_of_the_script(script):
    breaks = "import keras\nkeras.Model.variables = property(lambda model: 1 / 0)\n"
    tries = "try:\n    model.fit(1, 1)\nexcept Exception:\n    pass"
    with pytest.raises(runs.Failure) as raised:
        work("minikeras", script(f"{breaks}model = keras.Sequential()\n{tries}"))
    assert raised.value.internal and "ZeroDivisionError" in raised.value.traceback


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("45/45 - 0s - 6ms/step - loss: 0.25\n", ["loss: 0.25"]),
        ("1/1 - 2s - 2s/step - acc: 1.0 - loss: 1.0e-04\n", ["acc: 1.0 - loss: 1.0e-04"]),
        ("Epoch 1/3\n7/7 - 62s - loss: 1.0\n8/8 - 0s - loss: 2.0\n", ["loss: 1.0", "loss: 2.0"]),
        ("nothing - 0s - loss: 1\n", []),
    ],
)
def test_epoch_lines_are_found(printed, expected):
    assert EPOCH_LINE.findall(printed) == expected


def test_epoch_line():
    log = {"val_loss": 2.0, "loss": 5e-4, "accuracy": 1.0, "val_accuracy": -3.0}
    assert epoch_line(log) == (
        "accuracy: 1.0000 - loss: 5.0000e-04 - val_accuracy: -3.0000e+00 - val_loss: 2.0000"
    )
    assert epoch_line({"loss": math.nan}) == "loss: nan"


def test_a_metric_of_several_numbers():
    log = {"f1_score": np.float32([0.5, 0.25]), "loss": 1, "mae": np.float32([2])}
    assert numbers(log) == {"f1_score[0]": 0.5, "f1_score[1]": 0.25, "loss": 1.0, "mae": 2.0}


def test_what_is_missing_is_named():
    runs.require("numpy", "click")
    with pytest.raises(runs.MissingRequirement, match=r"TensorFlow.*pip install -e '.\[verify"):
        runs.require("numpy", "no_such_module")


def test_messages_are_plain_text():
    error = ValueError("\x1b[1mException\x1b[0m in call")
    error.add_note("While calling layer 'a'")
    assert worker._failure(error, None)["message"] == "Exception in call\nWhile calling layer 'a'"
