"""One step after the other with both libraries: what each computed, and how far apart it is."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.autograd import Tensor
from minikeras.optional import Library
from minikeras.parity.lockstep import batches, bounds, mirror, third_opinion
from minikeras.parity.lockstep.distances import distances
from minikeras.parity.lockstep.pairing import Pair
from minikeras.parity.lockstep.recording import Record
from minikeras.parity.lockstep.results import KINDS, Distances, Entry, Step
from minikeras.parity.lockstep.verdict import is_beyond, is_over
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")

TASKS = {"train": "train_step", "test": "test_step", "predict": "predict_step"}


class Lockstep:
    """Takes steps with a pair of models.

    mode: "teacher-forced" copies Keras's variables before each step, "free-running" before the
        first.
    mirrored: the names of the user's objects that run in minikeras.

    Steps with random errors, for the bounds, begin where minikeras's step began; in free-running
    mode each goes on from its own last step.
    """

    def __init__(self, pair: Pair, task: str, mode: str, mirrored: list[str]) -> None:
        self.mirrored = mirrored
        self.pair, self.method, self.teacher = pair, TASKS[task], mode == "teacher-forced"
        self.form: list[str] = []
        self.starts: tuple[list[Array], list[Array]] = [], []  # all variables before the step
        self.beyond = False  # whether a number has differed by more than rounding
        self.records: tuple[Record, Record] = Record(), Record()  # of the step where it did
        self.starts_beyond = self.starts  # all variables before that step
        self.own = Record()  # minikeras's from its own state; in ``records`` it begins with Keras's
        self.trace: list[list[Array]] = []  # Keras's variables before each step, if not forced
        self.no_opinion = ""  # why no other dtype could be asked
        self._noisy_states: list[list[Array]] = []
        self._inner = False  # whether the steps with errors lose digits inside operations too

    def step(self, number: int, batch: batches.Batch, own: batches.Batch | None = None) -> Step:
        """Take a step with both libraries; the entries in the order in which they arise.

        batch: what both are fed; own: what minikeras would have made of the data.
        """
        pair = self.pair
        if self.teacher or number == 1:
            pair.assign(0, pair.arrays(1))
        self.starts = pair.arrays(0), pair.arrays(1)
        if not self.teacher and not self.beyond:
            self.trace.append(self.starts[1])
        if self.teacher or number == 1:
            self._noisy_states, self._inner = [self.starts[0]] * bounds.RUNS, False
        ours, theirs = self.run(0, batch), self.run(1, batch)
        if own is not None:
            for record, made in ((ours, own), (theirs, batch)):
                for name, array in batches.parts(made).items():
                    record.add("batch", name, "", 0, array)
        entries = entries_of(number, ours, theirs, self.form)
        if not self.teacher or not all(entry.distances.equal for entry in entries):
            self._judge(entries, ours, theirs, batch)
        return Step(number, batches.samples_of(batch), entries)

    def run(self, side: int, batch: batches.Batch) -> Record:
        """The step of minikeras (0) or Keras (1); the record ends with the variables after it."""
        recorder = self.pair.recorders[side]
        to_tensor = (_tensor, tensorflow.convert_to_tensor)[side]
        data = (tree, keras.tree)[side].map_structure(to_tensor, batch, none_is_leaf=False)
        step: Callable[[Any], Any] = getattr(recorder.model, self.method)
        with mirror.running(self.mirrored if side == 0 else []):
            record = recorder.step(functools.partial(step, data))
        for held, array in zip(self.pair.held, self.pair.arrays(side), strict=True):
            record.add(held.kind, held.name, held.layer, 0, array)
        return record

    def _judge(
        self, entries: list[Entry], ours: Record, theirs: Record, batch: batches.Batch
    ) -> None:
        """Set the factors of the entries, and the opinions where one is over its bound."""
        states, own = self._noisy_states, ours
        self._measure(entries, own, theirs, batch, states)
        over = [entry for entry in entries if is_over(entry)]
        if self.beyond or not over:
            return
        if not self.teacher:
            ours = self._from_keras(batch)
        self._ask(entries, ours, theirs, batch)
        if not is_beyond(over[0]):
            self._inner = True
            for entry in over:
                entry.distances.factor = None
            self._measure(entries, own, theirs, batch, states)
        if any(map(is_beyond, entries)):
            self.beyond, self.records, self.own = True, (ours, theirs), own
            self.starts_beyond = self.starts

    def _from_keras(self, batch: batches.Batch) -> Record:
        """The step of minikeras from where Keras's began."""
        after = self.pair.arrays(0)
        self.pair.assign(0, self.starts[1])
        found = self.run(0, batch)
        self.pair.assign(0, after)
        return found

    def _measure(
        self,
        entries: list[Entry],
        ours: Record,
        theirs: Record,
        batch: batches.Batch,
        states: list[list[Array]],
    ) -> None:
        """Set the factors that are not known, by steps with errors from these states."""
        after, ends, noisy = self.pair.arrays(0), [], []
        for i, state in enumerate(states):
            noise = bounds.Noise(i, self._inner)
            self.pair.assign(0, self._around(noise, state))
            with noise.running():
                noisy.append(self.run(0, batch))
            ends.append(self.pair.arrays(0))
        self._noisy_states = ends
        self.pair.assign(0, after)
        set_factors(entries, ours, theirs, noisy)

    def _ask(
        self, entries: list[Entry], ours: Record, theirs: Record, batch: batches.Batch
    ) -> None:
        """Set the opinions of the entries that differ, from the step in other dtypes."""
        pair, after = self.pair, (self.pair.arrays(0), self.pair.arrays(1))
        try:
            try:
                step = self._again(batch)
            except Exception:  # TensorFlow computes some metrics in float32 only
                with third_opinion.without_metrics(pair):
                    step = self._again(batch)
            for entry in entries:
                key = entry.kind, entry.name
                if key in ours.parts and not (entry.distances.equal or entry.distances.is_form):
                    parts = ours.parts[key], theirs.parts[key]
                    entry.opinion = third_opinion.opinion(*parts, step)
        except Exception as error:  # of a layer that cannot compute in float64, such as the user's
            self.no_opinion = f"{type(error).__name__}: {error}"
        finally:
            for side in (0, 1):
                pair.assign(side, after[side])

    def _again(self, batch: batches.Batch) -> third_opinion.Again:
        for side in (0, 1):
            self.pair.assign(side, self.starts[1])
        return third_opinion.again(self.pair, batch, self.run)

    def _around(self, noise: bounds.Noise, state: list[Array]) -> list[Array]:
        """The variables before a step with errors: slots err too, as differences of them may."""
        slots = (held.kind == "slot" for held in self.pair.held)
        return [noise.around(x) if is_slot else x for x, is_slot in zip(state, slots, strict=True)]


