"""A fault on one side only is never called equal, and the verdict names it.

Both sides are minikeras, so that nothing else differs; a few faults are planted again in scripts
that run under minikeras and Keras.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest
from click.testing import CliRunner

import minikeras
from minikeras.cli import main
from minikeras.parity.comparison import compare
from parity_tests.parity.recording import record

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 6, 6, 1)).astype("float32")
Y = np.eye(3, dtype="float32")[RANDOM.integers(3, size=40)]


def nudged(array, by=None):
    """A copy whose first number is one ULP, or `by`, larger."""
    copy = np.array(array)
    first = copy.reshape(-1)
    first[0] = np.nextafter(first[0], np.float32(9)) if by is None else first[0] + by
    return copy


def nudge(variable, by=None):
    variable.assign(nudged(variable.numpy(), by))


def train(keras, **options):
    """One training in which everything that an option names can be another."""
    o = {"layer": {}, "conv": {}, "rate": 0.25, "seed": 3, "l2": 1e-3, "momentum": 0.9} | options
    o = {"optimizer": "Adam", "rates": {}, "schedule": None, "loss": {}, "metrics": ["mae"]} | o
    o = {"fit": {}, "x": X, "evaluate": X, "predict": X, "compile": {}} | o
    k = keras.layers
    frozen = k.Dense(3, trainable=o.get("trainable", False), name="frozen")
    model = keras.Sequential(
        [
            k.Input((6, 6, 1)),
            k.Conv2D(**{"filters": 2, "kernel_size": 3, "name": "conv"} | o["conv"]),
            k.BatchNormalization(momentum=o["momentum"], name="norm"),
            k.Flatten(),
            k.Dense(
                **{"units": 4, "activation": "relu", "name": "hidden"} | o["layer"],
                kernel_regularizer=keras.regularizers.L2(o["l2"]),
            ),
            k.Dropout(o["rate"], seed=o["seed"], name="dropout"),
            frozen,
            *([k.ReLU()] if "more" in o else []),
        ]
    )
    rate = 0.01
    if o["schedule"]:
        rate = keras.optimizers.schedules.ExponentialDecay(0.01, 5, o["schedule"])
    optimizer = getattr(keras.optimizers, o["optimizer"])(**{"learning_rate": rate} | o["rates"])
    loss = keras.losses.CategoricalCrossentropy(**{"from_logits": True} | o["loss"])
    model.compile(optimizer, loss, metrics=o["metrics"], **o["compile"])
    o.get("before", lambda model: None)(model)
    if "reseeded" in o:
        keras.utils.set_random_seed(o["reseeded"])
    model.fit(o["x"], Y, **{"batch_size": 8, "epochs": 3, "verbose": 0} | o["fit"])
    model.evaluate(o["evaluate"], Y, verbose=0)
    model.predict(o["predict"], verbose=0)
    o.get("after", lambda model: None)(model)


def batches(keras, order=(0, 1, 2, 3, 4), steps=5, by_hand=False, **_):
    """A training batch by batch, with `train_on_batch` or with a tape."""
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    model.compile(optimizer, "mse")
    for i in order[:steps]:
        x, y = X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8]
        if by_hand:
            with keras.GradientTape() as tape:
                loss = keras.ops.mean(keras.ops.square(model(x) - y))
            variables = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        else:
            model.train_on_batch(x, y)


class Batches(minikeras.utils.PyDataset):
    def __init__(self, order):
        super().__init__()
        self.order = order

    def __len__(self):
        return len(self.order)

    def __getitem__(self, index):
        i = self.order[index]
        return X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8]


def from_batches(keras, order=(0, 1, 2, 3, 4), **_):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    model.fit(Batches(order), shuffle=False, verbose=0, epochs=2)


@dataclass(frozen=True)
class Plant:
    """A fault, the kind of difference that decides, and words of the reason."""

    name: str
    decided_by: str
    words: str
    fault: dict
    both: dict = field(default_factory=dict)
    program: object = train


def config(name, words, both=None, **fault):
    return Plant(name, "configuration", words, fault, both or {})


DEAD = {"layer": {"bias_initializer": minikeras.initializers.Constant(-50.0)}}
ONES = np.ones(40)
STEP = {"schedule": 0.5}
PLANTS = [
    Plant("initial weight, 1 ULP", "initial weights", "hidden/kernel: the bits differ by up to",
          {"before": lambda model: nudge(model.layers[3].kernel)}),
    Plant("initial weight, dead", "initial weights", "hidden/kernel",
          {"before": lambda model: nudge(model.layers[3].kernel, 1e-3)}, DEAD),
    Plant("initial moving mean", "initial weights", "norm/moving_mean",
          {"before": lambda model: nudge(model.layers[1].moving_mean, 1e-6)}),
    config("learning rate", "optimizer.learning_rate: 0.011 in minikeras, 0.01 in Keras",
           rates={"learning_rate": 0.011}),
    config("beta_1", "optimizer.beta_1: 0.91 in minikeras, 0.9 in Keras", rates={"beta_1": 0.91}),
    config("epsilon", "optimizer.epsilon: 1e-06 in minikeras, 1e-07 in", rates={"epsilon": 1e-6}),
    config("amsgrad", "optimizer.amsgrad: True in", rates={"amsgrad": True}),
    config("clipnorm", "optimizer.clipnorm: 0.5 in minikeras, None", rates={"clipnorm": 0.5}),
    config("weight decay", "optimizer.weight_decay: 0.01", rates={"weight_decay": 0.01}),
    config("schedule", "optimizer.learning_rate.decay_rate: 0.4", STEP, schedule=0.4),
    config("optimizer", "optimizer.class_name: Nadam in minikeras, Adam", optimizer="Nadam"),
    config("dropout rate", "sequential.dropout.rate: 0.26 in minikeras, 0.25", rate=0.26),
    config("dropout seed", "sequential.dropout.seed: 4 in minikeras, 3 in", seed=4),
    config("regularizer", "sequential.hidden.kernel_regularizer.l2: 0.0011 in", l2=1.1e-3),
    config("activation", "sequential.hidden.activation: elu in", layer={"activation": "elu"}),
    config("use_bias", "sequential.hidden.use_bias: False in", layer={"use_bias": False}),
    config("units", "sequential.hidden.units: 5 in minikeras, 4 in", layer={"units": 5}),
    config("initializer", "sequential.hidden.kernel_initializer.class_name: HeNormal in",
           layer={"kernel_initializer": "he_normal"}),
    config("stride", "sequential.conv.strides[0]: 2 in minikeras, 1 in", conv={"strides": 2}),
    config("padding", "sequential.conv.padding: same in minikeras", conv={"padding": "same"}),
    config("momentum", "sequential.norm.momentum: 0.91 in minikeras, 0.9", momentum=0.91),
    config("trainable", "sequential.frozen.trainable: True in", trainable=True),
    config("one layer more", "sequential.layers: ['conv', 'norm', ", more=True),
    config("label smoothing", "loss.label_smoothing: 0.1 in", loss={"label_smoothing": 0.1}),
    config("from_logits", "loss.from_logits: False in", loss={"from_logits": False}),
    config("metric", "metrics[0]: mse in minikeras, mae in", metrics=["mse"]),
    config("loss weight", "loss_weights: 2.0 in minikeras", compile={"loss_weights": 2.0}),
    config("shuffle", "fit.shuffle: False in minikeras, True in", fit={"shuffle": False}),
    config("batch size", "fit.batch_size: 10 in minikeras, 8 in", fit={"batch_size": 10}),
    config("epochs", "fit.epochs: 2 in minikeras, 3 in", fit={"epochs": 2}),
    config("validation split", "fit.validation_split: 0.2 in", fit={"validation_split": 0.2}),
    config("class weights", "fit.class_weight.1: 1.5 in minikeras, 2.0 in",
           {"fit": {"class_weight": {1: 2.0}}}, fit={"class_weight": {1: 1.5}}),
    config("sample weights", "fit.sample_weight: float64 array (40,), checksum",
           {"fit": {"sample_weight": ONES}}, fit={"sample_weight": nudged(ONES, 1e-3)}),
    config("callback", "fit.callbacks: ['EarlyStopping'] in minikeras, [] in",
           fit={"callbacks": [minikeras.callbacks.EarlyStopping("loss", patience=9)]}),
    config("one value of the data", "fit.x: float32 array (40, 6, 6, 1), checksum", x=nudged(X)),
    config("evaluate", "evaluate.x: float32 array", evaluate=nudged(X)),
    config("predict", "predict.x: float32 array", predict=nudged(X)),
    Plant("order of batches", "curves", "fit, epoch 1, loss: ", {"reseeded": 5}, {"reseeded": 4}),
    Plant("order of a data set", "curves", "fit, epoch 1, loss: ", {"order": (0, 1, 3, 2, 4)},
          program=from_batches),
    Plant("order of train_on_batch", "curves", "train_on_batch, call 3, loss: ",
          {"order": (0, 1, 3, 2, 4)}, program=batches),
    Plant("a step left out", "form", "train_on_batch ran calls 1 to 4 in minikeras, calls 1 to 5",
          {"steps": 4}, program=batches),
    Plant("a step by hand left out", "final weights", "dense/kernel: ", {"steps": 4},
          {"by_hand": True}, program=batches),
    Plant("order by hand", "final weights", "dense/kernel: ", {"order": (0, 1, 3, 2, 4)},
          {"by_hand": True}, program=batches),
    Plant("final weight", "final weights", "hidden/bias: ",
          {"after": lambda model: nudge(model.layers[3].bias, 1e-3)}),
    Plant("final weight, dead", "final weights", "hidden/kernel: ",
          {"after": lambda model: nudge(model.layers[3].kernel, 1e-3)}, DEAD),
    Plant("moving variance", "final weights", "norm/moving_variance: ",
          {"after": lambda model: nudge(model.layers[1].moving_variance, 1e-3)}),
    Plant("seed state", "final weights", "seed_generator/seed_generator_state: ",
          {"after": lambda model: model.layers[4].seed_generator.state.assign([7, 7])}),
    Plant("optimizer slot", "optimizers", "adam/sequential_conv_kernel_momentum: ",
          {"after": lambda model: nudge(model.optimizer.variables[2], 1e-3)}),
    Plant("optimizer iteration", "optimizers", "adam/iteration: ",
          {"after": lambda model: model.optimizer.variables[0].assign(16)}),
]  # fmt: skip


def document(plant, fault=None):
    sides = [
        record(
            minikeras,
            lambda keras, options=options: plant.program(keras, **{**plant.both, **options}),
            name,
        )
        for name, options in (("minikeras", fault or {}), ("keras", {}))
    ]
    return compare(*sides)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_fault_is_named(plant):
    verdict = document(plant, plant.fault)["verdict"]
    assert not verdict["same"] and verdict["decided_by"] == plant.decided_by, verdict["reason"]
    assert plant.words in verdict["reason"]


@pytest.mark.parametrize("program", [train, batches, from_batches])
@pytest.mark.parametrize("both", [{}, DEAD, {"by_hand": True}], ids=["plain", "dead", "by hand"])
def test_without_a_fault_the_runs_are_equal(program, both):
    verdict = document(Plant("none", "", "", {}, both, program))["verdict"]
    assert verdict["same"] and verdict["decided_by"] is None
    assert "are equal, bit for bit" in verdict["reason"], verdict


SCRIPT = """
import numpy as np
import keras

