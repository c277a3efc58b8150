"""The user's own layers, losses and training steps run on both sides from one source."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from minikeras.parity import compare

X = np.random.RandomState(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1] * 2

SCALE = 1.5


def swish(x: Any) -> Any:
    return x * ops.sigmoid(SCALE * x)


class Swish(keras.layers.Layer):
    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")

    def call(self, x: Any) -> Any:
        import keras

        self.add_loss(1e-3 * keras.ops.mean(self.w))
        return swish(ops.matmul(x, self.w))


def cubic(y: Any, p: Any) -> Any:
    return ops.mean(ops.abs(y - p) ** 3, axis=-1)


class Own(keras.Model):
    """Subclassed, built lazily, two outputs, its own training step."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = Swish(5, name="swish")
        self.heads = [keras.layers.Dense(1, name="one"), keras.layers.Dense(2, name="two")]

    def call(self, x: Any) -> Any:
        x = self.hidden(x)
        return [head(x) for head in self.heads]

    def train_step(self, data: Any) -> Any:
        x, y = data
        with tf.GradientTape() as tape:
            one, two = self(x, training=True)
            loss = tf.reduce_mean(tf.square(y - one)) + ops.mean(two**2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


class Foreign(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        return keras.ops.view_as_real(keras.ops.view_as_complex(keras.ops.stack([x, x], -1)))[
            ..., 0
        ]


def test_a_layer_and_a_loss() -> None:
    model = keras.Sequential([keras.layers.Input((3,)), Swish(name="swish"), keras.layers.Dense(1)])
    model.compile("sgd", cubic)
    found = compare(model, X, Y, steps=2, batch_size=4)
    assert found.same, str(found)
    assert found.options["mirrored"] == ["Swish", "cubic"]
    names = {(entry.kind, entry.name) for entry in found.steps[0].entries}
    assert {("output", "swish"), ("loss term", "add_loss 1")} <= names


def test_a_subclassed_model_with_its_own_step() -> None:
    model = Own()
    model.compile("adam")
    found = compare(model, X, Y, steps=2, batch_size=4)
    assert found.same, str(found)
    kinds = {entry.kind for entry in found.steps[0].entries}
    assert {"output", "output gradient", "gradient", "slot", "variable"} <= kinds
    assert compare(model, X, steps=1, task="predict").same


def test_what_is_not_here_is_named() -> None:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(3), Foreign()])
    found = compare(model, X, steps=1, task="predict")
    assert (found.same, found.verdict.decided_by) == (False, "not mirrored")
    assert "Foreign" in found.not_mirrored[0] and "view_as_" in found.not_mirrored[0]
