"""The first call that differs: which it is, how both frameworks get there, what is found in it."""

import sys

import numpy as np
import pytest

import minikeras
from minikeras.parity import capturing, locate, stand_in, terminal
from minikeras.parity.comparison import add_lockstep
from parity_tests.parity.test_comparison import LOGS, verdict
from parity_tests.parity.test_step_report import comparison

LAYERS = """
import keras

class Scale(keras.layers.Layer):
    def build(self, shape):
        self.s = self.add_weight(shape=(shape[-1],), initializer="ones", name="s")

    def call(self, x):
        return x * self.s
"""
SCRIPT = """
import keras
import numpy as np
from scale_layers import Scale

ours = keras.backend.backend() == "numpy"
keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")


class Hidden(keras.layers.Layer):
    def __init__(self):
        super().__init__(name="hidden")
        self.dense = keras.layers.Dense(4, "relu6" if ours else "relu", name="inner")
        self.scale = Scale()

    def call(self, inputs):
        return self.scale(self.dense(inputs))


model = keras.Sequential([keras.layers.Input((3,)), Hidden(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], batch_size=8, verbose=0)
model.fit(40 * x, x[:, :1], batch_size=4, validation_split=0.25, shuffle=False, verbose=0)
"""


def call(label, *relative):
    metrics = [{"loss": {"relative": r}} for r in relative]
    return {"label": label, "epochs": [{"metrics": m} for m in metrics], "metrics": metrics[0]}


def first(fits=(), evaluations=(), predictions=()):
    found = {"tolerance": 1e-5, "weight_tolerance": 1e-4}
    outputs = [{"variables": [{"final": {"relative": r}}, {"final": None}]} for r in predictions]
    return locate.first_difference(
        {"verdict": found, "fits": fits, "evaluations": evaluations, "predictions": outputs}
    )


def test_the_first_call_outside_the_tolerance_is_looked_into():
    assert first([call("fit 1", 0.0, 1e-6), call("fit 2", 0.0, 1e-3)]) == "fit 2"
    assert first([call("fit", 1e-6)], [call("evaluate 1", 0.0), call("evaluate 2", 1.0)]) == (
        "evaluate 2"
    )
    assert first([call("fit", 0.0)], predictions=[1e-5, 1e-3]) == "predict 2"


def test_else_the_first_that_differs_else_the_first():
    assert first([call("fit 1", 0.0), call("fit 2", 1e-7)]) == "fit 2"
    assert first([call("fit 1", 0.0), call("fit 2", 0.0)]) == "fit 1"
    assert first() is None


@pytest.fixture
def job(tmp_path, monkeypatch):
    for name in ("argv", "path", "meta_path"):
        monkeypatch.setattr(sys, name, [*getattr(sys, name)])
    (tmp_path / "scale_layers.py").write_text(LAYERS)
    (tmp_path / "script.py").write_text(SCRIPT)
    yield {"script": str(tmp_path / "script.py"), "arguments": [], "seed": 0}
    sys.modules.pop("scale_layers", None)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # NumPy, of TensorFlow's arrays
def test_a_layer_of_the_script_is_named(job):
    import keras

    found, arrays = locate.in_worker(job | {"locate": {"method": "fit", "index": 1, "steps": 4}})
    assert sys.modules["keras"] is keras  # as before
    made = locate.comparison_of(found["forced"], arrays)
    assert not made.same and made.verdict.step == 1 and made.first().name == "inner"
    assert [step.samples for step in made.steps] == [4, 4, 4, 4]  # of the first 12 samples
    assert found["free"]["options"]["mode"] == "free-running"
    assert made.to_json() == found["forced"]


def test_a_call_that_is_never_made_is_told(job):
    with (
        stand_in.installed(job["script"]),
        pytest.raises(LookupError, match="minikeras: fit was called 2 times, not 8"),
    ):
        capturing.captured(minikeras, job, "fit", 7)


def test_a_captured_call_has_its_defaults(job):
    with stand_in.installed(job["script"]):
        found = capturing.captured(minikeras, job, "fit", 1)
    assert found.method == "fit" and found.arguments["epochs"] == 1
    assert found.arguments["validation_split"] == 0.25 and found.arguments["x"].shape == (16, 3)
    assert isinstance(found.model, minikeras.Sequential)


def test_steps_that_differ_decide_a_verdict():
    """Curves may hide what a step shows."""
    location = {"call": "fit", "as_user": False, "forced": comparison().to_json()}
    found = verdict(logs=LOGS)
    assert found["same"]
    add_lockstep(found, location | {"as_user": True})
    assert found["same"] and not found["differences"]["steps"]
    add_lockstep(found, location)
    assert not found["same"] and found["decided_by"] == "steps"
    assert found["reason"].startswith("fit differs first at step 2, gradient dense/kernel")
    found = verdict(logs=[{"loss": np.nan}])
    add_lockstep(found, location)
    assert found["decided_by"] != "steps" and len(found["differences"]["steps"]) == 1


def test_the_words_say_how_far_it_looked():
    location = {"call": "fit 2", "error": None, "as_user": False, "forced": comparison().to_json()}
    assert terminal.location_words(location).startswith("2 steps of fit 2: differs first at step 2")
    assert "TF_ENABLE_ONEDNN_OPTS" in terminal.location_words(location | {"as_user": True})
    error = {"call": "fit", "error": "ValueError: wrong"}
    assert terminal.location_words(error) == "fit could not be looked into: ValueError: wrong"
