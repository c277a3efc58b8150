"""A trace is the path of Keras's optimizer, and leaves the optimizer as it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import minikeras
from parity_tests.optimizers.test_explain import RULES, snapshot

START, STEPS = (-2.0, 1.5), 4


def ravine(x, y):
    return 0.1 * x**2 + 2.0 * y**2


@pytest.mark.parametrize("name", RULES)
def test_the_path_is_that_of_keras(name):
    options = {"learning_rate": 0.25, "clipnorm": 3.0}
    trace = getattr(minikeras.optimizers, name)(**options).trace(ravine, START, STEPS)
    theirs, w = getattr(keras.optimizers, name)(**options), keras.Variable(np.float32(START))
    for k in range(STEPS):
        with tf.GradientTape() as tape:
            height = ravine(w.value[0], w.value[1])
        gradient = tape.gradient(height, w.value)
        gradient = tf.convert_to_tensor(gradient)
        np.testing.assert_array_equal(trace.w[k], w.numpy())
        np.testing.assert_array_equal(trace.grad[k], gradient.numpy())
        assert trace.loss[k] == height.numpy()
        theirs.apply([gradient], [w])
    np.testing.assert_array_equal(trace.w[STEPS], w.numpy())


def test_it_holds_what_explain_tells():
    trace = minikeras.optimizers.SGD(0.1, momentum=0.9).trace(ravine, START, STEPS)
    assert len(trace) == len([*trace]) == STEPS
    assert trace.names == ["g", "t", "lr", "v", "w"]
    assert trace["v"].shape == trace.grad.shape == (STEPS, 2) and trace["t"].tolist() == [
        1,
        2,
        3,
        4,
    ]
    np.testing.assert_array_equal(trace["w"], trace.w[1:])
    np.testing.assert_array_equal(np.diff(trace.w, axis=0).round(6), trace["v"].round(6))
    with pytest.raises(KeyError, match="'m' is not among the noted values"):
        trace["m"]


def test_the_optimizer_does_not_change_and_the_path_starts_afresh():
    schedule = minikeras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
    w = minikeras.Variable([1.0, 2.0], name="w")
    for optimizer in minikeras.optimizers.Adam(schedule), minikeras.optimizers.Adam(0.25):
        first = optimizer.trace(ravine, START, STEPS)
        optimizer.apply([np.float32([1, 1])], [w])
        before, arrays = snapshot(optimizer, [w])
        again = optimizer.trace(ravine, START, STEPS)
        after, arrays_after = snapshot(optimizer, [w])
        assert all(after[k] is before[k] or after[k] == before[k] for k in before)
        for a, b in zip(arrays, arrays_after, strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(first.w, again.w)
    assert first.label == "Adam(0.25)"
    labels = minikeras.optimizers.SGD(0.1, momentum=0.9).trace(ravine, START, 1).label
    assert labels == "SGD(0.1, momentum=0.9)"


class Halving(minikeras.optimizers.Optimizer):
    """A rule as programs for Keras write it."""

    learning_rate: float = 1.0

    def update_step(self, gradient, variable, learning_rate):
        variable.assign(variable / 2)


def test_any_rule_and_any_number_of_arguments():
    assert Halving().trace(lambda x: x, 8.0, 3).w.ravel().tolist() == [8, 4, 2, 1]
    trace = minikeras.optimizers.SGD(0.5).trace(lambda x, y, z: x * y * z, (1, 2, 3), 1)
    assert trace.grad.tolist() == [[6, 3, 2]] and trace.w[1].tolist() == [-2, 0.5, 2]
    assert minikeras.optimizers.SGD().trace(ravine, START, 0).w.shape == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((ravine, [[1.0, 2.0]], 3), "start must hold one number for each argument of f"),
        ((ravine, START, -1), "steps must be an integer from 0 on, received -1"),
        ((ravine, START, 2.5), "steps must be an integer from 0 on, received 2.5"),
        ((lambda x, y: minikeras.ops.stack([x, y]), START, 1), "f must return one number"),
    ],
)
def test_refusals(arguments, error):
    with pytest.raises(ValueError, match=error):
        minikeras.optimizers.SGD().trace(*arguments)


def test_it_prints_and_shows():
    trace = minikeras.optimizers.SGD(0.1).trace(ravine, START, 30)
    assert repr(trace).startswith("<Trace of SGD(0.1): 30 steps from [-2.   1.5] to [")
    lines = str(trace).splitlines()
    assert lines[0].split() == ["step", "w[0]", "w[1]", "loss", "gradient[0]", "gradient[1]"]
    assert lines[1].split() == ["0", "-2", "1.5", "4.9", "-0.4", "6"]
    assert len(lines) == 22 and lines[-1].split()[0] == "30"
    assert trace._repr_html_().count("<tr>") == 22
