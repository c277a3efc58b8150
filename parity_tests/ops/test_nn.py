import warnings

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import example, given

from minikeras import ops
from parity_tests.checks.op import check, check_op
from parity_tests.drawing import few, reals, seeds, values

PLAIN = [
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "softplus",
    "softsign",
    "sigmoid",
    "tanh",
    "log_sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "tanh_shrink",
    "soft_shrink",
    "hard_shrink",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
]
WITH_OPTIONS = [
    ("leaky_relu", {"negative_slope": 0.05}),
    ("elu", {"alpha": 0.3}),
    ("celu", {"alpha": 1.7}),
    ("gelu", {"approximate": False}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("threshold", {"threshold": 0.5, "default_value": -1.0}),
    ("squareplus", {"b": 1}),
]
tables = st.tuples(st.integers(1, 4), st.integers(2, 5), st.integers(2, 3))


@pytest.mark.parametrize("name", PLAIN)
@few
@given(reals(domain=(-7, 7)))
@example(np.arange(-28, 29, dtype="float32") / 4)  # all kinks
def test_activation(name, x):
    if name == "gelu":  # further out 1 + tanh cancels, and float32 keeps no digits to compare
        x = x * x.dtype.type(0.4)
    check(name, x)


@pytest.mark.parametrize(("name", "options"), WITH_OPTIONS, ids=[n for n, _ in WITH_OPTIONS])
@few
@given(reals())
def test_activation_with_options(name, options, x):
    check(name, x, **options)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@given(reals(tables, domain=(-9, 9)), st.sampled_from([-1, 1, None, (0, 2), (1,)]))
def test_softmax(name, x, axis):
    check(name, x, axis=axis)


@given(reals(tables, grid=False), st.sampled_from([-1, 1]))
def test_sparsemax(x, axis):
    check("sparsemax", x, axis=axis)


@given(reals((3, 4), domain=(-5, 5)), st.sampled_from([-1, 1]))
def test_glu(x, axis):
    check("glu", x, axis=axis)


@st.composite
def predictions(draw, shape=(4, 3), low=-8.0):
    dtype = draw(st.sampled_from(["float32", "float64"]))
    x = draw(reals(shape, domain=(low, 8), dtype=dtype))
    t = values(draw(seeds), shape, (0, 1), dtype=dtype)
    return t, x


def distribution(x):
    x = np.abs(x) + 0.1
    return x / x.sum(-1, keepdims=True)


@given(predictions(), st.booleans())
def test_categorical_crossentropy(data, from_logits):
    t, x = data
    x = x if from_logits else distribution(x)
    check("categorical_crossentropy", distribution(t), x, from_logits=from_logits)
    check("categorical_crossentropy", distribution(t), np.abs(x) + 0.1, axis=0)


@given(predictions(), st.booleans(), seeds)
def test_sparse_categorical_crossentropy(data, from_logits, seed):
    _, x = data
    labels = np.random.default_rng(seed).integers(0, 3, 4)
    x = x if from_logits else distribution(x)
    for shape in ((4,), (4, 1)):
        t = labels.reshape(shape)
        check_op(
            lambda x: ops.sparse_categorical_crossentropy(t, x, from_logits=from_logits),  # noqa: B023
            lambda x: keras.ops.sparse_categorical_crossentropy(t, x, from_logits=from_logits),  # noqa: B023
            x,
        )


@given(predictions())
def test_binary_crossentropy(data):
    t, x = data
    check("binary_crossentropy", t, x, from_logits=True)
    check("binary_crossentropy", t, np.abs(x) / 8)


@given(predictions(), st.sampled_from([1, 20]))
def test_remembered_logits(data, scale):
    """Far in the tails only the logits behind the probabilities tell them apart."""
    t, x = data
    x = x * x.dtype.type(scale)
    for activation, loss in (
        ("sigmoid", "binary_crossentropy"),
        ("softmax", "categorical_crossentropy"),
    ):
        check_op(
            lambda x: getattr(ops, loss)(t, getattr(ops, activation)(x)),  # noqa: B023
            lambda x: getattr(keras.ops, loss)(t, getattr(keras.ops, activation)(x)),  # noqa: B023
            x,
        )


def test_logits_are_forgotten_by_arithmetic_and_announced():
    x = np.array([[50.0, -50.0]], "float32")
    t = np.array([[0.0, 1.0]], "float32")
    p = ops.softmax(x)
    assert float(ops.categorical_crossentropy(t, p)[0]) == 100
    assert float(ops.categorical_crossentropy(t, p * 1)[0]) == pytest.approx(16.118096)
    with pytest.warns(UserWarning, match="does not represent logits"):
        ops.categorical_crossentropy(t, p, from_logits=True)


@given(reals(tables), st.sampled_from([(0,), (1,), (0, 1), (-1,)]), st.booleans())
def test_moments(x, axes, keepdims):
    check("moments", x, axes=axes, keepdims=keepdims)


@given(seeds, st.sampled_from([-1, 1]), st.sampled_from(["float32", "float64"]))
def test_batch_normalization(seed, axis, dtype):
    x = values(seed, (4, 3, 3), dtype=dtype)
    m, o, s = (values(seed + i, (3,), dtype=dtype) for i in (1, 2, 3))
    v = values(seed + 4, (3,), (0.1, 2), dtype=dtype)
    both = [
        lambda x, m, v, o, s, k=k: k.batch_normalization(x, m, v, axis=axis, offset=o, scale=s)
        for k in (ops, keras.ops)
    ]
    check_op(*both, x, m, v, o, s)


@given(seeds, st.sampled_from([-1, (1, 2)]), st.sampled_from(["float32", "float64"]))
def test_normalizations(seed, axis, dtype):
    x = values(seed, (4, 3, 5), dtype=dtype)
    shape = (5,) if axis == -1 else (3, 5)
    g, b = values(seed + 1, shape, dtype=dtype), values(seed + 2, shape, dtype=dtype)
    check_op(
        lambda x, g, b: ops.layer_normalization(x, g, b, axis=axis),
        lambda x, g, b: keras.ops.layer_normalization(x, g, b, axis=axis),
        x,
        g,
        b,
    )
    check("rms_normalization", x, axis=axis)
    for order in (1, 2, 3):
        check("normalize", x + x.dtype.type(3), axis=-1, order=order)


def test_softmax_of_one_class_warns():
    with pytest.warns(UserWarning, match="size 1"):
        ops.softmax(np.ones((2, 1), "float32"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ops.softmax(np.ones((2, 2), "float32"))