ours = keras.backend.backend() == "numpy"
x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
model = keras.Sequential(
    [keras.layers.Input((3,)), keras.layers.Dense(4, "relu", name="hidden"), keras.layers.Dense(1)]
)
model.compile(keras.optimizers.Adam({rate}), "mse")
{before}
model.fit(x, x[:, :1], batch_size=8, epochs=2, verbose=0)
"""
NUDGE = """
if ours:
    kernel = model.layers[0].kernel.numpy()
    kernel[0, 0] = np.nextafter(kernel[0, 0], np.float32(9))
    model.layers[0].kernel.assign(kernel)
"""


@pytest.mark.parametrize(
    ("rate", "before", "words"),
    [
        ("0.011 if ours else 0.01", "", "learning_rate: 0.011 in minikeras, 0.01 in Keras"),
        ("0.01", NUDGE, "the initial weights differ: sequential/hidden/kernel"),
    ],
    ids=["learning rate", "initial weight"],
)
def test_through_the_command(rate, before, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT.format(rate=rate, before=before))
    # The third training, with oneDNN, has no part in the verdict.
    arguments = ["verify", "script.py", "--no-onednn"]
    result = CliRunner().invoke(main, arguments, env={"COLUMNS": "300"})
    assert result.exit_code == 1 and words in result.output, result.output
