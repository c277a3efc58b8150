"""Losses by value: printed by Keras, from forgotten logits, and every bit inside ``fit``."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

import minikeras
from minikeras import losses, tf_function
from minikeras.autograd import GradientTape, Tensor
from parity_tests.checks.loss import check, check_loss, close

GOLDEN = {
    "CCE": ("CategoricalCrossentropy", {}, "classes", 0.65466666),
    "CCE ls .1": ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "classes", 0.75777018),
    "CCE logits": ("CategoricalCrossentropy", {"from_logits": True}, "classes", 0.88553977),
    "SCCE": ("SparseCategoricalCrossentropy", {}, "sparse", 0.65466666),
    "BCE": ("BinaryCrossentropy", {}, "binary", 0.84830731),
    "BCE ls .2": ("BinaryCrossentropy", {"label_smoothing": 0.2}, "binary", 0.85935307),
    "BFocal": ("BinaryFocalCrossentropy", {}, "binary", 0.49696308),
    "BFocal bal": (
        "BinaryFocalCrossentropy", {"apply_class_balancing": True}, "binary", 0.13846987),
    "CFocal": ("CategoricalFocalCrossentropy", {}, "classes", 0.073875032),
    "MSE": ("MeanSquaredError", {}, "regression", 0.8125),
    "MAE": ("MeanAbsoluteError", {}, "regression", 0.875),
    "MAPE": ("MeanAbsolutePercentageError", {}, "regression", 39.583336),
    "MSLE": ("MeanSquaredLogarithmicError", {}, "regression", 0.074238993),
    "LogCosh": ("LogCosh", {}, "regression", 0.35536426),
    "Huber .7": ("Huber", {"delta": 0.7}, "regression", 0.3725),
    "Cosine": ("CosineSimilarity", {}, "regression", -0.93335176),
    "KLD": ("KLDivergence", {}, "classes", 0.65466386),
    "Poisson": ("Poisson", {}, "binary", 1.0314319),
    "Hinge": ("Hinge", {}, "binary", 0.94999999),
    "SqHinge": ("SquaredHinge", {}, "binary", 1.125),
    "CatHinge": ("CategoricalHinge", {}, "classes", 0.72500002),
    "Dice": ("Dice", {}, "classes", 0.39999998),
    "Tversky .3 .7": ("Tversky", {"alpha": 0.3, "beta": 0.7}, "classes", 0.39999998),
    "GCE .5": ("CategoricalGeneralizedCrossEntropy", {"q": 0.5}, "sparse", 0.50359416),
    "Circle": ("Circle", {}, "circle", 20.008093),
}  # fmt: skip
_P = [[0.05, 0.9, 0.05], [0.3, 0.6, 0.1]]
_ROWS = np.array([[1, 2], [2, 1], [1, 3], [3, 1]], "float32")
DATA = {
    "classes": ([[0, 1, 0], [1, 0, 0]], _P),
    "sparse": ([1, 0], _P),
    "binary": ([[1, 0], [0, 1]], [[0.8, 0.3], [0.4, 0.1]]),
    "regression": ([[1, 2], [3, -4]], [[1.5, 1], [2, -3]]),
    "circle": ([0, 1, 0, 1], _ROWS / np.linalg.norm(_ROWS, axis=-1, keepdims=True)),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_golden_numbers(case: str) -> None:
    """Values printed by Keras 3.15.1, which need no Keras to check."""
    name, config, data, expected = GOLDEN[case]
    y, p = (np.asarray(x, "float32") for x in DATA[data])
    ours = getattr(losses, name)(**config)(y, p)
    np.testing.assert_allclose(float(ours), expected, rtol=4e-7)


def test_weights_do_not_enter_the_divisor() -> None:
    y, p, w = np.zeros((2, 1), "float32"), np.ones((2, 1), "float32"), np.float32([1, 3])
    assert float(minikeras.losses.MeanSquaredError()(y, p, sample_weight=w)) == 2.0
    assert float(keras.losses.MeanSquaredError()(y, p, sample_weight=w)) == 2.0


def test_the_largest_losses() -> None:
    wrong, right = np.array([[1.0, 0.0]], "float32"), np.array([[0.0, 1.0]], "float32")
    assert float(losses.binary_crossentropy(right[:, :1], wrong[:, :1])[0]) == np.float32(15.942385)
    assert float(losses.categorical_crossentropy(right, wrong)[0]) == np.float32(16.118096)


ACTIVATED = {
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
    "binary_crossentropy": "sigmoid",
    "binary_focal_crossentropy": "sigmoid",
    "categorical_focal_crossentropy": "softmax",
}
PATHS = {
    "ops": lambda k, f: getattr(k.ops, f),
    "activations": lambda k, f: getattr(k.activations, f),
    "reshaped": lambda k, f: lambda x: k.ops.reshape(getattr(k.ops, f)(x), x.shape),
    "scaled": lambda k, f: lambda x: getattr(k.ops, f)(x) * 1,
    "as numpy": lambda k, f: lambda x: k.ops.convert_to_tensor(np.array(getattr(k.ops, f)(x))),
    "cast": lambda k, f: (
        lambda x: k.ops.cast(k.ops.cast(getattr(k.ops, f)(x), "float64"), "float32")
    ),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ACTIVATED)
@pytest.mark.parametrize("as_class", [False, True])
def test_forgotten_logits(name: str, path: str, as_class: bool) -> None:
    """With saturated outputs the loss is 100 if the logits were used, and 16 otherwise."""
    x = np.array([[50, -50, 0.5], [-50, 50, 0.25]], "float32")
    y = np.array([1, 0]) if name.startswith("sparse") else np.eye(3, dtype="float32")[[1, 0]]

    def run(k: Any) -> Any:
        activate = PATHS[path](k, ACTIVATED[name])
        title = "".join(word.capitalize() for word in name.split("_"))
        loss = getattr(k.losses, title)() if as_class else getattr(k.losses, name)
        return lambda y, x: loss(y, activate(x))

    check(run(minikeras), run(keras), y, x)


def test_logits_are_lost_by_another_dtype() -> None:
    x = np.array([[60.0, -60.0]], "float16")

    def run(k: Any, constant: Any) -> Any:
        loss = k.losses.CategoricalCrossentropy()
        return loss(np.array([[0.0, 1.0]]), k.ops.softmax(constant(x)))

    ours = run(minikeras, lambda a: Tensor(a))
    close(ours, run(keras, tf.constant), "float16 probabilities, float32 loss", 1e-6)


def test_from_logits_after_softmax_warns_and_uses_the_logits() -> None:
    x = np.array([[3.0, -1.0]], "float32")
    with pytest.warns(UserWarning, match="from_logits"):
        p = minikeras.ops.softmax(Tensor(x))
        ours = losses.categorical_crossentropy(np.array([[0.0, 1.0]]), p, from_logits=True)
    plain = losses.categorical_crossentropy(np.array([[0.0, 1.0]]), Tensor(x), from_logits=True)
    assert float(ours[0]) == float(plain[0])


def test_gradient_through_a_saturated_softmax_does_not_vanish() -> None:
    x = Tensor(np.array([[200.0, -200.0]], "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        p = minikeras.ops.softmax(x)
        value = losses.CategoricalCrossentropy()(np.array([[0.0, 1.0]]), p)
    np.testing.assert_array_equal(tape.gradient(value, x), [[1.0, -1.0]])


# Without the binary focal loss: TensorFlow adds its two gradients in another order.
BITS = {
    "CategoricalCrossentropy": "softmax",
    "SparseCategoricalCrossentropy": "softmax",
    "CategoricalFocalCrossentropy": "softmax",
    "KLDivergence": "softmax",
    "BinaryCrossentropy": "sigmoid",
    "Poisson": "sigmoid",
    "Dice": "sigmoid",
    "Tversky": "sigmoid",
    "MeanSquaredLogarithmicError": "sigmoid",
    "MeanSquaredError": None,
    "MeanAbsoluteError": None,
    "MeanAbsolutePercentageError": None,
    "Huber": None,
    "LogCosh": None,
    "CosineSimilarity": None,
    "Hinge": None,
    "SquaredHinge": None,
    "CategoricalHinge": None,
}


@pytest.mark.parametrize("shape", [(16, 3), (32, 10), (33, 2)])
@pytest.mark.parametrize("name", BITS)
def test_every_bit_as_in_fit(name: str, shape: tuple[int, int]) -> None:
    """Loss and gradient with respect to the logits equal a TensorFlow graph's in every bit."""
    activation = BITS[name]
    rng = np.random.default_rng(0)
    y = np.eye(shape[1], dtype="float32")[rng.integers(0, shape[1], shape[0])]
    y = y.argmax(-1).astype("float32") if name.startswith("Sparse") else y

    def run(k: Any, tape: Any, y: Any, x: Any) -> Any:
        with tape() as t:
            t.watch(x)
            p = getattr(k.ops, activation)(x) if activation else x
            value = getattr(k.losses, name)()(y, p)
        return value, t.gradient(value, x)

    graph = tf.function(lambda y, x: run(keras, tf.GradientTape, y, x))
    for _ in range(10):
        x = rng.normal(scale=2, size=shape).astype("float32")
        with tf_function.inside():
            value, dx = run(minikeras, GradientTape, Tensor(y), Tensor(x))
        expected, dexpected = graph(tf.constant(y), tf.constant(x))
        assert float(value) == float(expected)
        np.testing.assert_array_equal(np.asarray(dx), dexpected.numpy())


