"""Models change the library in memory, and train on with the same bits."""

from __future__ import annotations

import contextlib
import io
import os
import random
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings

import minikeras
from minikeras import from_keras, strings, to_keras
from minikeras.autograd import Tensor
from parity_tests.checks.compare import assert_close
from parity_tests.checks.model import assert_same_data, quietly, without_ops
from parity_tests.interchange.drawn_layers import LAYERS, Drawn, drawn_layers
from parity_tests.trainings import running
from parity_tests.trainings.arguments import instance, public
from parity_tests.trainings.drawing import Training, drawn

DIRECTIONS = {"from Keras": (keras, from_keras), "to Keras": (minikeras, to_keras)}
both = pytest.mark.parametrize("library, convert", DIRECTIONS.values(), ids=DIRECTIONS)
IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
few = settings(max_examples=max(2, settings.default.max_examples // 12))


def other_of(library: Any) -> Any:
    return minikeras if library is keras else keras


def values_of(variables: Any) -> list[Any]:
    return [np.asarray(v.numpy()) for v in variables]


def assert_same_values(ours: Any, theirs: Any) -> None:
    """Equal paths and bits."""
    assert [v.path for v in ours] == [v.path for v in theirs]
    for v, a, b in zip(ours, values_of(ours), values_of(theirs), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b, v.path)


# Architectures and weights


@both
@pytest.mark.parametrize("mode", ["int", "multi_hot", "tf_idf"])
def test_learned_vocabularies(library: Any, convert: Any, mode: str) -> None:
    text, numbers = np.array([["b a"], ["a"]]), np.array([[7], [5], [7]])
    layers = library.layers
    learning = {
        layers.TextVectorization(6, output_mode=mode, pad_to_max_tokens=True): text,
        layers.StringLookup(output_mode=mode): text,
        layers.IntegerLookup(output_mode=mode, num_oov_indices=2): numbers,
    }
    for layer, data in learning.items():
        layer.adapt(data)
        inputs = library.Input((1,), dtype="string" if data is text else "int64")
        other = convert(library.Model(inputs, layer(inputs)))
        made = other.get_layer(layer.name)
        assert made.get_vocabulary() == layer.get_vocabulary()
        given: Any = data
        if data is text:
            given = tf.constant(data) if library is minikeras else Tensor(strings.array(data))
        ours, theirs = (np.asarray(found(x)) for found, x in ((layer, data), (made, given)))
        np.testing.assert_array_equal(ours, theirs)


@both
def test_a_vocabulary_that_is_not_learned_yet(library: Any, convert: Any) -> None:
    inputs = library.Input((1,), dtype="string")
    layer = library.layers.StringLookup()
    made = convert(library.Model(inputs, layer(inputs))).get_layer(layer.name)
    made.adapt(np.array(["b", "a", "b"]))
    assert made.get_vocabulary() == ["[UNK]", "b", "a"]


@pytest.mark.parametrize("name", LAYERS)
@few
@given(st.data())
def test_every_layer(name: str, data: Any) -> None:
    drawn: Drawn = data.draw(drawn_layers(name))
    for library, convert in DIRECTIONS.values():
        random.seed(0)
        model = quietly(lambda: drawn.model(library))  # noqa: B023
        made = quietly(lambda: convert(model))  # noqa: B023
        assert isinstance(made, other_of(library).Model)
        assert_same_values(made.variables, model.variables)
        configs = (without_ops(m.get_config()) for m in (made, model))
        assert_same_data(*configs, "config")
        x = drawn.batch()
        y, z = (quietly(lambda: m(x, training=False)) for m in (made, model))  # noqa: B023
        assert_close(y, z, name, scale=8)


def nested(library: Any) -> Any:
    """Two inputs and outputs; a model inside, and a layer that is called twice."""
    layers = library.layers
    inner_input = library.Input((4,), name="inner_input")
    normalized = layers.BatchNormalization()(layers.Dense(5, "relu")(inner_input))
    inner = library.Model(inner_input, normalized, name="inner")
    tail = library.Sequential([library.Input((5,)), layers.Dropout(0.3), layers.Dense(3)])
    a, b = library.Input((4,), name="a"), library.Input((4,), name="b")
    shared = layers.Dense(4, "tanh", name="shared")
    x = layers.Concatenate()([inner(shared(a)), inner(shared(b))])
    first = layers.Dense(2, name="first")(x)
    second = layers.Dense(1, name="second")(layers.Add()([tail(inner(b)), tail(inner(a))]))
    return library.Model([a, b], [first, second])


def nested_data() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(24, 4)).astype("float32") for _ in "ab"]
    return x, [rng.normal(size=(24, n)).astype("float32") for n in (2, 1)]


def train(library: Any, model: Any, data: Any, seed: int, **options: Any) -> Any:
    library.utils.set_random_seed(seed)
    return model.fit(*data, batch_size=8, verbose=0, **options).history


