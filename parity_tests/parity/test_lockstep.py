"""The lockstep comparison: what it finds in equal models, and in a pair that is not."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras.parity import compare
from minikeras.parity.lockstep.pairing import differences

X = np.random.RandomState(0).rand(20, 6, 6, 1).astype("float32")
Y = np.random.RandomState(1).randint(0, 3, 20)


def network(library: Any = keras, rate: float = 0.01) -> Any:
    library.utils.clear_session(free_memory=False)
    library.utils.set_random_seed(0)
    layers = library.layers
    model = library.Sequential(
        [
            layers.Input((6, 6, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(3, "softmax", kernel_regularizer="l2"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    model.compile(library.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def model() -> Any:
    return network()


@pytest.mark.parametrize("mode", ["teacher-forced", "free-running"])
def test_equal_models_have_equal_bits(model: Any, mode: str) -> None:
    before = [v.numpy() for v in model.variables]
    found = compare(model, X, Y, steps=3, batch_size=8, mode=mode)
    assert found.same
    assert [step.samples for step in found.steps] == [8, 8, 4]
    assert all(step.equal for step in found.steps), str(found)
    first = found.steps[0]
    assert repr(first) == f"<step 1: 0 of {len(first.entries)} entries differ>"
    assert repr(first.entries[0]) == "<batch x: the same bits>"
    kinds = {entry.kind for entry in first.entries}
    assert kinds == {
        *("batch", "output", "loss term", "loss", "output gradient", "gradient"),
        *("slot", "variable", "metric", "seed"),
    }
    for a, b in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(a, b.numpy())


def test_names_that_count_the_layers_of_a_session_do_not_differ() -> None:
    network(minikeras)  # the next Dense of the session is dense_1
    layers = minikeras.layers
    ours = minikeras.Sequential([layers.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3)])
    names = [layer.name for layer in ours.layers]
    keras.utils.clear_session(free_memory=False)
    theirs = keras.Sequential(
        [keras.layers.Input((6, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    assert names != [layer.name for layer in theirs.layers]
    for library, one in ((minikeras, ours), (keras, theirs)):
        one.compile(library.optimizers.SGD(), "mse", metrics=[library.metrics.MeanSquaredError()])
    assert differences(ours, theirs) == []
    ours.layers[1].use_bias = False
    ours.optimizer.name = "mine"
    assert differences(ours, theirs) == [
        f"model.{theirs.layers[1].name}.use_bias: False in minikeras, True in Keras",
        f"optimizer.name: mine in minikeras, {theirs.optimizer.name} in Keras",
    ]


def test_another_learning_rate_is_named() -> None:
    ours, theirs = network(minikeras, 0.011), network()
    found = compare((ours, theirs), X, Y, steps=1, batch_size=8)
    assert found.configuration == ["optimizer.learning_rate: 0.011 in minikeras, 0.01 in Keras"]
    assert found.verdict.decided_by == "configuration"


def test_another_initial_weight_is_named() -> None:
    ours, theirs = network(minikeras), network()
    weight = ours.layers[0].kernel
    weight.assign(weight.numpy() + 1e-3)
    found = compare((ours, theirs), X, Y, steps=1, batch_size=8)
    (said,) = found.configuration
    assert said.startswith("initial value of") and "conv2d" in said and "1.0e-03" in said


def test_an_operation_within_a_layer_of_keras_is_not_taken_for_one_of_the_model() -> None:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential([layers.Input((3, 2)), layers.ZeroPadding1D(), layers.Flatten()])
    model.add(layers.Dense(1))
    model.compile("sgd", "mse")
    found = compare(model, X[:4, 0, :3, :] * np.ones(2, "float32"), Y[:4, None], steps=1)
    assert found.same, str(found)


def test_a_grouped_convolution_is_compiled_as_in_keras() -> None:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((6, 6, 1)),
            layers.Conv2D(4, 3),
            layers.Conv2D(2, 2, groups=2),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    model.compile("sgd", "mse")
    found = compare(model, X[:4], np.eye(3, dtype="float32")[Y[:4]], steps=1)
    assert found.same, str(found)


def test_a_metric_that_has_no_float64_does_not_prevent_an_opinion() -> None:
    """TensorFlow's in_top_k takes float32 only."""
    pair = []
    for library, activation in ((minikeras, "elu"), (keras, "selu")):
        library.utils.set_random_seed(1)
        layers = library.layers
        model = library.Sequential(
            [layers.Input((3,)), layers.Dense(4, activation), layers.Dense(3, "softmax")]
        )
        metric = library.metrics.SparseTopKCategoricalAccuracy(2)
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=[metric])
        pair.append(model)
    x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    found = compare((pair[0], pair[1]), x, np.array([0, 1, 2, 0]), steps=1)
    assert (found.same, found.verdict.blame) == (False, "formula")
    assert "no third opinion" not in found.options
    assert "compute_metrics" not in {**vars(pair[0]), **vars(pair[1])}
