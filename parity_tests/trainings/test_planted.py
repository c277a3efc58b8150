"""Tests of the drawn trainings: each mistake planted here makes some of them differ from Keras."""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

import keras
import pytest

import minikeras
from parity_tests.house.test_planted_mistakes import Plant, planted
from parity_tests.trainings import known
from parity_tests.trainings.drawing import Training, drawn
from parity_tests.trainings.running import Outcome, differences, run

TRIES = 12  # trainings with the part that is wrong; a mistake must show in one of them


class Mistake(NamedTuple):
    """``right`` in the function at ``where`` becomes ``wrong``; ``about`` is in such trainings."""

    where: str
    right: str
    wrong: str
    about: str


MISTAKES = {
    "Adam's epsilon within the root": Mistake(
        "optimizers.adam:Adam.step",
        "(np.sqrt(v) + self.epsilon)",
        "np.sqrt(v + self.epsilon)",
        r"optimizer=AdamW?\(",
    ),
}


@functools.cache
def pool() -> list[Training]:
    return [t for t in drawn(400, 9, similar=1) if t.floatx == "float32"]


@functools.cache
def keras_outcome(index: int) -> Outcome | None:
    """What Keras makes of a training of the pool; None if it refuses it or already differs."""
    training = pool()[index]
    try:
        theirs = run(keras, training)
    except Exception:  # TensorFlow lacks a kernel, or Keras refuses the arguments
        return None
    return None if differ(training, theirs) else theirs


def differ(training: Training, theirs: Outcome) -> list[str]:
    found = differences(run(minikeras, training), theirs)
    return [name for name, far in found.items() if far > known.tolerance(training, name)]


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_caught(name: str) -> None:
    mistake = MISTAKES[name]
    about = [i for i, t in enumerate(pool()) if re.search(mistake.about, repr(t))]
    for index in about[:TRIES]:
        theirs = keras_outcome(index)
        if theirs is None:
            continue
        with planted(Plant(mistake.where, mistake.right, mistake.wrong, "")):
            found: Any = differ(pool()[index], theirs)
        if found:
            return
    pytest.fail(f"none of {len(about[:TRIES])} trainings shows it")


def test_enough_is_planted() -> None:
    assert len(MISTAKES) >= 20
