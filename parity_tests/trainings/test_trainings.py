"""Whole trainings, drawn over everything public, have the same bits as in Keras."""

from __future__ import annotations

import dataclasses
import inspect
import math
import os
from collections.abc import Iterator

import minikeras
from parity_tests.conformance import BITS, note, power_of_ten
from parity_tests.trainings.arguments import COMPILE, FIT, Make, undrawable
from parity_tests.trainings.drawing import Task, Training, drawn
from parity_tests.trainings.figures import SHARES, compare
from parity_tests.trainings.suspects import suspects

IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
DRAWS = 2000 if IS_DEEP else 40
EXPLAINED = 3  # trainings of which a failure names the part that differs

# The least share of all trainings that must be equal.  docs/parity.md tells what differs.
LEAST = {
    ("float32", "history bit-equal"): 0.97,
    ("float32", "history, weights and predictions bit-equal"): 0.93,
    ("float32", "these and the slots bit-equal"): 0.9,
    ("float32", "printed text equal"): 0.995,
    ("float64", "history within 1e-10"): 0.995,
    ("float64", "printed text equal"): 0.995,
}


def least(share: float, of: int) -> int:
    """How many of ``of`` must be equal: the share itself if they are many.

    Of a few draws, one that is unequal by chance weighs more.  Of those with this share of equal
    ones, 1 in 1,000 has fewer.
    """
    if IS_DEEP:
        return math.ceil(share * of)
    chances = [math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(of + 1)]
    return next(k for k in range(of + 1) if sum(chances[: k + 1]) > 0.001)


def parts_of(value: object) -> Iterator[Make]:
    """Every object of a training, those that are arguments of others included."""
    if isinstance(value, Make):
        yield value
        value = value.arguments
    elif dataclasses.is_dataclass(value):
        value = vars(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from parts_of(part)


def test_same_bits() -> None:
    results = [compare(training) for training in drawn(DRAWS, 0)]
    for result in results:
        if not result.refused:
            far = max(result.differences.values(), default=0.0)
            distance = power_of_ten(far) if far else BITS
            for part in parts_of(result.training):
                note(f"{part.module}.{part.name}", "training", distance)
    for share in SHARES:
        equal, of = share.of(results)
        if equal >= least(LEAST[share.floatx, share.name], of):
            continue
        unequal = [
            r
            for r in results
            if r.training.floatx == share.floatx
            and not r.sees_one_direction
            and r.farthest(share.parts) > share.tolerance
        ]
        lines = [f"{share.floatx}, {share.name}: {equal} of {of}"]
        for result in unequal[:EXPLAINED]:
            found = suspects(result.training, lambda alone: compare(alone).differences)
            lines += [f"{result}", *(f"    unequal alone: {part}" for part in found)]
        raise AssertionError("\n".join(lines))


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
