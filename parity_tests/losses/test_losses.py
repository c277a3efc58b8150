"""Every loss, as a function and as a class: value, gradient, config."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras import losses
from minikeras.autograd import KerasTensor
from parity_tests.checks.loss import check, check_loss, close
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
ALL = [n for n in dir(keras.losses) if isinstance(getattr(keras.losses, n), type)]
MISSING = ["CTC"]  # needs ops.ctc_loss


def options(fields: dict[str, Any], dtype: str) -> st.SearchStrategy[dict[str, Any]]:
    fixed = {"dtype": st.just(dtype), "reduction": st.sampled_from(REDUCTIONS)}
    return st.fixed_dictionaries(fixed, optional=fields)


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
    """A mask on the predictions, alone, with weights, and with ``ignore_class``."""
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
