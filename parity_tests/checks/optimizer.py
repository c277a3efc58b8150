"""Take the same steps with both libraries' optimizers and compare all their variables."""

import contextlib
import warnings

import keras
import numpy as np
import tensorflow as tf

import minikeras.optimizers
from minikeras import config as settings
from minikeras.autograd import IndexedSlices, Variable
from parity_tests.checks.compare import assert_close
from parity_tests.conformance import EQUAL, note, tolerance


def assert_same(ours, theirs, what, ulp=0):
    """Equal shapes and dtypes; values within ``ulp`` units in the last place."""
    assert_close(ours, theirs, what, ulp=ulp, scale=0)


def check_optimizer(
    name, config, trajectory, *, ulp=0, compiled=False, prepare=None, kernels="reference"
):
    """Compare every variable and slot after every step, names, order and configs.

    ``prepare(optimizer, variables, framework)`` runs before the optimizers are built; with
    ``compiled`` Keras's step is a ``tf.function``.
    """
    weights, steps = trajectory
    ours = getattr(minikeras.optimizers, name)(**config)
    theirs = getattr(keras.optimizers, name)(**_for_keras(config))
    named = {"name": None, "learning_rate": None}
    assert ours.get_config() | named == theirs.get_config() | named, "config"
    assert list(ours.get_config()) == list(theirs.get_config()), "order of the config"
    mine = [Variable(w, name=f"w{i}") for i, w in enumerate(weights)]
    yours = [keras.Variable(w, name=f"w{i}") for i, w in enumerate(weights)]
    if prepare is not None:
        prepare(ours, mine, minikeras)
        prepare(theirs, yours, keras)
    ours.build(mine)
    theirs.build(yours)  # where a tf.function may create no variables

    def step(gradients):
        theirs.apply(gradients, yours)

    step = tf.function(step, autograph=False) if compiled else step
    for count, gradients in enumerate(steps, 1):
        copies = [None if g is None else np.array(g) for g in gradients]
        with _only_missing_gradients_warn(), settings.use_kernels(kernels):
            ours.apply(gradients, mine)
            step([None if g is None else _for_tensorflow(g) for g in gradients])
        for g, copy in zip(gradients, copies):
            same = g is None or np.array_equal(np.asarray(g), np.asarray(copy), equal_nan=True)
            assert same, "a gradient was changed"
        _compare(ours, theirs, mine, yours, f"step {count}", ulp)
    ours.finalize_variable_values(mine)
    theirs.finalize_variable_values(yours)
    _compare(ours, theirs, mine, yours, "end", ulp)
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config(), "config after a round trip"
    note(f"optimizers.{name}", "values", tolerance(ulp, 0))
    note(f"optimizers.{name}", "config", EQUAL)
    return ours


def _compare(ours, theirs, mine, yours, when, ulp):
    names = [v.path.partition("/")[2] for v in ours.variables]
    assert names == [v.path.partition("/")[2] for v in theirs.variables], "names of the state"
    for a, b in zip(mine + ours.variables, yours + theirs.variables, strict=True):
        assert_same(a.numpy(), b.numpy(), f"{b.path} after {when}", ulp)
    assert int(np.asarray(ours.iterations)) == int(np.asarray(theirs.iterations)), "iterations"


def _for_tensorflow(g):
    if isinstance(g, IndexedSlices):
        return tf.IndexedSlices(g.values.numpy(), g.indices.numpy(), tf.constant(g.shape))
    return tf.constant(g)


def _for_keras(config):
    """Replaces a schedule of minikeras by Keras's schedule with the same config."""
    rate = config.get("learning_rate")
    if isinstance(rate, minikeras.optimizers.schedules.LearningRateSchedule):
        return config | {
            "learning_rate": keras.optimizers.schedules.deserialize(
                minikeras.optimizers.schedules.serialize(rate)
            )
        }
    return config


@contextlib.contextmanager
def _only_missing_gradients_warn():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Gradients do not exist", UserWarning)
        yield
