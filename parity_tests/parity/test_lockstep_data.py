"""Lockstep on models that begin with text, with pictures, or with a frozen model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from minikeras import layers as our_layers
from minikeras import ops, regularizers
from minikeras.autograd import Tensor
from minikeras.data import Dataset
from minikeras.layers.preprocessing.index_lookup import IndexLookup
from minikeras.parity import compare, configuration
from minikeras.parity.lockstep import Comparison
from parity_tests.parity.test_lockstep_reproducers import shown

TEXTS = np.array([["the cat sat"], ["a dog"], ["the dog sat"], ["cats"]] * 2)
CITIES = np.array([["Rome"], ["Oslo"], ["Lima"], ["Rome"]] * 2)
LABELS = np.arange(8) % 2


def of_text() -> Any:
    layers = keras.layers
    words = layers.TextVectorization(10, output_mode="tf_idf", name="words")
    words.adapt(TEXTS)
    model = keras.Sequential(
        [layers.Input((1,), dtype="string"), words, layers.Dense(1, kernel_regularizer="l2")]
    )
    model.compile("adam", "mse")
    return model


def of_table() -> tuple[Any, Any]:
    layers = keras.layers
    city = keras.Input((1,), dtype="string", name="city")
    age = keras.Input((1,), dtype="int64", name="age")
    ages = np.arange(8)[:, None] % 3
    cities, years = layers.StringLookup(name="cities"), layers.IntegerLookup(output_mode="one_hot")
    cities.adapt(CITIES)
    years.adapt(ages)
    joined = layers.Concatenate()(
        [layers.Flatten()(layers.Embedding(5, 2)(cities(city))), years(age)]
    )
    model = keras.Model({"city": city, "age": age}, layers.Dense(1)(joined))
    model.compile("sgd", "mse")
    return model, {"city": tf.constant(CITIES), "age": ages}


def assert_bits(found: Comparison) -> None:
    assert found.same, found
    assert all(entry.distances.equal for step in found.steps for entry in step.entries), found


@pytest.mark.parametrize("made", ["a tensor", "a data set"])
def test_text(made: str) -> None:
    x, y = tf.constant(TEXTS), LABELS
    if made == "a data set":
        x, y = tf.data.Dataset.from_tensor_slices((x, y)).batch(4), None
    assert_bits(compare(of_text(), x, y, steps=2, batch_size=4))


def test_tables() -> None:
    model, x = of_table()
    found = compare(model, x, LABELS, steps=1, batch_size=8)
    assert_bits(found)
    assert {entry.name for entry in found.steps[0].entries if entry.kind == "batch"} == {
        *("x[0]", "x[1]", "y")
    }


@pytest.mark.parametrize("name", ["words", "cities"])
def test_a_lookup_layer_is_named(name: str, monkeypatch: Any, tmp_path: Path, capsys: Any) -> None:
    owner = our_layers.TextVectorization if name == "words" else IndexLookup
    right = owner.call
    monkeypatch.setattr(owner, "call", lambda layer, x: right(layer, x) + 1)
    model, x = (of_text(), tf.constant(TEXTS)) if name == "words" else of_table()
    found = compare(model, x, LABELS, steps=1, batch_size=8)
    assert (found.verdict.kind, found.verdict.name) == ("output", name)
    said = shown(found, tmp_path, monkeypatch)
    assert said == "one layer, with inputs of (1, 1) instead of (8, 1)"
    assert re.findall(r"minikeras: (\S+)", capsys.readouterr().out)[0].startswith("1")


def test_the_whole_model_of_text_has_a_script(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    right = regularizers.L2.__call__
    monkeypatch.setattr(regularizers.L2, "__call__", lambda l2, w: right(l2, w) * 2)
    found = compare(of_text(), tf.constant(TEXTS), LABELS, steps=1, batch_size=8)
    assert found.verdict.kind == "loss term"
    assert shown(found, tmp_path, monkeypatch) == "the whole model, with a batch of 1 sample"
    assert max(map(float, re.findall(r"by (\S+)", capsys.readouterr().out))) > 1e-5


def test_a_frozen_model_is_no_difference() -> None:
    """TensorFlow computes the gradients within it, which nobody waits for."""
    layers = keras.layers
    base = keras.Sequential(
        [layers.Input((4,)), layers.Dense(3, "relu"), layers.BatchNormalization()], name="base"
    )
    base.trainable = False
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(1, name="head")(base(inputs, training=False)))
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    found = compare(model, x, LABELS, steps=2, batch_size=4)
    assert_bits(found)
    gradients = {entry.name for entry in found.steps[0].entries if "gradient" in entry.kind}
    assert gradients == {"head", "head/kernel", "head/bias"}


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_gradient_that_is_cut_off_is_a_difference(monkeypatch: Any) -> None:
    right = our_layers.ReLU.call
    monkeypatch.setattr(
        our_layers.ReLU, "call", lambda layer, x: ops.stop_gradient(right(layer, x))
    )
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((4,)), layers.Dense(3), layers.ReLU(name="after"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    found = compare(model, x, LABELS, steps=1, batch_size=8)
    assert not found.same
    assert found.verdict.layer == "after", found.verdict


@pytest.mark.parametrize("content", ["numbers", "text"])
def test_data_have_one_description(content: str) -> None:
    """A data set's class says how it was made, and text is bytes in TensorFlow."""
    array: Any = TEXTS if content == "text" else np.arange(6.0)
    sets = Dataset.from_tensor_slices(array).batch(2), tf.data.Dataset.from_tensor_slices(array)
    tensors = Tensor(np.vectorize(str.encode, otypes="O")(array)) if content == "text" else array
    for ours, theirs in (sets, (tensors, tf.constant(array))):
        described = [configuration.config_of_call({"x": x}) for x in (ours, theirs)]
        assert described[0] == described[1]
    assert configuration.config_of_call({"x": array[::-1]}) != described[0]
