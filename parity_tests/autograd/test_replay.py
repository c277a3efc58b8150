"""A replayed function gives the bits of the function, and nothing is replayed that could not."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras as keras
from minikeras import ops, tf_function
from minikeras.autograd import (
    AutocastScope,
    GradientTape,
    Primitive,
    Replay,
    Tensor,
    Variable,
    registry,
)
from parity_tests.architectures import architectures
from parity_tests.drawing import seeds


def tensor(*values):
    return Tensor(np.array(values, np.float32))


def assert_same_bits(found, expected):
    for a, b in zip(keras.tree.flatten(found), keras.tree.flatten(expected), strict=True):
        assert (a is None) == (b is None)
        assert a is None or np.array_equal(a.numpy(), b.numpy(), equal_nan=True)


def watched(function, *batches):
    """The replay after these calls, whose results must be the function's own."""
    replay = Replay(function)
    for inputs in batches:
        assert_same_bits(replay(*inputs), function(*inputs))
    return replay


BATCHES = [(tensor(i + 1, -i), tensor(i, 3 * i)) for i in range(4)]


@pytest.mark.filterwarnings("ignore:Layer '.*' .of type .* was passed an input with a mask")
@given(architectures(), seeds)
def test_steps_of_drawn_networks(architecture, seed):
    """Predictions, loss, gradients, moving statistics and seeds of four steps, bit for bit."""
    models = []
    for _ in range(2):
        keras.utils.set_random_seed(seed)
        models.append(architecture.build(keras))
        models[-1].compile("sgd", "mse")
    replay, direct = Replay(models[0]._loss_and_gradients), models[1]._loss_and_gradients
    for step in range(4):
        x = Tensor(architecture.batch(3, seed=step))
        y = Tensor(np.full(models[0](x).shape, step, np.float32))
        assert_same_bits(replay(x, y, None), direct(x, y, None))
        for a, b in zip(models[0].variables, models[1].variables):
            np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
    assert replay.refused is None


def test_source():
    w = Variable(np.ones(2, np.float32))
    replay = watched(lambda x, y: {"sum": ops.sum(x * w) + y, "rest": [None, y]}, *BATCHES[:3])
    assert replay.refused is None
    assert "_sum(t" in replay.source
    assert "del t" in replay.source


def test_gradients_and_assignments():
    w, count = Variable(np.ones(2, np.float32)), Variable(0.0, trainable=False)

    def function(x, y):
        with GradientTape() as tape:
            loss = ops.sum(ops.square(w * x - y) * w)
        count.assign_add(1.0)
        return loss, tape.gradient(loss, [w]), count.value * 1.0

    replay = Replay(function)
    for i, (x, y) in enumerate(BATCHES):
        _, (g,), counted = replay(x, y)
        assert float(counted) == i + 1
        expected = 3 * w.numpy() ** 2 * x.numpy() ** 2 - 4 * w.numpy() * x.numpy() * y.numpy()
        np.testing.assert_allclose(g.numpy(), expected + y.numpy() ** 2, rtol=1e-6)
        w.assign(w.numpy() + 1)  # the next call reads the new value
    assert replay.refused is None
    assert "_value = " in replay.source


def test_rules_without_a_name():
    op = Primitive(lambda x: 2 * x, broadcasts=True)
    op.vjp(lambda dy, y, x: 2 * dy)
    del registry[op.__name__]

    def function(x, y):
        with GradientTape() as tape:
            tape.watch(x)
            loss = ops.sum(op(x) * y)
        return tape.gradient(loss, x)

    assert watched(function, *BATCHES).refused is None


def test_one_array_given_twice_is_another_signature():
    replay = watched(lambda x, y: x * 2 + y, *[(x, x) for x, _ in BATCHES], *BATCHES)
    assert replay.refused is None


def test_random_draws_go_on():
    generator = keras.random.SeedGenerator(3)
    replay = Replay(lambda x: keras.random.dropout(x, 0.5, seed=generator) + generator.state[1])
    drawn = [replay(Tensor(np.ones(64, np.float32))).numpy() for _ in range(5)]
    assert replay.refused is None
    generator = keras.random.SeedGenerator(3)
    for count, found in enumerate(drawn):
        expected = keras.random.dropout(np.ones(64, np.float32), 0.5, seed=generator).numpy()
        np.testing.assert_array_equal(found, expected + count + 1)


class Counted:
    calls = 0


def impure(x, y):
    Counted.calls += 1
    return x * float(Counted.calls)


