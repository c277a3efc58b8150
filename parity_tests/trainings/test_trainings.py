"""Whole trainings, drawn over everything public, have the same bits as in Keras."""

from __future__ import annotations

import inspect

import keras
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

import minikeras
from parity_tests.trainings import known
from parity_tests.trainings.arguments import COMPILE, FIT, Make, undrawable
from parity_tests.trainings.drawing import Task, Training, trainings
from parity_tests.trainings.running import differences, run
from parity_tests.trainings.suspects import suspects

# make test draws 40, make test-deep 2,000.
drawn = settings(
    max_examples=max(40, settings.default.max_examples),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shrinking step takes two seconds
    suppress_health_check=[*HealthCheck],
)


def differ(training: Training) -> dict[str, float]:
    """What differs by more than is known; nothing if Keras refuses the training."""
    try:
        theirs = run(keras, training)
    except Exception as error:  # TensorFlow lacks a kernel, or Keras refuses the arguments
        assume(error is None)
    found = differences(run(minikeras, training), theirs)
    return {name: far for name, far in found.items() if far > known.tolerance(training, name)}


@drawn
@given(trainings())
def test_same_bits(training):
    found = differ(training)
    if found:
        guilty = "\n    ".join(suspects(training, differ))
        listed = "\n    ".join(f"{name}: {far:.1e}" for name, far in found.items())
        pytest.fail(f"{training}\n\nUnequal alone:\n    {guilty}\nUnequal:\n    {listed}")


def test_every_public_class_can_be_drawn():
    assert undrawable() == []
    for method, rules in ((minikeras.Model.fit, FIT), (minikeras.Model.compile, COMPILE)):
        assert {*inspect.signature(method).parameters} - {"self"} == {*rules}


def test_suspects_names_the_part():
    guilty = Make("layers", "LayerNormalization", {"epsilon": 0.5})
    training = Training(
        seed=0,
        floatx="float32",
        shape=(4,),
        tokens=False,
        blocks=(Make("layers", "ReLU", {}), guilty),
        task=Task("numbers", None),
        units=1,
        loss=Make("losses", "MeanSquaredError", {}),
        metrics=(),
        optimizer=Make("optimizers", "Adam", {}),
        samples=20,
        batch_size=8,
    )
    assert suspects(training, lambda alone: guilty in alone.blocks) == [f"layer {guilty}"]
    assert len(suspects(training, lambda alone: False)) == 1
