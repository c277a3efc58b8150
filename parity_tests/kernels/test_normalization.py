"""Normalizing layers in float32: the bits of Keras, eager and traced, gradients included."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given

import minikeras
from minikeras import config, tf_function
from minikeras.autograd import GradientTape
from parity_tests.drawing import few, seeds

OPTIONS: dict[str, Any] = {
    "BatchNormalization": {"axis": st.sampled_from([-1, 1]), "momentum": st.just(0.9)},
    "LayerNormalization": {"axis": st.sampled_from([-1, 1, [1, 2], [-2, -1]])},
    "GroupNormalization": {"groups": st.sampled_from([1, 2, -1]), "axis": st.sampled_from([-1, 1])},
    "RMSNormalization": {},
    "UnitNormalization": {"axis": st.sampled_from([-1, 1])},
}
SCALED = {"scale": st.booleans(), "center": st.booleans()}
SIZES = st.lists(st.integers(1, 20), min_size=1, max_size=3)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("form", ["eager", "batch size known", "batch size unknown"])
@few
@given(st.data(), seeds, st.integers(2, 40), SIZES)
def test_bits(form: str, name: str, data: Any, seed: int, batch: int, sizes: list[int]) -> None:
    drawn = OPTIONS[name] | ({} if name in ("RMSNormalization", "UnitNormalization") else SCALED)
    options = data.draw(st.fixed_dictionaries(drawn))
    shape = (batch, *sizes)
    axis = options.get("axis", -1)
    assume(len(shape) > 2 or not isinstance(axis, list))
    if name == "GroupNormalization":
        shape = tuple(2 * n if i == axis % len(shape) else n for i, n in enumerate(shape))
    rng = np.random.default_rng(seed)
    x, dy = (rng.normal(0.5, 2, shape).astype("float32") for _ in range(2))
    theirs, mine = (getattr(k.layers, name)(**options) for k in (keras, minikeras))
    for layer in theirs, mine:
        layer.build((None, *shape[1:]))
    for ours, reference in zip(mine.trainable_weights, theirs.trainable_weights):
        value = rng.normal(1, 1, ours.shape).astype("float32")
        ours.assign(value)
        reference.assign(value)
    training = {"training": True} if name == "BatchNormalization" else {}

    def step(k: Any, layer: Any, tape: Any, x: Any, dy: Any, weights: Any) -> Any:
        with tape:
            tape.watch(x)
            y = layer(x, **training)
        return [y, *tape.gradient(y, [x, *weights], output_gradients=dy)]

    def reference_step(x: Any, dy: Any) -> Any:
        weights = [w.value for w in theirs.trainable_weights]
        return step(keras, theirs, tf.GradientTape(), x, dy, weights)

    predict: Any = theirs
    if form != "eager":
        spec = tf.TensorSpec(shape if form != "batch size unknown" else (None, *shape[1:]))
        reference_step = tf.function(reference_step, input_signature=[spec, spec])
        predict = tf.function(theirs, input_signature=[spec])
    inside = tf_function.inside(form != "eager", form != "batch size unknown")
    with config.use_kernels("fast"), inside:
        tensor, weights = minikeras.ops.convert_to_tensor(x), mine.trainable_weights
        found = [mine(tensor), *step(minikeras, mine, GradientTape(), tensor, dy, weights)]
    expected = [predict(tf.constant(x)), *reference_step(tf.constant(x), tf.constant(dy))]
    found += mine.non_trainable_weights
    expected += theirs.non_trainable_weights
    for k, (a, b) in enumerate(zip(found, expected, strict=True)):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), f"result {k}")