def from_numpy(x, y):
    return x * Tensor(np.tanh(x._value))


outside = Variable(np.zeros(2, np.float32))


@keras.ops.custom_gradient
def halved(x):
    return x / 2, lambda dy: dy / 4


def differentiated(x, y):
    with GradientTape() as tape:
        tape.watch(x)
        z = halved(x)
    return tape.gradient(z, x)


REFUSED = {
    "a test": lambda x, y: x if ops.sum(x) > 0 else -x,
    "a number": lambda x, y: x * float(ops.sum(y)),
    "an array": lambda x, y: x * np.asarray(y),
    "text": lambda x, y: (f"{x}", x)[1],
    "a copy": lambda x, y: ops.add(x.numpy(), y),
    "a list": lambda x, y: x + y.tolist(),
    "a number that Python counts": impure,
    "a tensor made elsewhere": from_numpy,
    "an assignment from elsewhere": lambda x, y: (outside.assign(np.tanh(x._value)), x + y)[1],
    "a variable that is looked at": lambda x, y: x * (outside.numpy() + 1),
    "shapes of values": lambda x, y: ops.nonzero(x),
    "a derivative of its own": differentiated,
    "a result of another type": lambda x, y: (x, 3),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    function = REFUSED[name]
    replay = Replay(function)
    for x, y in BATCHES:
        found = keras.tree.flatten(replay(x, y))
        if function is impure:
            np.testing.assert_array_equal(found[0].numpy(), x.numpy() * Counted.calls)
        else:
            for a, b in zip(found, keras.tree.flatten(function(x, y))):
                np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    assert replay.refused
    assert set(replay._known.values()) <= {None}


def test_under_a_tape_it_is_recorded():
    w = Variable(np.ones(2, np.float32))
    replay = watched(lambda x, y: w * x, *BATCHES)
    with GradientTape() as tape:
        z = replay(*BATCHES[0])
    np.testing.assert_array_equal(tape.gradient(z, w).numpy(), BATCHES[0][0].numpy())


def test_settings_are_part_of_the_signature():
    replay = watched(lambda x, y: ops.exp(x), *BATCHES)
    with keras.config.use_kernels("reference"):
        np.testing.assert_array_equal(replay(*BATCHES[1]).numpy(), np.exp(BATCHES[1][0].numpy()))


def test_an_error_leaves_no_trace():
    def function(x, y):
        return ops.reshape(x, (3, -1)) if fails else x + y

    replay, fails = Replay(function), True
    with pytest.raises(ValueError):
        replay(*BATCHES[0])
    fails = False
    assert (replay(*BATCHES[1]).numpy() == watched(function, *BATCHES)(*BATCHES[1]).numpy()).all()


def test_a_failing_replayed_step_leaves_no_trace():
    """The label is found wrong after Dropout has drawn and BatchNormalization has averaged."""
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dropout(0.5), keras.layers.BatchNormalization(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    x = np.random.default_rng(0).random((8, 4), np.float32)
    for _ in range(4):
        model.train_on_batch(x, np.zeros(8, int))
    assert model._replays["_loss_and_gradients"].refused is None
    before = [v.numpy() for v in [*model.variables, *model.optimizer.variables]]
    with pytest.raises(ValueError, match="3"):
        model.train_on_batch(x, np.full(8, 3))
    for a, b in zip(before, [*model.variables, *model.optimizer.variables], strict=True):
        np.testing.assert_array_equal(a, b.numpy())


@pytest.mark.parametrize("change", ["add", "pop"])
def test_a_changed_stack_is_watched_anew(change):
    layers = [keras.layers.Dense(3), keras.layers.Dense(2)]
    model, x = keras.Sequential([keras.Input((4,)), *layers]), np.ones((2, 4), np.float32)
    for _ in range(3):
        model.predict(x, verbose=0)
    model.pop() if change == "pop" else model.add(keras.layers.Dense(5))
    np.testing.assert_array_equal(model.predict(x, verbose=0), model(x).numpy())


def test_a_copy_has_its_own_weights():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    x, y = np.ones((2, 4), np.float32), np.ones((2, 2), np.float32)
    for _ in range(3):
        model.train_on_batch(x, y)
        before = model.predict(x, verbose=0)
    copied = copy.deepcopy(model)
    for weight in copied.weights:
        weight.assign(weight.numpy() * 0)
    assert (copied.predict(x, verbose=0) == 0).all()
    copied.train_on_batch(x, y)
    np.testing.assert_array_equal(model.predict(x, verbose=0), before)


@given(st.integers(1, 5))
def test_train_on_batch_in_the_steps_of_keras(steps):
    """Python side effects of ``call`` happen in the first calls only, as in Keras."""

    class Loud(keras.layers.Layer):
        heard = 0

        def call(self, x):
            Loud.heard += 1
            return x * 2

    model = keras.Sequential([keras.Input((2,)), Loud(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = Loud.heard
    for _ in range(steps):
        model.train_on_batch(np.ones((3, 2)), np.ones((3, 1)))
    assert Loud.heard - before == min(steps, 2)


def test_within_a_scope_of_another_dtype_the_function_itself_runs():
    w = Variable(np.ones(2, "float32"))

    def squares(x):
        return w * w, x * x

    replay = watched(squares, *[(tensor(i, 2),) for i in range(3)])
    assert replay.refused is None
    with AutocastScope("float16"):
        dtypes = [y.dtype for y in replay(tensor(1, 2))]
    assert dtypes == ["float16", "float32"]


def test_a_function_of_tensorflow_has_programs_of_its_own():
    """x / 3 is x · (1 / 3) in a function: a program is replayed where it was recorded only."""
    replayed = Replay(lambda x: tf_function.over(x, 3.0))
    x = Tensor(np.arange(9, dtype="float32"))
    for inside in (False, False, True, True, False, True):
        with tf_function.inside(inside):
            expected = tf_function.over(x._value, 3.0)
            np.testing.assert_array_equal(replayed(x).numpy(), expected)
    with tf_function.inside():
        assert (replayed(x).numpy() != x._value / np.float32(3)).any()


CHANNELS = [Tensor(np.float32(np.linspace(-1, 1, 24)) * sign) for sign in (1, -3)]
PICTURES = [
    Tensor(np.float32(np.sin(np.arange(i, i + 24 * 900).reshape(2, 450, 24)))) for i in (0, 9, 5)
]


def scaled(x):
    return x * CHANNELS[0] + CHANNELS[1]


@pytest.mark.parametrize(
    ("function", "fused"),
    [
        (scaled, "scale_and_shift(x0"),
        (lambda x: ops.relu(scaled(x)), "scale_and_shift_relu(x0"),
        (lambda x: ops.relu6(scaled(x)), "scale_and_shift_relu6(x0"),
        (lambda x: ops.relu(scaled(x) + x), "relu_of_sum(t"),
        (lambda x: ops.relu(scaled(scaled(x))), "scale_and_shift_relu(t"),
        (lambda x: ops.relu6(ops.cast(scaled(x), "float16")), "scale_and_shift(x0"),
        (lambda x: ops.relu6(scaled(ops.cast(x, "float16"))), "scale_and_shift_relu6(t"),
        (lambda x: ops.relu6(scaled(x[:, :9])), "relu6(t"),  # small
        (lambda x: ops.relu(x * ops.sum(x, 1, keepdims=True) + CHANNELS[1]), "relu(t"),
        (lambda x: ops.relu(CHANNELS[1] - x * CHANNELS[0]), "relu(t"),  # a difference
    ],
)
def test_chains_are_fused(function, fused):
    """With the bits of the operations, and where shapes and dtypes allow it."""
    replay = watched(function, *[(x,) for x in PICTURES])
    assert replay.refused is None
    assert f" = {fused}" in replay.source
    assert "_add" not in replay.source or "scale" not in fused


def test_results_that_are_needed_remain():
    def function(x):
        product = x * CHANNELS[0]
        shifted = product + CHANNELS[1]
        return ops.relu(shifted), product

    replay = watched(function, *[(x,) for x in PICTURES])
    assert replay.refused is None
    assert "scale_and_shift" not in replay.source
    assert "relu_of_sum" not in replay.source
    replay = watched(lambda x: (ops.relu(y := scaled(x)), y), *[(x,) for x in PICTURES])
    assert " = scale_and_shift(x0" in replay.source
    assert " = relu(t" in replay.source


def test_gradients_through_chains():
    def function(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = ops.relu6(scaled(ops.relu(scaled(x))))
        return tape.gradient(y, x)

    assert watched(function, *[(x,) for x in PICTURES]).refused is None


def test_reference_kernels_are_not_fused():
    keras.config.set_kernels("reference")
    try:
        replay = watched(lambda x: ops.relu(scaled(x)), *[(x,) for x in PICTURES])
    finally:
        keras.config.set_kernels("fast")
    assert "scale_and_shift" not in replay.source
