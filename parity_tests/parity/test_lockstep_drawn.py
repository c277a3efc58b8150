"""Drawn trainings of healthy models: lockstep raises no false alarm.

The reference kernels run: they round differently from TensorFlow, so that almost every number of
every step is off by rounding, and the bounds are put to the test.
"""

from __future__ import annotations

import os
from typing import Any

import keras
import numpy as np
import pytest

from minikeras import config
from minikeras.parity import compare
from minikeras.parity.lockstep import Comparison
from parity_tests.trainings.drawing import Training, drawn
from parity_tests.trainings.running import fresh

IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
MODELS = 200 if IS_DEEP else 3
DRAWS = 300 if IS_DEEP else 12  # of which Keras refuses some


def refused(training: Training) -> bool:
    """Whether Keras cannot train the model, even eagerly."""
    try:
        with fresh(keras, training):
            model = training.compiled(keras)
            x, y = training.data()
            model.run_eagerly = True
            model.fit(
                x[:4], y[:4] if training.outputs == 1 else [part[:4] for part in y], verbose=0
            )
    except Exception:  # TensorFlow lacks a kernel, or Keras refuses the arguments
        return True
    return False


def lockstep(training: Training, **how: Any) -> Comparison:
    with fresh(keras, training):
        model = training.compiled(keras)
        x, y = training.data()
        return compare(model, x, y, batch_size=training.batch_size, **how)


@pytest.mark.filterwarnings("ignore")
def test_no_false_alarm() -> None:
    trainings = sorted(drawn(DRAWS, 5), key=lambda training: training.floatx)  # float32 first
    alarms, rounded, tried = {}, 0, 0
    with config.use_kernels("reference"), np.errstate(all="ignore"):
        for training in trainings:
            if tried == MODELS:
                break
            if refused(training):
                continue
            tried += 1
            found = lockstep(training, steps=2)
            rounded += not all(step.equal for step in found.steps)
            if not found.same:
                alarms[str(training)] = found.verdict.reason
    assert not alarms
    assert tried == MODELS
    assert rounded > tried / 2, "the bounds were hardly needed"
