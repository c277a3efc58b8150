"""With the fast kernels float32 results are not close to TensorFlow's: they are the same bits."""

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import config, ops, tf_function
from minikeras.autograd import GradientTape, Tensor, grad
from parity_tests.conformance import BITS, note
from parity_tests.drawing import few, seeds, values

UNARY = {
    (-4.0, 4.0): [
        *("negative", "abs", "square", "exp", "expm1", "tanh", "sigmoid", "relu", "relu6"),
        *("leaky_relu", "elu", "selu", "celu", "softplus", "softsign", "silu", "log_sigmoid"),
        *("hard_sigmoid", "hard_silu", "hard_tanh", "tanh_shrink", "soft_shrink", "hard_shrink"),
        *("sparse_sigmoid", "squareplus", "softmax", "log_softmax", "sin", "cos"),
    ],
    (0.05, 4.0): ["log", "log1p", "log2", "log10", "sqrt", "rsqrt", "reciprocal"],
}
ROWS = [(name, domain) for domain, names in UNARY.items() for name in names]
BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum", "hypot", "logaddexp"]
FOLDS = ["sum", "mean", "max", "min", "var", "std", "logsumexp"]
tables = st.tuples(st.integers(1, 40), st.integers(2, 70))


def same_bits(name, *arrays, **static):
    seed = np.random.default_rng(0)
    xs, ts = [Tensor(a) for a in arrays], [tf.constant(a) for a in arrays]
    with config.use_kernels("fast"), GradientTape() as tape:
        tape.watch(xs)
        y = getattr(ops, name)(*xs, **static)
        dy = seed.uniform(0.1, 1, y.shape).astype("float32")
        dxs = tape.gradient(y, xs, output_gradients=dy)
    with tf.GradientTape() as theirs:
        theirs.watch(ts)
        t = getattr(keras.ops, name)(*ts, **static)
    dts = theirs.gradient(t, ts, output_gradients=tf.constant(dy))
    for what, a, b in [("value", y, t), *(("gradient", *pair) for pair in zip(dxs, dts))]:
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=f"{name}: {what}")
        note(f"ops.{name}", "values" if what == "value" else "gradient", BITS)


@pytest.mark.parametrize(("name", "domain"), ROWS, ids=[name for name, _ in ROWS])
@few
@given(seeds, tables)
def test_unary(name, domain, seed, shape):
    same_bits(name, values(seed, shape, domain))


@pytest.mark.parametrize("name", BINARY)
@few
@given(seeds, tables, st.sampled_from([(0, 0), (1, 0), (0, 1)]))
def test_binary(name, seed, shape, stretched):
    other = tuple(1 if s else n for n, s in zip(shape, stretched, strict=True))
    same_bits(name, values(seed, shape, (0.5, 3)), values(seed + 1, other, (0.5, 3)))


@few
@given(seeds, tables)
def test_bias(seed, shape):
    same_bits("add", values(seed, shape), values(seed + 1, shape[-1:]))


@pytest.mark.parametrize("name", FOLDS)
@few
@given(seeds, tables, st.sampled_from([None, 0, 1, 2, (0, 1)]))
def test_fold(name, seed, shape, axis):
    same_bits(name, values(seed, (3, *shape)), axis=axis)


@few
@given(seeds, tables, st.integers(1, 20))
def test_matmul(seed, shape, columns):
    same_bits("matmul", values(seed, shape), values(seed + 1, (shape[1], columns)))


@few
@given(seeds, tables)
def test_crossentropies(seed, shape):
    x, t = values(seed, shape, (-6, 6)), values(seed + 1, shape, (0.05, 1))
    same_bits("categorical_crossentropy", t, x, from_logits=True)
    same_bits("binary_crossentropy", t, x, from_logits=True)
    same_bits("categorical_crossentropy", t, values(seed, shape, (0.05, 1)))
    same_bits("binary_crossentropy", t, values(seed, shape, (0.05, 0.95)))
    labels = np.random.default_rng(seed).integers(0, shape[1], shape[0])
    with config.use_kernels("fast"):
        ours = ops.sparse_categorical_crossentropy(labels, x, from_logits=True)
    theirs = keras.ops.sparse_categorical_crossentropy(labels, x, from_logits=True)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


@pytest.mark.parametrize("size_known", [True, False])
def test_gradient_of_a_mean_in_a_function(size_known: bool) -> None:
    """With a constant size TensorFlow multiplies by the reciprocal."""
    x, w = values(0, (50, 7)), values(1, 50)
    spec = [tf.TensorSpec([n if size_known else None, *rest]) for n, *rest in ([50, 7], [50])]

    @tf.function(input_signature=spec)
    def theirs(x: Any, w: Any) -> Any:
        return tf.gradients(tf.reduce_sum(tf.reduce_mean(x, -1) * w), x)[0]

    with config.use_kernels("fast"), tf_function.inside(batch_size_known=size_known):
        dx = grad(lambda x: ops.sum(ops.mean(x, -1) * w))(x)
    np.testing.assert_array_equal(dx, theirs(x, w))
