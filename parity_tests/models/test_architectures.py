"""Randomly drawn networks, functional and sequential, against Keras."""

import warnings

import hypothesis.strategies as st
import keras
import numpy as np
from hypothesis import given, settings

import minikeras
from parity_tests.architectures import architectures
from parity_tests.checks.model import (
    assert_same_data,
    build_both,
    check_model,
    compare_structure,
    quietly,
    without_ops,
)
from parity_tests.drawing import seeds


@given(architectures(), st.booleans(), seeds)
def test_model(architecture, sequential, seed):
    x = architecture.batch(3, seed)
    scale = 20.0  # of sums over several layers
    check_model(lambda library: architecture.build(library, sequential), x, scale=scale)


@given(architectures(), st.booleans())
def test_clone(architecture, sequential):
    ours, theirs = build_both(lambda library: architecture.build(library, sequential))
    a, b = (
        quietly(lambda: library.models.clone_model(model))  # noqa: B023
        for library, model in ((minikeras, ours), (keras, theirs))
    )
    compare_structure(a, b)
    a_config, b_config = without_ops(a.get_config()), without_ops(b.get_config())
    assert_same_data(a_config, b_config, "config of the clone")
    a.set_weights(ours.get_weights())
    for v, w in zip(a.weights, ours.weights):
        assert v is not w
        np.testing.assert_array_equal(v.numpy(), w.numpy())


@given(architectures(), st.lists(st.booleans(), min_size=8, max_size=8), st.booleans())
def test_freezing(architecture, which, whole):
    """Sets `trainable` to False on single layers, then on the model, and then back to True."""
    ours, theirs = build_both(architecture.build)
    for model in ours, theirs:
        for layer, trainable in zip(model.layers, which):
            layer.trainable = trainable
    compare_structure(ours, theirs)
    for model in ours, theirs:
        model.trainable = whole
    compare_structure(ours, theirs)


@settings(max_examples=max(8, settings.default.max_examples // 3))
@given(architectures(), seeds)
def test_stateless_call(architecture, seed):
    """`stateless_call` returns outputs and new state and leaves the model unchanged."""
    ours, theirs = build_both(architecture.build)
    x, rng = architecture.batch(2, seed), np.random.default_rng(seed)
    values = [
        [
            v.numpy() if "seed" in v.path else rng.uniform(0.5, 1, v.shape).astype(v.dtype)
            for v in variables
        ]
        for variables in (ours.trainable_variables, ours.non_trainable_variables)
    ]
    before = [v.numpy() for v in ours.variables]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        a = ours.stateless_call(*values, x, training=True, return_losses=True)
        b = theirs.stateless_call(*values, x, training=True, return_losses=True)
    np.testing.assert_allclose(a[0], b[0], rtol=2e-4, atol=2e-4)
    for p, q, v in zip(a[1], b[1], theirs.non_trainable_variables, strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-5, atol=1e-5, err_msg=v.path)
    np.testing.assert_allclose([float(p) for p in a[2]], [float(q) for q in b[2]], rtol=1e-4)
    for v, value in zip(ours.variables, before):
        np.testing.assert_array_equal(v.numpy(), value)
