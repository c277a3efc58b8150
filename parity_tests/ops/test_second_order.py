"""Derivatives of derivatives, against nested tapes of TensorFlow."""

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import ops
from minikeras.autograd import GradientTape, Tensor, check_gradients
from parity_tests.drawing import few, seeds, values

STEPS = {
    "tanh": lambda k, x: k.tanh(x),
    "sigmoid": lambda k, x: k.sigmoid(x),
    "softplus": lambda k, x: k.softplus(x),
    "silu": lambda k, x: k.silu(x),
    "gelu": lambda k, x: k.gelu(x),
    "exp": lambda k, x: k.exp(0.3 * x),
    "log": lambda k, x: k.log(k.square(x) + 1.0),
    "sqrt": lambda k, x: k.sqrt(k.square(x) + 1.0),
    "divide": lambda k, x: k.divide(x, 2.0 + k.cos(x)),
    "power": lambda k, x: k.power(k.abs(x) + 1.0, 1.5),
    "matmul": lambda k, x: k.matmul(x, k.transpose(k.sin(x))) @ x,
    "softmax": lambda k, x: k.softmax(x, axis=-1) * x,
    "log_softmax": lambda k, x: k.log_softmax(x, axis=0),
    "mean": lambda k, x: x - k.mean(k.square(x), axis=0, keepdims=True),
    "var": lambda k, x: x * k.var(x, axis=1, keepdims=True),
    "max": lambda k, x: x * k.max(x, axis=1, keepdims=True),
    "prod": lambda k, x: x + k.prod(x, axis=1, keepdims=True),
    "cumsum": lambda k, x: k.cumsum(k.square(x), axis=1),
    "logsumexp": lambda k, x: x * k.logsumexp(x, axis=1, keepdims=True),
    "where": lambda k, x: k.where(x > 0, k.square(x), x),
    "clip": lambda k, x: k.clip(k.square(x), 0.1, 2.0),
    "concatenate": lambda k, x: k.concatenate([k.square(x[:1]), k.sin(x[1:])], axis=0),
    "take": lambda k, x: k.take(k.square(x), [2, 0, 0], axis=0),
    "pad": lambda k, x: k.pad(k.square(x), ((1, 1), (0, 0)))[1:4],
    "reshape": lambda k, x: k.reshape(k.transpose(k.reshape(k.square(x), (4, 3))), (3, 4)),
    "einsum": lambda k, x: k.einsum("ij,kj,kl->il", x, k.sin(x), x),
    "layer_norm": lambda k, x: k.layer_normalization(x, axis=-1, epsilon=1e-3),
    "normalize": lambda k, x: k.normalize(x, axis=-1),
}
chains = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=3)


def run(k, names, x):
    for name in names:
        x = STEPS[name](k, x)
    return k.sum(k.square(x))


@given(chains, seeds)
def test_hessian_vector_product(names, seed):
    x, v = values(seed, (3, 4), dtype="float64"), values(seed + 1, (3, 4), dtype="float64")

    t = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(t)
        with tf.GradientTape() as inner:
            inner.watch(t)
            y = run(keras.ops, names, t)
        g = inner.gradient(y, t)
        inside = tf.reduce_sum(g * v)
    expected = outer.gradient(inside, t)

    z = Tensor(x)
    with GradientTape() as outer:
        outer.watch(z)
        with GradientTape() as inner:
            inner.watch(z)
            y = run(ops, names, z)
        h = inner.gradient(y, z)
        inside = ops.sum(h * v)
    ours = outer.gradient(inside, z)

    scale = max(1.0, float(np.abs(g).max()))
    np.testing.assert_allclose(h, g, rtol=1e-9, atol=1e-11 * scale)
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=1e-10 * scale)


@pytest.mark.parametrize("loss", ["binary", "categorical", "sparse"])
@few
@given(seeds)
def test_crossentropies(loss, seed):
    """From logits: the gradient is linear in the probabilities, the Hessian is not."""
    x, v = values(seed, (3, 4), dtype="float64"), values(seed + 1, (3, 4), dtype="float64")
    target = {"sparse": np.array([0, 3, 1])}.get(loss, np.full((3, 4), 0.25))
    name = {"sparse": "sparse_categorical"}.get(loss, loss) + "_crossentropy"

    def hvp(k, tape, z):
        with tape() as outer:
            outer.watch(z)
            with tape() as inner:
                inner.watch(z)
                y = k.sum(getattr(k, name)(target, z, from_logits=True))
            g = inner.gradient(y, z)
            inside = k.sum(g * v)
        return outer.gradient(inside, z)

    ours = hvp(ops, GradientTape, Tensor(x))
    theirs = hvp(keras.ops, tf.GradientTape, tf.constant(x))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_gradients_by_inner_products(name):
    """An oracle that is not TensorFlow: difference quotients along random directions."""
    check_gradients(lambda x: STEPS[name](ops, x), Tensor(values(3, (3, 4), dtype="float64")))
