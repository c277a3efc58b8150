"""A beginner's mistake gets the message that a teacher would write."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minikeras
from parity_tests.conformance import note_misuse
from parity_tests.misuse import table
from parity_tests.misuse.misuses import MISUSES
from parity_tests.misuse.outcome import (
    DUMP,
    INTERNALS,
    LONGEST,
    judgement,
    outcome,
    verdict,
    words_of,
)
from parity_tests.misuse.programs import CLASSES, X

# Noticed after an epoch only, in Keras and here: the updates of that epoch remain.
AFTER_STEPS = {"EarlyStopping on a misspelt metric"}


@pytest.mark.parametrize("name", MISUSES)
def test_message(name: str) -> None:
    theirs, ours = outcome("keras", name), outcome("minikeras", name)
    assert ours.kind is theirs.kind, f"{ours.error!r}, Keras {theirs.error!r}"
    if ours.error is None:
        assert not words_of(name)
        assert ours.warned == theirs.warned
        assert ours.result.keys() == theirs.result.keys()
        for key, values in theirs.result.items():
            np.testing.assert_allclose(ours.result[key], values, rtol=1e-6, err_msg=key)
        return
    note_misuse(MISUSES[name][0])
    missing = [word for word in words_of(name) if word not in ours.message]
    assert words_of(name) and not missing, f"{missing} not in {ours.message!r}"
    assert len(ours.message) <= LONGEST
    assert not DUMP.search(ours.message) and not INTERNALS.search(ours.message), ours.message
    assert ours.lines <= theirs.lines + 1


@pytest.mark.parametrize("name", [name for name in MISUSES if name not in AFTER_STEPS])
def test_state_is_kept(name: str) -> None:
    """After the failed call the model trains, or fails, as a fresh one does."""
    ours = outcome("minikeras", name)
    if ours.error is None:
        return
    assert not ours.changed
    if ours.model is not None:
        minikeras.utils.set_random_seed(0)
        fresh, _ = MISUSES[name][0](minikeras)
        assert _trained(ours.model) == _trained(fresh)


def _trained(model: Any) -> Any:
    minikeras.utils.set_random_seed(1)
    try:
        return model.fit(X, CLASSES, epochs=2, verbose=0).history
    except (KeyError, ValueError) as error:  # its loss or its inputs are others
        return type(error)


def test_nothing_is_worse() -> None:
    assert len(MISUSES) >= 60
    judged = {name: judgement(name) for name in MISUSES}
    assert not {name: why for name, (found, why) in judged.items() if found == "worse"}


def test_verdict() -> None:
    words = ["batch_size", "-1"]
    assert verdict(words, "Invalid value: -40", "batch_size must be positive: -1")[0] == "better"
    assert verdict(words, "batch_size is -1", "batch_size must be positive: -1")[0] == "same"
    assert verdict(words, "batch_size is -1", "batch_size must be positive")[0] == "worse"
    assert verdict(words, "batch_size is -1", "batch_size is -1" * 50)[0] == "worse"
    assert verdict(words, "batch_size is -1" * 50, "batch_size is -1")[0] == "better"
    assert verdict(["x"], "x is wrong", f"x is {X}")[0] == "worse"


def test_internals_are_seen() -> None:
    for text in (repr(type(minikeras.layers.Dense(1))), repr(object()), "_check() failed"):
        assert INTERNALS.search(text)


def test_page() -> None:
    assert table.PAGE.read_text() == table.page(), "run python -m parity_tests.misuse.table"
