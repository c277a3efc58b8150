"""What a program with a mistake does under one of the two frameworks."""

from __future__ import annotations

import dataclasses
import functools
import re
import traceback
import warnings
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import minikeras
from parity_tests.misuse.misuses import MISUSES
from parity_tests.misuse.model import Keras

LONGEST = 500  # characters of a message that is read

# TensorFlow's own errors, and the built-in ones that are raised here instead.
TENSORFLOW = {
    tf.errors.InvalidArgumentError: (ValueError, "an argument's value or shape is wrong"),
    tf.errors.UnimplementedError: (ValueError, "an argument's dtype is wrong"),
}

# A row of data, an address, a module or a private name: no message needs them.
DUMP = re.compile(r"(?:-?\d+\.\d+[\s,\[\]]+){5}")
INTERNALS = re.compile(r"0x[0-9a-f]{6}|minikeras\.|\b_[a-z]\w*\(")


@dataclasses.dataclass
class Outcome:
    """An error or a result, and what else could be seen."""

    error: Exception | None = None
    result: Any = None
    warned: bool = False
    changed: bool = False
    model: Any = None  # if the call did not compile it anew

    @property
    def message(self) -> str:
        return "\n".join([str(self.error), *getattr(self.error, "__notes__", ())])

    @property
    def kind(self) -> type[Exception] | None:
        """The type of the error, that of TensorFlow's own errors as it is here."""
        if self.error is None:
            return None
        return TENSORFLOW.get(type(self.error), (type(self.error), ""))[0]

    @property
    def lines(self) -> int:
        """How many lines of the framework a traceback shows."""
        assert self.error is not None
        frames = traceback.extract_tb(self.error.__traceback__)
        return sum("parity_tests" not in frame.filename for frame in frames)


def state(variables: list[Any]) -> list[bytes]:
    return [np.asarray(variable).tobytes() for variable in variables]


@functools.cache
def outcome(framework: str, name: str) -> Outcome:
    program, _ = MISUSES[name]
    module: Keras = {"keras": keras, "minikeras": minikeras}[framework]
    module.utils.clear_session(free_memory=False)
    module.utils.set_random_seed(0)
    found = Outcome()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model, call = program(module)
        watched = [*model.weights, *model.optimizer.variables] if model is not None else []
        before, optimizer = state(watched), getattr(model, "optimizer", None)
        try:
            found.result = call()
        except Exception as error:  # any type: it is compared with Keras's
            found.error = error
    found.changed = state(watched) != before
    if model is not None and model.optimizer is optimizer:
        found.model = model
    found.warned = any(issubclass(w.category, UserWarning) for w in caught)
    return found


def words_of(name: str) -> list[str]:
    return [word for word in MISUSES[name][1].split(" | ") if word]


def judgement(name: str) -> tuple[str, str]:
    """Better, same or worse than Keras, and what decides."""
    theirs, ours = outcome("keras", name), outcome("minikeras", name)
    if theirs.error is not None and ours.error is not None:
        return verdict(words_of(name), theirs.message, ours.message)
    same = ours.kind is theirs.kind and ours.warned == theirs.warned
    return ("same", "accepted by both") if same else ("worse", "accepted by one of the two")


def verdict(words: list[str], theirs: str, ours: str) -> tuple[str, str]:
    """Of two messages, judged by the words that they hold, their length and rows of data."""
    missing = [word for word in words if word not in ours]
    if missing:
        return "worse", "does not say " + _quoted(missing)
    if len(ours) > LONGEST or DUMP.search(ours):
        return "worse", f"{len(ours):,} characters"
    added = [word for word in words if word not in theirs]
    if added:
        return "better", "says " + _quoted(added)
    if len(theirs) > LONGEST:
        return "better", f"{len(ours)} characters instead of {len(theirs):,}"
    return "same", "both say it"


def _quoted(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