@both
def test_training_goes_on(library: Any, convert: Any) -> None:
    """Shared and nested layers, two outputs, random layers, moving means, slots and metrics."""
    other, data = other_of(library), nested_data()
    library.utils.set_random_seed(1)
    model = nested(library)
    metrics = [["mae", library.metrics.MeanSquaredError(name="squares")], ["mse"]]
    optimizer = library.optimizers.AdamW(0.01, weight_decay=0.1, use_ema=True)
    optimizer.exclude_from_weight_decay([model.get_layer("first").kernel], ["bias"])
    model.compile(optimizer, ["mse", "mae"], metrics=metrics, loss_weights=[1.0, 0.5])
    train(library, model, data, 2, epochs=2)
    state = random.getstate()
    made = convert(model)
    assert random.getstate() == state
    assert_same_values(made.variables, model.variables)
    assert_same_values(made.optimizer.variables, model.optimizer.variables)
    assert made.get_metrics_result() == model.get_metrics_result()
    names = [[m.name for m in each.metrics] for each in (made, model)]
    assert names[0] == names[1]
    histories = [
        train(lib, each, data, 3, epochs=2) for lib, each in ((library, model), (other, made))
    ]
    assert histories[0] == histories[1]
    assert_same_values(made.variables, model.variables)
    assert_same_values(made.optimizer.variables, model.optimizer.variables)
    assert random.getstate() != state  # the trainings used it


@both
@pytest.mark.parametrize("is_trained", [False, True])
def test_what_no_config_holds(library: Any, convert: Any, is_trained: bool) -> None:
    """Keras's configs lack some arguments; the copies train with them all the same."""
    other, (x, y) = other_of(library), nested_data()
    library.utils.set_random_seed(1)
    layer = library.layers.Dense(2, activity_regularizer=library.regularizers.L2(0.3))
    model = library.Sequential([library.Input((4,)), layer])
    metrics = [library.metrics.CosineSimilarity(axis=0)]
    model.compile("sgd", library.losses.Huber(0.1), metrics=metrics)
    data = x[0], y[0]
    if is_trained:
        train(library, model, data, 2)
    made = convert(model)
    assert type(made.layers[0].activity_regularizer) is other.regularizers.L2
    histories = [train(lib, each, data, 3) for lib, each in ((library, model), (other, made))]
    assert histories[0] == histories[1]
    assert_same_values(made.variables, model.variables)


@both
def test_what_is_trained(library: Any, convert: Any) -> None:
    """Flags of layers and variables, also where an outer flag and an inner one differ."""
    model = nested(library)
    model.get_layer("inner").trainable = False
    model.get_layer("inner").layers[1].trainable = True
    model.trainable_variables[0].trainable = False
    made = convert(model)
    for kind in ("trainable_variables", "non_trainable_variables", "trainable_weights"):
        assert [v.path for v in getattr(made, kind)] == [v.path for v in getattr(model, kind)]


def test_the_copies_are_their_own() -> None:
    model = nested(keras)
    made = from_keras(model)
    before = values_of(model.variables)
    for variable in made.variables:
        variable.assign(variable.numpy() + 1)
    for a, b in zip(before, values_of(model.variables), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", sorted(public("optimizers")))
@few
@given(st.data())
def test_every_optimizer(name: str, data: Any) -> None:
    """After two updates the optimizer goes to the other library, where the next two are equal."""
    make = data.draw(instance("optimizers", name))
    clips = [key for key in make.arguments if key.startswith(("clip", "global_clip"))]
    for key in clips[1:]:  # one at a time
        del make.arguments[key]
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    steps = [[rng.normal(size=s).astype("float32") for s in ((3, 2), (2,))] for _ in range(4)]

    def update(model: Any, gradients: Any) -> None:
        kind = keras.ops if isinstance(model, keras.Model) else minikeras.ops
        tensors = [kind.convert_to_tensor(g) for g in gradients]
        model.optimizer.apply(tensors, model.trainable_variables)

    for library, convert in DIRECTIONS.values():
        random.seed(1)
        model = library.Sequential([library.Input((3,)), library.layers.Dense(2, name="dense")])
        model.compile(make(library), "mse")
        for gradients in steps[:2]:
            update(model, gradients)
        made = convert(model)
        assert made.optimizer.get_config() == model.optimizer.get_config()
        for gradients in steps[2:]:
            assert_same_values(made.optimizer.variables, model.optimizer.variables)
            update(model, gradients)
            update(made, gradients)
        assert_same_values(made.variables, model.variables)


# Whole trainings

# Trainings in which both libraries have the same bits from the beginning to the end; the others
# stand in docs/parity.md.


def goes_on_equally(training: Training, library: Any, convert: Any) -> bool:
    """Whether a training that changes the library after its first ``fit`` is that of the model."""
    x, y = training.data()
    results = []
    with running.fresh(library, training), contextlib.redirect_stdout(io.StringIO()):
        model = training.compiled(library)
        running._fit(library, model, training, x, y, training.fits[0])
        made = convert(model)
        for lib, each in ((library, model), (other_of(library), made)):
            lib.utils.set_random_seed(7)
            history = running._fit(lib, each, training, x, y, training.fits[-1])
            results.append((history, values_of(each.variables + each.optimizer.variables)))
    (ours, a), (theirs, b) = results
    same = all(np.array_equal(p, q, equal_nan=True) for p, q in zip(a, b, strict=True))
    return same and repr(ours) == repr(theirs)


def test_drawn_trainings_go_on() -> None:
    count = 200 if IS_DEEP else 4
    chosen = [t for t in drawn(3 * count, 10) if t.floatx == "float32" and plain(t)][:count]
    equal = [
        goes_on_equally(training, *direction)
        for training in chosen
        for direction in DIRECTIONS.values()
    ]
    assert len(chosen) >= count // 2
    assert sum(equal) >= (0.93 * len(equal) if IS_DEEP else len(equal) - 1)


def plain(training: Training) -> bool:
    """Without callbacks, which Keras's optimizers may refuse, and what Keras cannot train."""
    odd = any(fit.keys() & {"callbacks"} for fit in training.fits)
    return not odd and not training.tokens and training.batches == "arrays"