@pytest.mark.parametrize("batch_size", [5, 8, 12])
def test_circle_in_fit(batch_size: int) -> None:
    assert_trained_alike("Circle", {"gamma": 30.0, "margin": 0.3}, batch_size)


@settings(max_examples=6)
@given(
    name=st.sampled_from(sorted(BITS)),
    reduction=st.sampled_from(["sum_over_batch_size", "sum", "mean_with_sample_weight"]),
    batch_size=st.sampled_from([5, 8, 12]),
    weighted=st.booleans(),
    eagerly=st.booleans(),
)
@example("MeanAbsolutePercentageError", "sum_over_batch_size", 8, True, False)
@example("MeanAbsolutePercentageError", "mean_with_sample_weight", 5, True, False)
@example("MeanSquaredLogarithmicError", "sum", 8, False, True)
@example("LogCosh", "sum_over_batch_size", 8, False, True)
@example("CategoricalHinge", "sum_over_batch_size", 8, False, True)
def test_every_loss_in_training(
    name: str, reduction: str, batch_size: int, weighted: bool, eagerly: bool
) -> None:
    assert_trained_alike(name, {"reduction": reduction}, batch_size, weighted, eagerly)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("reduction", "batch_size"), [("sum", 5), ("mean_with_sample_weight", 5), ("sum", 12)]
)
def test_powers_and_weights_in_fit(reduction: str, batch_size: int, weighted: bool) -> None:
    options = {"q": 0.3, "reduction": reduction}
    assert_trained_alike("CategoricalGeneralizedCrossEntropy", options, batch_size, weighted)


