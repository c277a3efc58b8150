"""The gradient of an embedding, and what each optimizer does with it, to the bit."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras
from minikeras.autograd import GradientTape, IndexedSlices
from parity_tests.checks.optimizer import check_optimizer
from parity_tests.optimizers.test_optimizers import OWN, configs


@st.composite
def sparse_trajectories(draw):
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    rows, columns, count = (
        draw(st.integers(2, 40)),
        draw(st.integers(1, 9)),
        draw(st.integers(1, 9)),
    )

    def gradients():
        values = rng.standard_normal((count, columns)).astype("float32")
        slices = IndexedSlices(values, rng.integers(0, rows, count), (rows, columns))
        return [slices, rng.standard_normal(3).astype("float32")]

    weights = [rng.standard_normal(s).astype("float32") for s in [(rows, columns), (3,)]]
    return weights, [gradients() for _ in range(3)]


@pytest.mark.parametrize("kernels", ["reference", "fast"])
@pytest.mark.parametrize("name", OWN)
@given(data=st.data())
@settings(max_examples=15)
def test_each_rule_on_slices(name, kernels, data):
    config = data.draw(configs(name)) | {"loss_scale_factor": None}  # Keras cannot divide slices
    if config.get("centered"):
        config["centered"] = False  # Keras fails where the estimate of a variance is negative
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("minikeras.optimizers.fused.UPDATES_BEFORE_LOADING", 0)
        check_optimizer(name, config, data.draw(sparse_trajectories()), kernels=kernels)


def test_the_gradient_of_an_embedding():
    table, tokens = np.arange(12, dtype="float32").reshape(4, 3), np.array([[1, 2], [1, -1]])
    found = []
    for k, tape in ((minikeras, GradientTape), (keras, tf.GradientTape)):
        layer = k.layers.Embedding(4, 3, weights=[table])
        with tape() as t:
            loss = k.ops.sum(k.ops.square(layer(tokens))) + k.ops.sum(layer(tokens[:1]))
        weights = layer.embeddings if k is minikeras else layer.embeddings.value
        found.append(t.gradient(loss, weights))
    ours, theirs = found
    np.testing.assert_array_equal(ours.indices, theirs.indices.numpy())
    np.testing.assert_array_equal(ours.values, theirs.values.numpy())
    np.testing.assert_array_equal(ours, tf.convert_to_tensor(theirs).numpy())
