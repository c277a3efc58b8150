"""The seed decides everything random: initial weights, dropout masks, the order of batches."""

import contextlib
import io
import warnings

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras
from parity_tests.architectures import architectures
from parity_tests.checks.compare import assert_close
from parity_tests.drawing import seeds
from parity_tests.trainings.arguments import ACTIVATIONS, public

LIBRARIES = (minikeras, keras)
frugal = settings(max_examples=max(8, settings.default.max_examples // 3))


def from_seed(architecture, seed, **options):
    """The architecture built in both libraries after setting the seed."""
    models = []
    for library in LIBRARIES:
        library.utils.clear_session(free_memory=False)  # names are counted from the start
        library.utils.set_random_seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a mask that a layer destroys
            models.append(architecture.build(library, **options))
    return models


@given(architectures(), seeds, st.booleans())
def test_initial_weights(architecture, seed, sequential):
    """Bit for bit, whatever the distribution."""
    ours, theirs = from_seed(architecture, seed, sequential=sequential)
    assert [v.path for v in ours.variables] == [v.path for v in theirs.variables]
    for a, b in zip(ours.variables, theirs.variables):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), b.path)
        assert a.numpy().dtype == b.numpy().dtype or "seed" in b.path
        assert a.trainable == b.trainable


@given(architectures(), seeds)
def test_initial_weights_in_float64(architecture, seed):
    for library in LIBRARIES:
        library.config.set_floatx("float64")
    try:
        ours, theirs = from_seed(architecture, seed)
    finally:
        for library in LIBRARIES:
            library.config.set_floatx("float32")
            library.utils.clear_session(free_memory=False)  # Keras has made it the dtype policy
    for a, b in zip(ours.weights, theirs.weights):
        assert_close(a.numpy(), b.numpy(), b.path, ulp=3)


NOISE = ("Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout")


@st.composite
def noisy(draw):
    """Layers of noise, some of them twice in the model, with seeds of their own or without."""
    names = st.sampled_from(NOISE)
    rates = st.floats(0, 0.875, width=16)
    own_seeds = st.one_of(st.none(), st.integers(0, 2**31 - 1))
    return draw(st.lists(st.tuples(names, rates, own_seeds), min_size=1, max_size=4))


@given(noisy(), seeds, st.integers(1, 4))
def test_masks(layers, seed, calls):
    """Every call of a layer draws new numbers, and later models continue the stream."""
    x = np.ones((2, 3, 3, 2), "float32")
    outputs = []
    for library in LIBRARIES:
        library.utils.set_random_seed(seed)
        found = outputs.append([]) or outputs[-1]
        for _ in range(2):
            made = [getattr(library.layers, n)(rate, seed=s) for n, rate, s in layers]
            model = library.Sequential(made)
            found += [np.asarray(model(x, training=True)) for _ in range(calls)]
            found += [np.asarray(made[0](x, training=True)), np.asarray(model(x))]
        found += [np.asarray(library.random.uniform((3,)))]  # the stream without a seed
    for a, b in zip(*outputs):
        exact = not any(name == "GaussianDropout" for name, _, _ in layers)
        assert_close(a, b, "output", **({"ulp": 0} if exact else {}))
        np.testing.assert_array_equal(a == 0, b == 0)


@given(architectures(), seeds)
def test_masks_inside_networks(architecture, seed):
    """Seed generators advance alike with and without training; outputs agree up to rounding."""
    ours, theirs = from_seed(architecture, seed)
    x = architecture.batch(3)
    for training in (True, False, True):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", UserWarning)
            a, b = ours(x, training=training), theirs(x, training=training)
        for v, w in zip(ours.variables, theirs.variables, strict=True):
            if "seed" in w.path:
                np.testing.assert_array_equal(v.numpy(), w.numpy(), w.path)
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5 * max(1, np.abs(b).max()))


PARTS = {
    "activation": lambda k: {name: name for name in ACTIVATIONS},
    "kernel_constraint": lambda k: made(k.constraints, public("constraints")),
    "kernel_initializer": lambda k: made(k.initializers, public("initializers")),
}


def made(module, names):
    return {name.lower(): getattr(module, name)() for name in names}


@pytest.mark.parametrize("samples", [40, 42])
@pytest.mark.parametrize("argument", PARTS)
def test_every_part_of_a_dense_layer(argument, samples):
    """Bit for bit.  Each part has a branch of its own; 42 are no whole number of batches of 8."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(samples, 6)).astype("float32")
    runs = []
    for library in LIBRARIES:
        library.utils.clear_session(free_memory=False)
        library.utils.set_random_seed(1)
        dense, inputs = library.layers.Dense, library.Input((6,))
        branches = [
            dense(2)(dense(4, name=name, **{argument: part})(inputs))
            for name, part in PARTS[argument](library).items()
        ]
        model = library.Model(inputs, library.layers.Concatenate()(branches))
        model.compile(library.optimizers.SGD(0.05), "mse")
        y = np.tile(x[:, :2], len(branches))
        history = model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
        runs.append((history, model.weights, model.predict(x, batch_size=8, verbose=0)))
    (history, weights, predictions), (expected_history, expected_weights, expected) = runs
    for a, b in zip(weights, expected_weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), b.path)
    np.testing.assert_array_equal(predictions, expected)
    assert history == expected_history


# The order of the batches, as the training step sees it


def recorder(library):
    """A model that trains nothing and records the samples of each batch."""

    class Recorder(library.Model):
        def __init__(self):
            super().__init__()
            self.scale = library.layers.Dense(1)
            self.seen = []

        def call(self, x):
            return self.scale(x)

        def train_step(self, data):
            x, y, *_ = data
            self.seen.append((np.asarray(x)[:, 0].tolist(), np.asarray(y)[:, 0].tolist()))
            return {"loss": 0.0}

    return Recorder()


@frugal
@given(
    st.integers(1, 23),
    st.integers(1, 9),
    st.sampled_from([True, False, "batch"]),
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
    seeds,
)
def test_order_of_batches(n, batch_size, shuffle, fits, seed):
    """The order depends on the epoch of this ``fit`` only, not on other models' calls of fit."""
    x = np.arange(n, dtype="float32")[:, None]
    orders = []
    for library in LIBRARIES:
        library.utils.set_random_seed(seed)
        model = recorder(library)
        model.compile("sgd", "mse", run_eagerly=True)
        for epochs in fits:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # Keras: the model is not built
                model.fit(x, -x, epochs=epochs, batch_size=batch_size, shuffle=shuffle, verbose=0)
        orders.append(list(model.seen))
    assert orders[0] == orders[1]
    seen = [i for batch, _ in orders[0] for i in batch]
    assert sorted(seen) == sorted(np.tile(x[:, 0], sum(fits)))


@pytest.mark.parametrize("shuffle", [True, "batch"])
@pytest.mark.parametrize("n", [1000, 4097])
def test_order_of_many(n, shuffle):
    """More than a thousand samples: TensorFlow shuffles indices, not a buffer of samples."""
    test = test_order_of_batches.hypothesis.inner_test
    test(n, 256, shuffle, [1, 1], 7)
