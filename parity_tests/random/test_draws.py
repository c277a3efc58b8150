"""The same call to both libraries gives the same bits."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras

shapes = st.lists(st.integers(0, 7), max_size=4).map(tuple)
long = st.integers(1, 40_000).map(lambda n: (n,))
floats = st.sampled_from(["float16", "float32", "float64"])
seeds = st.integers(-(2**33), 2**63 - 1)
numbers = st.floats(-1e3, 1e3, width=32) | st.integers(-9, 9)
rates = st.floats(0.01, 0.99)


def same(name, *args, seed, libraries=(minikeras, keras), **kwargs):
    ours, theirs = (
        getattr(library.random, name)(*args, seed=seed, **kwargs) for library in libraries
    )
    equal(ours, theirs)


def equal(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@given(shapes | long, numbers, numbers, floats | st.none(), seeds)
def test_uniform(shape, minval, maxval, dtype, seed):
    same("uniform", shape, minval, maxval, dtype=dtype, seed=seed)


@pytest.mark.parametrize("name", ["normal", "truncated_normal"])
@given(shapes | long, numbers, st.floats(0, 10), floats | st.none(), seeds)
def test_normal(name, shape, mean, stddev, dtype, seed):
    same(name, shape, mean, stddev, dtype=dtype, seed=seed)


@given(
    shapes,
    st.integers(-(2**31), 2**31 - 2),
    st.integers(1, 2**31),
    st.sampled_from(["int32", "int64"]),
    seeds,
)
def test_randint(shape, minval, span, dtype, seed):
    maxval = min(minval + span, 2**31 - 1)
    same("randint", shape, minval, maxval, dtype=dtype, seed=seed)


@given(shapes, st.integers(0, 50), st.integers(1, 60), seeds)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "uint16", "uint32", "int64"])
def test_randint_in_small_dtypes(dtype, shape, minval, span, seed):
    same("randint", shape, minval, minval + span, dtype=dtype, seed=seed)


@given(shapes | st.just((300,)), st.floats(0.05, 30), floats, seeds)
def test_gamma(shape, alpha, dtype, seed):
    same("gamma", shape, alpha, dtype=dtype, seed=seed)


@given(st.integers(0, 50), st.lists(st.floats(0.05, 30), min_size=1, max_size=5), seeds)
def test_gamma_with_several_parameters(rows, alpha, seed):
    same("gamma", (rows, len(alpha)), np.array(alpha, np.float32), seed=seed)


@given(shapes | st.just((300,)), st.floats(0.05, 30), st.floats(0.05, 30), floats, seeds)
def test_beta(shape, a, b, dtype, seed):
    same("beta", shape, a, b, dtype=dtype, seed=seed)


@given(
    shapes | st.just((300,)),
    st.integers(0, 100).map(float),
    st.floats(0, 1, width=32),
    floats | st.sampled_from(["int32", "int64"]),
    seeds,
)
def test_binomial(shape, counts, probability, dtype, seed):
    same("binomial", shape, counts, probability, dtype=dtype, seed=seed)


@given(st.integers(0, 5), st.integers(1, 6), st.integers(0, 40), seeds, st.data())
def test_categorical(rows, classes, samples, seed, data):
    logits = np.random.default_rng(seed % 2**32).normal(size=(rows, classes), scale=4)
    dtype = data.draw(st.sampled_from(["int32", "int64"]))
    same("categorical", logits.astype("float32"), samples, dtype=dtype, seed=seed)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=3), seeds, st.data())
def test_shuffle(shape, seed, data):
    x = np.arange(np.prod(shape)).reshape(shape)
    same("shuffle", x, axis=data.draw(st.integers(-len(shape), len(shape) - 1)), seed=seed)


@given(shapes | long, rates, floats, seeds, st.data())
def test_dropout(shape, rate, dtype, seed, data):
    x = np.random.default_rng(seed % 2**32).normal(size=shape).astype(dtype)
    noise_shape = None
    if shape and data.draw(st.booleans()):
        noise_shape = [data.draw(st.sampled_from([None, 1, n])) for n in shape]
    same("dropout", x, rate, noise_shape=noise_shape, seed=seed)


@given(shapes, st.sampled_from([0, 1, 0.3]), seeds)
def test_gradient_of_dropout(shape, rate, seed):
    import tensorflow as tf

    x, dy = np.random.default_rng(seed % 2**32).normal(size=(2, *shape)).astype("float32")
    gradients = []
    for library, gradient_tape in (minikeras, minikeras.GradientTape), (keras, tf.GradientTape):
        v = library.Variable(x)
        with gradient_tape() as tape:
            y = library.random.dropout(v * 1, rate, seed=seed)
        gradients.append(tape.gradient(y, v, output_gradients=library.ops.array(dy)))
    if rate == 1:
        assert gradients == [None, None]
    else:
        equal(*gradients)


@given(st.integers(1, 9), seeds)
def test_gradients_of_shuffle_and_normal(n, seed):
    import tensorflow as tf

    gradients = []
    for library, gradient_tape in (minikeras, minikeras.GradientTape), (keras, tf.GradientTape):
        v = library.Variable(np.arange(1, n + 1, dtype="float32"))
        with gradient_tape() as tape:
            z = library.random.normal((n,), v, v, seed=seed)
            y = library.ops.sum(library.random.shuffle(v * v, seed=seed) * z)
        gradients.append(tape.gradient(y, v))
    np.testing.assert_allclose(*map(np.asarray, gradients), rtol=1e-5, atol=1e-5)


@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(["uniform", "normal", "dropout"])))
def test_without_a_seed(seed, names):
    drawn = []
    for library in minikeras, keras:
        library.utils.set_random_seed(seed)
        for name in names:
            more = (np.ones(5, np.float32), 0.5) if name == "dropout" else ((5,),)
            drawn.append(np.asarray(getattr(library.random, name)(*more)))
    for ours, theirs in zip(drawn[: len(names)], drawn[len(names) :]):
        equal(ours, theirs)


def test_symbols_draw_nothing():
    generator = minikeras.random.SeedGenerator(3)
    x = minikeras.KerasTensor((None, 4))
    for y, shape, dtype in [
        (minikeras.random.dropout(x, 0.5, seed=generator), (None, 4), "float32"),
        (minikeras.random.shuffle(x, seed=generator), (None, 4), "float32"),
        (minikeras.random.categorical(x, 7, seed=generator), (None, 7), "int32"),
        (minikeras.random.normal((None, 2), seed=generator), (None, 2), "float32"),
        (
            minikeras.random.uniform((2, None), dtype="float64", seed=generator),
            (2, None),
            "float64",
        ),
        (minikeras.random.randint((None,), 0, 3, seed=generator), (None,), "int32"),
    ]:
        assert (y.shape, y.dtype) == (shape, dtype)
    assert np.asarray(generator.state).tolist() == [3, 0]


@pytest.mark.parametrize(
    "name, args",
    [
        ("uniform", ((2,), 0, 1, "int32")),
        ("normal", ((2,), 0.0, 1.0, "int32")),
        ("truncated_normal", ((2,), 0.0, 1.0, "int32")),
        ("randint", ((2,), 0, 5, "float32")),
        ("randint", ((2,), 5, 5)),
        ("gamma", ((2, 3), np.ones(2, np.float32))),
        ("categorical", (np.ones(3, np.float32), 2)),
        ("dropout", (np.ones(3, np.float32), 1.5)),
        ("dropout", (np.ones(3, np.float32), -0.5)),
        ("dropout", (np.ones(3, np.int32), 0.5)),
        ("uniform", ((2,), 0, 1, None, "a")),
        ("uniform", ((2,), 0, 1, None, 1.5)),
        ("uniform", ((2,), 0, 1, None, True)),
    ],
)
def test_misuse(name, args):
    with pytest.raises(Exception) as theirs:
        getattr(keras.random, name)(*args)
    # TensorFlow's own errors have no counterpart: the nearest is ValueError
    expected = ValueError if "tensorflow" in type(theirs.value).__module__ else theirs.type
    with pytest.raises(expected):
        getattr(minikeras.random, name)(*args)
