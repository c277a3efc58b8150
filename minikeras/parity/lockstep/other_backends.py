"""``compare`` with Keras on another backend, which runs in a process of its own.

The two are built from one config and get the same weights, slots and batches before each step:
those that the backend had after the step before.  So the random streams of the backends, which
differ, do not matter; layers that draw random numbers while they train are switched off.
"""

from __future__ import annotations

import json
import math
from typing import Any

import minikeras
from minikeras import settings
from minikeras.messages import describe
from minikeras.parity.backends import Backend, Call, Make, Outcome, evaluate, observed_step
from minikeras.parity.backends.training_step import weights_of, without_randomness
from minikeras.parity.lockstep import bounds, reproducer, stepping, third_opinion, verdict
from minikeras.parity.lockstep.batches import Batch, samples_of
from minikeras.parity.lockstep.recording import Record
from minikeras.parity.lockstep.results import Comparison, Entry, Step, Verdict
from minikeras.types import Array

TIMEOUT = 300.0  # seconds of a step, with the compilation of what it calls


def compare_with(backend: str, model: Any, fed: list[Batch]) -> Comparison:
    """Compare training steps, each from the state that Keras on the backend had before it.

    model: of minikeras, built and compiled; not changed.  fed: the batches.

    Raises TypeError for a model that its config does not describe, and BackendFailed if Keras does
    not start with the backend.
    """
    off: list[str] = []
    description = {
        "config": without_randomness(json.loads(model.to_json()), off),
        "compiled": model.get_compile_config(),
    }
    weights: Any = tuple(v.numpy() for v in model.variables if "seed" not in v.path)
    if len(weights) != len(weights_of(minikeras, description)):
        raise TypeError(f"keras_model must be rebuilt by its config, received {describe(model)}")
    slots: Any = [v.numpy() for v in model.optimizer.variables] if model.optimizer.built else None
    found = Comparison(Verdict(True, ""))
    found.options = {"task": "train", "mode": "teacher-forced", "steps": len(fed)}
    found.options |= {"batch_size": None, "mirrored": [], "backend": backend, "switched off": off}
    make = Make("models", observed_step.NAME, description)
    with Backend(backend, timeout=TIMEOUT) as theirs, Backend(backend, "float64") as exactly:
        for number, batch in enumerate(fed, 1):
            call = Call(make, {"batch": list(batch), "slots": slots}, weights)
            outcome, own = theirs.evaluate(call), evaluate(minikeras, call)
            failed = [
                f"step {number} fails in {name}: {said.raised.type}: {said.raised.message}"
                for name, said in (("minikeras", own), (f"Keras on {backend}", outcome))
                if said.raised is not None
            ]
            if failed:
                found.form += failed
                break
            records = _record(own), _record(outcome)
            _count_alike(*records)
            entries = stepping.entries_of(number, *records, found.form)
            if not all(entry.distances.equal for entry in entries):
                _judge(entries, records, call, exactly)
            found.steps.append(Step(number, samples_of(batch), entries))
            if found.reproducer is None and any(map(verdict.is_beyond, entries)):
                found.reproducer = reproducer.of_backend(backend, call, records[0])
            weights = tuple(_arrays(records[1], "variable"))
            slots = _arrays(records[1], "slot")
        found.versions = {"minikeras": settings.version(), "keras": theirs.version}
    found.verdict = verdict.of(found)
    return found


def _judge(
    entries: list[Entry], records: tuple[Record, Record], call: Call, exactly: Backend
) -> None:
    """Set the factors of the entries, and the opinions of those that differ."""
    noisy = []
    for i in range(bounds.RUNS):
        with bounds.Noise(i, inner=True).running():
            noisy.append(_record(evaluate(minikeras, call)))
    stepping.set_factors(entries, *records, noisy)
    if not any(map(verdict.is_over, entries)):
        return
    exact = call.in_dtype("float64")
    with settings.use_kernels("reference"):
        outcomes = evaluate(minikeras, exact, "float64"), exactly.evaluate(exact)
    if any(outcome.raised is not None for outcome in outcomes):
        return
    wide = _record(outcomes[0]), _record(outcomes[1])
    again = third_opinion.Again("float64", wide[0], wide)
    for entry in entries:
        key = entry.kind, entry.name
        if not entry.distances.equal and math.isfinite(entry.distances.relative):
            parts = records[0].parts[key], records[1].parts[key]
            entry.opinion = third_opinion.opinion(*parts, again)


def _record(outcome: Outcome) -> Record:
    record = Record()
    for name, array in outcome.outputs.items():
        record.add(*observed_step.read(name), array)
    return record


def _count_alike(ours: Record, theirs: Record) -> None:
    """Give counters the dtype that they have here: other backends count in int32."""
    for key, part in theirs.parts.items():
        mine = ours.parts.get(key)
        if mine is not None and mine.array.dtype.kind == part.array.dtype.kind == "i":
            theirs.parts[key] = part._replace(array=part.array.astype(mine.array.dtype))


def _arrays(record: Record, kind: str) -> list[Array]:
    return [part.array for part in record.parts.values() if part.kind == kind]