def entries_of(number: int, ours: Record, theirs: Record, form: list[str]) -> list[Entry]:
    """The distances of all that both sides noted; what only one noted is added to ``form``.

    Operations are no part of the form: the libraries need not call the same ones.  Nor are
    gradients that no trainable variable waits for: TensorFlow computes those in a frozen model.
    """
    entries = []
    for key in _in_order(theirs):
        kind, name, layer, call, b = theirs.parts[key]
        mine = ours.parts.get(key)
        if mine is None and _is_of_op(theirs, kind, name):
            continue
        if mine is None and kind == "output gradient" and name in ours.untracked:
            continue
        a = None if mine is None else np.asarray(mine.array)
        if a is None or a.shape != b.shape or a.dtype != b.dtype:
            said = "only in Keras"
            if a is not None:
                said = f"{a.dtype} {a.shape} in minikeras, {b.dtype} {b.shape} in Keras"
            form.append(f"step {number}, {kind} {name}: {said}")
            apart = Distances(False, None, None, math.inf, math.inf, 0.0, math.inf)
        else:
            apart = distances(a, b)
        entries.append(Entry(kind, name, layer, call, b.shape, str(b.dtype), apart))
    more = [k for k in ours.parts if k not in theirs.parts and not _is_of_op(ours, *k)]
    form += [f"step {number}, {kind} {name}: only in minikeras" for kind, name in more]
    return entries


def set_factors(entries: list[Entry], ours: Record, theirs: Record, noisy: list[Record]) -> None:
    """Set how many times its rounding bound each entry differs, from steps with errors."""
    for entry in entries:
        key = entry.kind, entry.name
        if entry.distances.factor is None:
            limit = bounds.bound(key, ours, noisy)
            a, b = ours.parts[key].array, theirs.parts[key].array
            if entry.kind == "batch":  # which nothing has rounded
                limit = np.zeros(a.shape)
            entry.distances.factor = bounds.factor(a, b, limit)


def _is_of_op(record: Record, kind: str, name: str) -> bool:
    return kind in ("output", "output gradient") and name.partition("[")[0] in record.ops


def _in_order(record: Record) -> list[tuple[str, str]]:
    """The parts in the order in which a step makes them, gradients from the last layer on."""
    outputs = [
        part.name.partition("[")[0] for part in record.parts.values() if part.kind == "output"
    ]
    places = {called: place for place, called in enumerate(outputs)}
    first: dict[str, int] = {}  # of the calls of a layer: the last in the backward pass
    for called, place in places.items():
        first.setdefault(called.partition("#")[0], place)
    forward, backward, after = [], [], []
    for key, part in record.parts.items():
        stage = KINDS.index(part.kind)
        if part.kind == "output gradient":
            backward.append((-places.get(part.name.partition("[")[0], 0), 0, key))
        elif part.kind == "gradient":
            backward.append((-first.get(part.layer, 0), 1, key))
        elif stage < KINDS.index("output gradient"):
            forward.append((stage, key))
        else:
            after.append((stage, key))
    parts: Any = (forward, backward, after)
    return [entry[-1] for part in parts for entry in sorted(part, key=lambda e: e[:-1])]


def _tensor(array: Array) -> Tensor:
    return Tensor(array)
