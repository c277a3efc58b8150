"""Mutated files: a model comes out of them, or an error that is documented."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

from parity_tests.saving import fuzz

DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
COUNT = 1_000_000 if DEEP else 12 * settings.default.max_examples
OUTCOMES = {"loaded", "LoadError", "ValueError", "TypeError"}

# Inputs that once crashed, hung or raised something else; each is a number of `fuzz.mutant`.
CRASHERS = [
    155,  # an object of no size in a global heap: the HDF5 library went on forever
    617475,  # free space between the names of a group that follows itself: the same
]


def test_mutants() -> None:
    outcomes = fuzz.run(0, COUNT)
    for number in CRASHERS:
        assert fuzz.run(number, 1).keys() <= OUTCOMES, number
    assert outcomes.total() == COUNT
    assert outcomes.keys() <= OUTCOMES
    assert outcomes["loaded"] > COUNT / 10 and outcomes["LoadError"] > COUNT / 10


def test_the_runner_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of other types, crashes and loops are told apart from outcomes."""

    def fake(number: int, folder: object, target: object) -> str:
        if number == 1:
            raise KeyError("x")
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        while number == 3:
            pass
        return "loaded"

    monkeypatch.setattr(fuzz, "outcome", fake)
    monkeypatch.setattr(fuzz, "SECONDS", 1)
    assert fuzz.run(0, 5) == {
        "loaded": 2,
        "undocumented: input 1: KeyError: 'x'": 1,
        "signal 9: input 2": 1,
        "signal 14: input 3": 1,
    }
