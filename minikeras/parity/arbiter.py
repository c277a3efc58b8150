"""Whose fault is a difference between Keras's backends?  Training steps, judged in float64.

Every step starts from the same weights and slots on both sides: those that the backend had after
the step before.  So random streams do not matter, and one step's difference does not become the
next one's.  Layers that draw random numbers while they train are switched off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import minikeras
from minikeras import frames
from minikeras.messages import count, describe
from minikeras.parity import stand_in
from minikeras.parity.backends import Backend, Call, Make, Outcome, evaluate
from minikeras.parity.backends.training_step import (
    variable_names,
    weights_of,
    without_randomness,
)
from minikeras.parity.capturing import captured
from minikeras.parity.hunt.judge import US, Finding, judge
from minikeras.types import Array

STEPS = 3


@dataclass
class Arbitration:
    """What was found about a backend.

    findings: what is wrong, for each step.  names: of the variables, in their order.
    switched_off: the layers that were not allowed to draw random numbers.
    """

    backend: str
    findings: list[list[Finding]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether nothing but rounding was found."""
        return not any(self.findings)

    def __str__(self) -> str:
        steps = count(len(self.findings), "step")
        off = f" (without {', '.join(self.switched_off)})" if self.switched_off else ""
        if self.same:
            return f"Keras on {self.backend}, {steps}{off}: same algorithm, rounding only"
        lines = [f"Keras on {self.backend}, {steps}{off}: not only rounding"]
        for number, found in enumerate(self.findings, 1):
            for finding in found:
                part = self._named(finding.part)
                lines.append(f"  step {number}, {part}: {finding.kind} in {_and(finding.blamed)}")
                lines.append(f"    {finding.note[:200]}")
        return "\n".join(lines)

    def _named(self, part: str) -> str:
        kind, _, index = part.partition(" ")
        return self.names[int(index)] if kind == "variable" else part


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)


@frames.filter_traceback
def arbitrate(
    model: Any,
    x: Any,
    y: Any,
    backend: str,
    *,
    steps: int = STEPS,
    batch_size: int = 32,
) -> Arbitration:
    """Take training steps with Keras under a backend and with minikeras, and say who is wrong.

    model: a compiled model of minikeras (``from_keras`` makes one of a model of Keras) that can be
        described by its config; it is not changed.
    x, y: arrays of samples and labels; their order is kept.
    backend: ``"tensorflow"``, ``"jax"`` or ``"torch"``.
    steps: how many batches; fewer if the data end before.

    Raises TypeError if the model is not compiled, ValueError for an unknown backend, and
    BackendFailed if Keras does not start with it.
    """
    if not getattr(model, "compiled", False) or not model.built:
        raise TypeError(f"model must be built and compiled, received {describe(model)}")
    off: list[str] = []
    description = {
        "config": without_randomness(json.loads(model.to_json()), off),
        "compiled": model.get_compile_config(),
    }
    make = Make("models", "training", description)
    weights = tuple(v.numpy() for v in model.variables if "seed" not in v.path)
    if len(weights) != len(weights_of(minikeras, description)):
        raise TypeError(f"model must be rebuilt by its config, received {describe(model)}")
    found = Arbitration(backend, names=variable_names(model), switched_off=off)
    slots: list[Array] | None = None
    x, y = np.asarray(x), np.asarray(y)
    with Backend(backend) as theirs, Backend(backend, "float64") as exactly:
        for start in range(0, min(len(x), steps * batch_size), batch_size):
            part = slice(start, start + batch_size)
            inputs: dict[str, Any] = {"x": x[part], "y": y[part]}
            if slots is not None:
                inputs["slots"] = slots
            call = Call(make, inputs, weights)
            outcome = theirs.evaluate(call)
            found.findings.append(_judged(call, backend, outcome, exactly))
            if outcome.raised is not None:
                break
            weights = tuple(_numbered(outcome, "variable"))
            slots = _numbered(outcome, "slot")
    return found


def _judged(call: Call, backend: str, outcome: Outcome, exactly: Backend) -> list[Finding]:
    def again(name: str) -> Outcome:
        exact = call.in_dtype("float64")
        return evaluate(minikeras, exact, "float64") if name == US else exactly.evaluate(exact)

    return judge(call, {US: evaluate(minikeras, call), backend: outcome}, again)


def _numbered(outcome: Outcome, kind: str) -> list[Array]:
    """The outputs called ``kind 0``, ``kind 1``, ... in order."""
    return [y for name, y in outcome.outputs.items() if name.startswith(f"{kind} ")]


def arbitrate_program(job: dict[str, Any], backend: str, steps: int) -> Arbitration:
    """The first steps of the first `fit` of a program, which runs with minikeras up to there.

    job: the program, as `runs.run` takes it.

    Raises LookupError if it does not call `fit`, and what `arbitrate` raises.
    """
    with stand_in.installed(job.get("script")):
        call = captured(minikeras, job, "fit", 0)
    given = call.arguments
    size = given["batch_size"] or 32
    if not call.model.built:
        call.model(np.asarray(given["x"])[:1])
    return arbitrate(call.model, given["x"], given["y"], backend, steps=steps, batch_size=size)