@pytest.mark.parametrize("batch_size", [8, 12])
@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.5), (0.5, 0.1), (0.3, 0.0), (0.25, 0.3)])
def test_sums_of_tversky_in_fit(alpha: float, beta: float, batch_size: int) -> None:
    assert_trained_alike("Tversky", {"alpha": alpha, "beta": beta}, batch_size)


def assert_trained_alike(
    name: str, options: Any, batch_size: int, weighted: bool = False, eagerly: bool = False
) -> None:
    """Losses and weights of a small model; TensorFlow's graph knows sizes that divide 40."""
    rng = np.random.default_rng(0)
    x, classes = rng.normal(size=(40, 7)).astype("float32"), np.arange(40, dtype="int32") % 4
    takes_classes = name.startswith(("Circle", "Sparse", "CategoricalGeneralized"))
    y = classes if takes_classes else np.eye(4, dtype="float32")[classes]
    extra = {"sample_weight": rng.uniform(0.1, 2, 40).astype("float32")} if weighted else {}

    def train(k: Any) -> Any:
        k.utils.set_random_seed(0)
        activation = {"Circle": None, **BITS}.get(name, "softmax")
        layers = [k.Input((7,)), k.layers.Dense(4, activation=activation)]
        layers += [k.layers.UnitNormalization()] if name == "Circle" else []
        model = k.Sequential(layers)
        loss = getattr(k.losses, name)(**options)
        model.compile(k.optimizers.SGD(0.01), loss, run_eagerly=eagerly)
        history = model.fit(x, y, batch_size=batch_size, epochs=3, verbose=0, **extra)
        evaluated = model.evaluate(x, y, batch_size, verbose=0, **extra)
        return history.history["loss"], evaluated, model.get_weights()

    *numbers, ours = train(minikeras)
    *expected, theirs = train(keras)
    assert numbers == expected
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.filterwarnings("ignore:.*num_classes > 1:SyntaxWarning")
def test_classes_along_the_first_axis() -> None:
    """The axis is moved last: the logits are then not C-contiguous."""
    y = np.array([[0, 1], [1, 0], [0, 0]], "float32")
    x = np.array([[0.5, -1], [2, 1], [0.25, 0]], "float32")
    config = {"from_logits": True, "axis": 0, "reduction": "none"}
    check_loss("CategoricalCrossentropy", config, y, x)
    check_loss("CategoricalCrossentropy", config, y[:, :1], x[:, :1])
