"""Every loss, as function and as class: value, gradient, config."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras import losses
from minikeras.autograd import GradientTape, KerasTensor, Tensor
from parity_tests.checks.loss import check, close
from parity_tests.drawing import (
    floats,
    generators,
    numbers,
    one_hot,
    probabilities,
    ranks,
    sample_weights,
)

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)
REGRESSION = {
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanSquaredLogarithmicError": {},
    "LogCosh": {},
    "CosineSimilarity": {},
    "Huber": {"delta": st.sampled_from([0.25, 1.0, 1.5])},
}
SETS = {
    "KLDivergence": {},
    "Poisson": {},
    "CategoricalHinge": {},
    "Hinge": {},
    "SquaredHinge": {},
    "Dice": {"axis": st.sampled_from([None, -1, (0,), [0, 1]])},
    "Tversky": {"alpha": st.sampled_from([0.25, 1.0]), "axis": st.sampled_from([None, -1])},
}
smoothing = st.sampled_from([0.0, 0.1, 0.5])
CROSSENTROPIES = {
    "BinaryCrossentropy": {"label_smoothing": smoothing, "axis": st.sampled_from([-1, 0])},
    "BinaryFocalCrossentropy": {
        "label_smoothing": smoothing,
        "gamma": st.sampled_from([0.5, 2.0, 3.0]),
        "apply_class_balancing": st.booleans(),
    },
    "CategoricalCrossentropy": {"label_smoothing": smoothing, "axis": st.sampled_from([-1, 0])},
    "CategoricalFocalCrossentropy": {"label_smoothing": smoothing, "gamma": st.just(3.0)},
}
# Differences of terms of order one, down to nothing, such as d − ln 2 + softplus(−2d).
CANCELLING = ("CosineSimilarity", "LogCosh", "CategoricalHinge", "KLDivergence", "Poisson")
ALL = [n for n in dir(keras.losses) if isinstance(getattr(keras.losses, n), type)]
MISSING = ["CTC"]  # needs ops.ctc_loss


def options(fields: dict[str, Any], dtype: str) -> st.SearchStrategy[dict[str, Any]]:
    fixed = {"dtype": st.just(dtype), "reduction": st.sampled_from(REDUCTIONS)}
    return st.fixed_dictionaries(fixed, optional=fields)


def check_loss(name: str, config: dict[str, Any], y: Any, p: Any, *more: Any, **kw: Any) -> None:
    ours, theirs = getattr(losses, name)(**config), getattr(keras.losses, name)(**config)
    assert ours.get_config() == theirs.get_config()
    assert ours.dtype == theirs.dtype
    check(ours, theirs, y, p, *more, size=1.0 if name in CANCELLING else 0.0, **kw)


@pytest.mark.parametrize("name", REGRESSION)
@given(data=st.data(), shape=ranks(1, 3), dtype=floats)
def test_regression(name: str, data: Any, shape: tuple[int, ...], dtype: str) -> None:
    config = data.draw(options(REGRESSION[name], dtype))
    y, p = data.draw(numbers(shape, dtype)), data.draw(numbers(shape, dtype))
    check_loss(name, config, y, p, data.draw(sample_weights(shape[:-1] or (1,))))


@pytest.mark.parametrize("name", SETS)
@given(data=st.data(), shape=ranks(1, 3), dtype=floats)
def test_sets_and_margins(name: str, data: Any, shape: tuple[int, ...], dtype: str) -> None:
    config = data.draw(options(SETS[name], dtype))
    labels = data.draw(st.sampled_from([one_hot, probabilities]))
    if "Hinge" in name:
        labels = data.draw(st.sampled_from([one_hot, numbers]))
    y, p = data.draw(labels(shape, dtype)), data.draw(probabilities(shape, dtype))
    check_loss(name, config, y, p, data.draw(sample_weights(shape[:-1] or (1,))))


@pytest.mark.filterwarnings("ignore:.*num_classes > 1:SyntaxWarning")
@pytest.mark.parametrize("name", CROSSENTROPIES)
@given(data=st.data(), shape=ranks(1, 3), dtype=floats, from_logits=st.booleans())
def test_crossentropies(
    name: str, data: Any, shape: tuple[int, ...], dtype: str, from_logits: bool
) -> None:
    config = data.draw(options(CROSSENTROPIES[name], dtype)) | {"from_logits": from_logits}
    y = data.draw(data.draw(st.sampled_from([one_hot, probabilities]))(shape, dtype))
    p = data.draw((numbers if from_logits else probabilities)(shape, dtype))
    check_loss(name, config, y, p, data.draw(sample_weights(shape[:-1] or (1,))))


@given(data=st.data(), shape=ranks(1, 3), dtype=floats, from_logits=st.booleans())
def test_sparse_crossentropy(
    data: Any, shape: tuple[int, ...], dtype: str, from_logits: bool
) -> None:
    fields = {
        "ignore_class": st.sampled_from([None, 0, 1, -1, 255]),
        "axis": st.sampled_from([-1, len(shape) - 1, 0]),
    }
    config = data.draw(options(fields, dtype)) | {"from_logits": from_logits}
    y = data.draw(generators).integers(0, shape[-1], shape[:-1])
    ignored = config.get("ignore_class")
    if ignored is not None:
        y = np.where(data.draw(generators).random(y.shape) < 0.3, ignored, y)
    y = y[..., None] if data.draw(st.booleans()) else y
    p = data.draw((numbers if from_logits else probabilities)(shape, dtype))
    check_loss("SparseCategoricalCrossentropy", config, y, p, data.draw(sample_weights(shape[:-1])))


@given(data=st.data(), n=st.integers(1, 5), k=st.integers(1, 4), dtype=floats)
def test_generalized_crossentropy(data: Any, n: int, k: int, dtype: str) -> None:
    config = data.draw(options({"q": st.sampled_from([0.25, 0.5, 0.9])}, dtype))
    y = data.draw(generators).integers(0, k, (n,))
    p = data.draw(probabilities((n, k), dtype))
    check_loss("CategoricalGeneralizedCrossEntropy", config, y, p, data.draw(sample_weights((n,))))


@given(data=st.data(), n=st.integers(2, 6), dtype=floats)
def test_circle(data: Any, n: int, dtype: str) -> None:
    fields = {
        "gamma": st.sampled_from([1.0, 8.0]),
        "margin": st.sampled_from([0.25, 0.5]),
        "remove_diagonal": st.booleans(),
    }
    config = data.draw(options(fields, dtype))
    y = data.draw(generators).integers(0, 2, (n,))
    p = data.draw(generators).normal(size=(n, 3)).astype(dtype)
    p /= np.linalg.norm(p, axis=-1, keepdims=True)
    check_loss(
        "Circle",
        config,
        y,
        p,
        data.draw(sample_weights((n,))),
        rtol=None if dtype == "float64" else 1e-5,
    )


@given(data=st.data(), shape=ranks(1, 3), reduction=st.sampled_from(REDUCTIONS))
def test_masks(data: Any, shape: tuple[int, ...], reduction: str | None) -> None:
    """A mask on the predictions, alone and together with weights and with a mask of the loss."""
    shape = (*shape, 3)
    mask = data.draw(generators).random(shape[:-1]) < 0.6
    p = data.draw(probabilities(shape))
    w = data.draw(sample_weights(shape[:-1]))
    config = {"reduction": reduction}
    check_loss("MeanSquaredError", config, data.draw(one_hot(shape)), p, w, mask=mask)
    y = data.draw(generators).integers(0, 3, shape[:-1])
    config["ignore_class"] = 1
    check_loss("SparseCategoricalCrossentropy", config, y, p, w, mask=mask)


@given(data=st.data(), shape=ranks(1, 3), extra=st.sampled_from(["y", "p", "both"]))
def test_rank_repair(data: Any, shape: tuple[int, ...], extra: str) -> None:
    y, p = data.draw(numbers(shape)), data.draw(numbers(shape))
    y = y[..., None] if extra in ("y", "both") else y
    p = p[..., None] if extra in ("p", "both") else p
    for name in ("MeanSquaredError", "MeanAbsoluteError", "Hinge"):
        check_loss(name, {}, y, p, data.draw(sample_weights(shape)))
    for name in ("mean_squared_error", "huber", "log_cosh"):
        check(getattr(losses, name), getattr(keras.losses, name), y, p, size=1.0)


@pytest.mark.parametrize("dtype", ["int32", "int64", "bool", "float16", "float64"])
@pytest.mark.parametrize("name", ["MeanSquaredError", "BinaryCrossentropy", "Poisson"])
def test_arguments_are_cast(name: str, dtype: str) -> None:
    y, p = np.array([[1, 0, 1]], dtype), np.array([[0.25, 0.5, 1]], "float32")
    check_loss(name, {}, y, p)
    check(getattr(losses, name)(), getattr(keras.losses, name)(), p, p.astype(dtype))


@pytest.mark.parametrize("name", [n for n in ALL if n not in [*MISSING, "Loss"]])
def test_signature_config_and_serialization(name: str) -> None:
    ours, theirs = getattr(losses, name), getattr(keras.losses, name)
    a, b = inspect_arguments(ours), inspect_arguments(theirs)
    assert a == b
    assert ours().name == theirs().name
    assert losses.serialize(ours()) == keras.losses.serialize(theirs())
    again = losses.deserialize(keras.losses.serialize(theirs()))
    assert type(again) is ours
    assert again.get_config() == ours().get_config()


def inspect_arguments(cls: type) -> list[tuple[str, Any]]:
    import inspect

    return [(p.name, p.default) for p in inspect.signature(cls).parameters.values()]


def test_identifiers() -> None:
    from keras.src.losses import ALL_OBJECTS_DICT

    for name, target in ALL_OBJECTS_DICT.items():
        if name.lower() == "ctc" or name == "LossFunctionWrapper":
            continue
        found = losses.get(name)
        if isinstance(target, type):
            assert type(found).__name__ == target.__name__
        else:
            assert found is getattr(losses, target.__name__)
    assert losses.get(None) is None
    assert losses.get(len) is len
    for wrong in ("no_such_loss", 3, "categorical_generalized_cross_entropy"):
        with pytest.raises(ValueError, match="identifier"):
            losses.get(wrong)
    config = {"class_name": "Huber", "config": {"delta": 2.0, "name": "h"}}
    assert losses.get(config).delta == 2.0
    assert losses.serialize(losses.huber) == keras.losses.serialize(keras.losses.huber)
    assert losses.deserialize("mse") is losses.mean_squared_error


def test_wrapper_round_trip() -> None:
    ours = losses.LossFunctionWrapper(losses.huber, delta=2.0)
    config = ours.get_config()
    again = losses.LossFunctionWrapper.from_config(config)
    assert again.get_config() == config
    assert again.fn is losses.huber


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda k: k.losses.MeanSquaredError(reduction="average"), ValueError),
        (lambda k: k.losses.CategoricalGeneralizedCrossEntropy(q=1.0), ValueError),
        (lambda k: k.losses.CategoricalGeneralizedCrossEntropy(q=0), ValueError),
        (lambda k: k.losses.MeanSquaredError(axis=1), TypeError),
        (lambda k: k.losses.Huber(dtype="float31"), Exception),
        (lambda k: k.losses.Loss()(np.ones(2), np.ones(2)), NotImplementedError),
        (lambda k: k.losses.categorical_crossentropy(np.ones((2, 3)), np.ones((2, 3)), axis=True),
         ValueError),
        (lambda k: k.losses.BinaryCrossentropy()(np.ones((2, 3)), np.ones((2, 4))), ValueError),
        (lambda k: k.losses.CategoricalCrossentropy()(np.ones((2, 3)), np.ones((2, 4))),
         ValueError),
        (lambda k: k.losses.SparseCategoricalCrossentropy()(np.ones((3,)), np.ones((2, 4))),
         ValueError),
        (lambda k: k.losses.get("no_such_loss"), ValueError),
    ],
)  # fmt: skip
def test_errors(make: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as theirs:
        make(keras)
    with pytest.raises(error) as ours:
        make(minikeras)
    assert issubclass(ours.type, theirs.type)


def test_subclass_with_its_own_call() -> None:
    class Cubic(losses.Loss):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return minikeras.ops.mean(minikeras.ops.abs(y_true - y_pred) ** 3, axis=-1)

    loss = Cubic(reduction="sum", name="cubic")
    y = np.ones((2, 2), "float32")
    assert float(loss(y, 3 * y)) == 16.0
    assert Cubic.from_config(loss.get_config()).get_config() == loss.get_config()
    assert Cubic().name.startswith("cubic")


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_symbolic(reduction: str | None) -> None:
    a, b = (KerasTensor((None, 3)) for _ in range(2))
    value = losses.MeanSquaredError(reduction=reduction)(a, b)
    assert value.shape == ((None,) if reduction in ("none", None) else ())


def test_nested_arguments() -> None:
    y = {"a": np.ones((2, 3)), "b": [np.zeros((2,))]}
    p = {"a": np.full((2, 3), 0.5), "b": [np.ones((2, 1))]}

    def both(k: Any) -> Any:
        def fn(y_true: Any, y_pred: Any) -> Any:
            first = k.losses.mean_squared_error(y_true["a"], y_pred["a"])
            return first + k.losses.mean_absolute_error(y_true["b"][0], y_pred["b"][0])

        return fn

    from keras.src.losses.losses import LossFunctionWrapper

    close(
        losses.LossFunctionWrapper(both(minikeras))(y, p),
        LossFunctionWrapper(both(keras))(y, p),
        "nested",
    )


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
    """Printed by Keras 3.15.1: these need no Keras to check."""
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
    """Saturated outputs tell whether the logits behind them were used: 100 instead of 16."""
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


# The binary focal loss is left out: its two gradients by p are added up in another order there.
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
    """Loss and gradient by the logits against a TensorFlow graph, float32: equal, not close."""
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
        value, dx = run(minikeras, GradientTape, Tensor(y), Tensor(x))
        expected, dexpected = graph(tf.constant(y), tf.constant(x))
        assert float(value) == float(expected)
        np.testing.assert_array_equal(np.asarray(dx), dexpected.numpy())


@pytest.mark.filterwarnings("ignore:.*num_classes > 1:SyntaxWarning")
def test_classes_along_the_first_axis() -> None:
    """The axis is moved last: logits in an order of memory that kernels do not expect."""
    y = np.array([[0, 1], [1, 0], [0, 0]], "float32")
    x = np.array([[0.5, -1], [2, 1], [0.25, 0]], "float32")
    config = {"from_logits": True, "axis": 0, "reduction": "none"}
    check_loss("CategoricalCrossentropy", config, y, x)
    check_loss("CategoricalCrossentropy", config, y[:, :1], x[:, :1])
