"""Training loops with tapes and optimizers, outside of a model: their steps are compared too."""

import sys

import pytest
from click.testing import CliRunner

from minikeras.cli import main
from minikeras.parity import locate

BEGIN = """
import keras
import numpy as np
import tensorflow as tf

ours = keras.backend.backend() == "numpy"
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
"""
# A model that is built by its first call; a compiled step; a schedule; calls between the steps.
COMPILED = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(4, "relu")
        self.normal = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.3)
        self.head = keras.layers.Dense(1)

    def call(self, x, training=False):
        h = self.normal(self.hidden(x), training=training)
        return self.head(self.drop(h, training=training))


model, mse = Net(), keras.losses.MeanSquaredError()
optimizer = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 2, 0.9))


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        loss = mse(y, model(x, training=True)) + 0.01 * keras.ops.mean(model.head.kernel**2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    if ours and optimizer.iterations == FAULTY:
        model.head.bias.assign_add([1e-3])


for i in range(4):
    train_step(tf.constant(x[8 * i : 8 * i + 8]), tf.constant(x[8 * i : 8 * i + 8, :1]))
    model(x[:3])
"""
# Two models, each with its own tape and optimizer, and a variable of nobody.
ADVERSARIAL = """
layers = keras.layers
g = keras.Sequential([keras.Input((2,)), layers.Dense(4, "relu"), layers.Dense(4)], name="g")
d = keras.Sequential([keras.Input((4,)), layers.Dense(4, "leaky_relu"), layers.Dense(1)], name="d")
of_g, of_d = keras.optimizers.Adam(1e-2), keras.optimizers.SGD(1e-2, momentum=0.9)
judge = keras.losses.BinaryCrossentropy(from_logits=True)
for i in range(2):
    noise = keras.random.normal((8, 2), seed=keras.random.SeedGenerator(i))
    with tf.GradientTape() as tape_g, tf.GradientTape() as tape_d:
        fake = g(noise, training=True)
        real_score, fake_score = d(x[8 * i : 8 * i + 8]), d(fake)
        loss_g = judge(tf.ones((8, 1)), fake_score)
        loss_d = judge(tf.ones((8, 1)), real_score) + judge(tf.zeros((8, 1)), fake_score)
    gradients = tape_g.gradient(loss_g, g.trainable_variables)
    if ours and i:
        gradients[0] = gradients[0] * 1.01
    for_d = tape_d.gradient(loss_d, d.trainable_variables)
    of_d.apply_gradients(zip(for_d, d.trainable_variables))
    of_g.apply_gradients(zip(gradients, g.trainable_variables))
w = keras.Variable([1.0, 2.0], name="w")
with tf.GradientTape() as tape:
    loss = keras.ops.sum(w**2)
keras.optimizers.Adagrad(0.1).apply([tape.gradient(loss, w)], [w])
"""


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """Looks into the loop of a script, in this process."""
    for name in ("argv", "path", "meta_path"):
        monkeypatch.setattr(sys, name, [*getattr(sys, name)])

    def look(text, steps=20):
        (tmp_path / "script.py").write_text(BEGIN + text)
        job = {"script": str(tmp_path / "script.py"), "arguments": [], "seed": 0}
        task = {"method": locate.LOOP, "index": 0, "steps": steps}
        found, arrays = locate.in_worker(job | {"locate": task})
        return locate.comparison_of(found["forced"], arrays), found["free"]

    return look


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # NumPy, of TensorFlow's arrays
def test_a_compiled_step_of_a_lazily_built_model(looked):
    found, free = looked(COMPILED.replace("FAULTY", "-1"))
    assert found.same and [step.samples for step in found.steps] == [8] * 4
    assert found.verdict.reason == "same algorithm, and the same bits in every number"
    kinds = [entry.kind for entry in found.steps[0].entries]
    counts = {kind: kinds.count(kind) for kind in kinds}
    assert counts.pop("slot") >= 12 and counts == {
        "output": 6,  # four layers, the model, and the mean
        "loss term": 1,
        "loss": 1,
        "output gradient": 5,
        "gradient": 6,
        "variable": 8,
        "seed": 1,
    }
    assert free["verdict"]["same"] and free["options"]["mode"] == "free-running"
    found, free = looked(COMPILED.replace("FAULTY", "2"), steps=3)
    # What the loop does to a weight between two steps is seen where the next one uses it.
    assert (found.verdict.step, found.verdict.kind, found.verdict.name) == (3, "output", "dense_1")
    assert found.reproducer is None and len(found.steps) == 3  # the layer alone is right


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_two_tapes_and_two_optimizers(looked):
    found, _ = looked(ADVERSARIAL)
    assert len(found.steps) == 5  # two of each model, one of the variable alone
    assert (found.verdict.step, found.verdict.kind) == (4, "gradient")
    assert found.verdict.name == "g/dense/kernel" and found.steps[2].equal and found.steps[4].equal
    names = [(e.kind, e.name) for e in found.steps[4].entries]
    assert names[:2] == [("output", "sum"), ("loss", "loss")] and ("gradient", "w") in names


def test_the_command_looks_into_a_loop(tmp_path, monkeypatch):
    """From the command line to the report, with a planted difference."""
    monkeypatch.chdir(tmp_path)
    script = """
class Scale(keras.layers.Layer):
    def call(self, x):
        return x * (1.001 if ours else 1.0)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "tanh"), Scale(name="scale")])
optimizer = keras.optimizers.SGD(0.1)
for i in range(3):
    with tf.GradientTape() as tape:
        loss = keras.ops.mean(model(x, training=True) ** 2)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
"""
    (tmp_path / "loop.py").write_text(BEGIN + script)
    result = CliRunner().invoke(main, ["verify", "loop.py", "--locate", "--no-onednn"])
    said = " ".join(result.output.split())
    assert result.exit_code == 1, result.output
    assert "Step by step: 3 steps of loop: differs first at step 1 in the output of scale" in said
    page = (tmp_path / "verify-loop.html").read_text()
    assert "Step by step: loop" in page and "the output of scale" in page
