"""Mutated files: a model comes out of them, or an error that is documented."""

from __future__ import annotations

import os
import re
import signal

import pytest
from hypothesis import settings

from minikeras.saving import hdf5
from minikeras.saving.limits import LoadError
from parity_tests.saving import building_blocks, fuzz
from parity_tests.saving.building_blocks import parts

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


def test_free_space_that_follows_itself() -> None:
    """In each heap of names of a file; without a check the HDF5 library fills the memory."""
    sound = parts(building_blocks.sequential)[building_blocks.WEIGHTS]
    heaps = [match.start() for match in re.finditer(b"HEAP", sound)]
    for at in heaps:
        free, names = (int.from_bytes(sound[at + k : at + k + 8], "little") for k in (16, 24))
        assert free != 1  # which would mean that there is none
        damaged = bytearray(sound)
        damaged[names + free : names + free + 8] = free.to_bytes(8, "little")
        with pytest.raises(LoadError, match="free space between its names has no end"):
            walk(hdf5.open_hdf5(bytes(damaged), "x"))
    assert len(heaps) > 3


def walk(group: hdf5.Group) -> None:
    names = group.keys()
    for inside in map(group.__getitem__, names):
        if isinstance(inside, hdf5.Group):
            walk(inside)


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
