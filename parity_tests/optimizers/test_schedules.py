"""Learning rates at drawn steps, to the bit."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from minikeras import tf_function
from minikeras.optimizers import schedules as ours

theirs = keras.optimizers.schedules

rates = st.sampled_from([0.1, 0.01, 1e-3]) | st.floats(1e-4, 1)
lengths = st.sampled_from([1, 5, 7, 10, 1000]) | st.integers(1, 500)
parts = st.sampled_from([0.0, 0.1, 0.37])
DECAY = {"initial_learning_rate": rates, "decay_steps": lengths, "decay_rate": st.floats(0.1, 1.2)}
CONFIGS = {
    "ExponentialDecay": st.fixed_dictionaries(DECAY, optional={"staircase": st.booleans()}),
    "InverseTimeDecay": st.fixed_dictionaries(DECAY, optional={"staircase": st.booleans()}),
    "PolynomialDecay": st.fixed_dictionaries(
        {"initial_learning_rate": rates, "decay_steps": lengths},
        optional={
            "end_learning_rate": st.sampled_from([0.0, 1e-3]),
            "power": st.sampled_from([1.0, 2.0, 0.5]) | st.floats(0.3, 3),
            "cycle": st.booleans(),
        },
    ),
    "PiecewiseConstantDecay": st.lists(
        st.integers(0, 100) | st.floats(0, 100), min_size=1, max_size=4, unique_by=int
    ).flatmap(
        lambda bounds: st.fixed_dictionaries(
            {
                "boundaries": st.just(sorted(bounds)),
                "values": st.lists(rates, min_size=len(bounds) + 1, max_size=len(bounds) + 1),
            }
        )
    ),
    "CosineDecay": st.fixed_dictionaries(
        {"initial_learning_rate": rates, "decay_steps": lengths},
        optional={
            "alpha": parts,
            "warmup_target": st.none() | rates,
            "warmup_steps": st.integers(0, 20),
        },
    ),
    "CosineDecayRestarts": st.fixed_dictionaries(
        {"initial_learning_rate": rates, "first_decay_steps": lengths},
        optional={
            "t_mul": st.sampled_from([1.0, 2.0, 1.5, 3.0]),
            "m_mul": st.sampled_from([1.0, 0.9, 0.5]),
            "alpha": parts,
        },
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
@given(data=st.data())
def test_value_and_config(name, data):
    config = data.draw(CONFIGS[name])
    a, b = getattr(ours, name)(**config), getattr(theirs, name)(**config)
    assert ours.serialize(a) == theirs.serialize(b)
    assert list(a.get_config()) == list(b.get_config())
    assert ours.deserialize(ours.serialize(a)).get_config() == b.get_config()
    length = config.get("decay_steps") or config.get("first_decay_steps") or 10
    drawn = data.draw(st.lists(st.integers(0, 8 * length), min_size=4, max_size=8))
    for step in [0, 1, length, length + 1, 2 * length, 3 * length, *drawn]:  # runs begin there
        mine = a(step).numpy()
        yours = b(tf.constant(step, tf.int64)).numpy()
        assert mine.dtype == yours.dtype and mine == yours, f"step {step}: {mine}, not {yours}"


@pytest.mark.parametrize("name", CONFIGS)
@given(data=st.data())
@settings(max_examples=8)
def test_compiled_value(name, data):
    """As in ``fit``."""
    config = data.draw(CONFIGS[name])
    a, b = getattr(ours, name)(**config), getattr(theirs, name)(**config)
    counter = tf.Variable(0, dtype=tf.int64)
    compiled = tf.function(lambda: b(counter), autograph=False)
    length = config.get("decay_steps") or config.get("first_decay_steps") or 10
    drawn = data.draw(st.lists(st.integers(0, 4 * length), min_size=4, max_size=8))
    for step in [0, length, 3 * length, *drawn]:
        counter.assign(step)
        with tf_function.inside():
            mine = a(step).numpy()
        yours = compiled().numpy()
        assert mine == yours, f"step {step}: {mine}, not {yours}"


def test_arrays_of_steps():
    schedule = ours.CosineDecay(0.1, 10)
    steps = np.arange(12).reshape(3, 4)
    rates = schedule(steps)
    assert rates.shape == (3, 4)
    assert rates.numpy()[1, 2] == schedule(6).numpy()


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("ExponentialDecay", (0.1, 0, 0.5)),
        ("InverseTimeDecay", (0.1, -1, 0.5)),
        ("PolynomialDecay", (0.1, 0)),
        ("CosineDecay", (0.1, 0)),
        ("CosineDecayRestarts", (0.1, 0)),
        ("PiecewiseConstantDecay", ([1, 2], [0.1, 0.2])),
    ],
)
def test_errors(name, config):
    for package in (ours, theirs):
        with pytest.raises(ValueError):
            getattr(package, name)(*config)


def test_a_schedule_must_say_how():
    for package in (ours, theirs):
        with pytest.raises(NotImplementedError):
            package.LearningRateSchedule()(0)
        with pytest.raises(NotImplementedError):
            package.LearningRateSchedule().get_config()
