"""Whether two runs are one algorithm, rounded differently at most, and if not, where they part."""

from __future__ import annotations

import math

from minikeras.parity.lockstep.results import Comparison, Entry, Opinion, Step, Verdict


def of(found: Comparison) -> Verdict:
    """The verdict on configurations, forms and steps.

    A configuration or a form that differs decides, and the first entry beyond its rounding bound is
    named too.
    """
    first = first_beyond(found.steps)
    where = "" if first is None else _where(*first)
    if found.configuration:
        reason = f"the configurations differ: {found.configuration[0]}{_more(found.configuration)}"
        verdict = Verdict(False, reason + (f"; {where}" if where else ""), "configuration")
    elif first is not None:
        decided_by = "form" if first[1].distances.is_form else "numbers"
        verdict = Verdict(False, where, decided_by)
    elif found.form:
        reason = f"the steps differ in form: {found.form[0]}{_more(found.form)}"
        verdict = Verdict(False, reason, "form")
    elif all(step.equal for step in found.steps):
        return Verdict(True, "same algorithm, and the same bits in every number")
    else:
        return Verdict(True, f"same algorithm, rounding only: {_largest(found.steps)}")
    if first is not None:
        step, entry = first
        verdict.step, verdict.kind, verdict.name = step.number, entry.kind, entry.name
        verdict.layer, verdict.factor = entry.layer, entry.distances.factor
        verdict.blame, said = _blame(entry)
        verdict.reason += said
    return verdict


def is_beyond(entry: Entry) -> bool:
    """Whether an entry differs by more than rounding explains.

    Where both libraries are about as far from the float64 that they agree on, the difference is
    rounding, and the bound was too small.
    """
    is_shared = entry.opinion is not None and entry.opinion.shared
    return is_over(entry) and not is_shared


def is_over(entry: Entry) -> bool:
    """Whether an entry differs by more than its rounding bound."""
    factor = entry.distances.factor
    return factor is not None and factor > 1


def first_beyond(steps: list[Step]) -> tuple[Step, Entry] | None:
    """The first entry that differs by more than rounding, in the order of computation."""
    return next(((s, e) for s in steps for e in s.entries if is_beyond(e)), None)


def _where(step: Step, entry: Entry) -> str:
    factor = entry.distances.factor or 0.0
    size = f"{factor:.2g} times the rounding bound"
    if math.isinf(factor):
        has_form = entry.distances.is_form
        size = "in its shape, dtype or presence" if has_form else "by more than any rounding"
    return f"differs first at step {step.number} in {_place(entry)}: {size}"


def _place(entry: Entry) -> str:
    by = f", which {entry.layer or 'the loss'} passes back"
    return {
        "batch": f"the {entry.name} of the batch",
        "output": f"the output of {entry.name}",
        "loss term": f"the loss {entry.name}",
        "loss": "the loss",
        "output gradient": f"the gradient of the output of {entry.name}{by}",
        "gradient": f"the gradient of {entry.name}",
        "slot": f"the slot {entry.name}",
        "variable": f"{entry.name} after the update",
        "metric": f"the metric {entry.name}",
        "seed": f"the seed {entry.name}",
    }[entry.kind]


def _blame(entry: Entry) -> tuple[str | None, str]:
    """Whose fault it is according to the wider dtype, and the words for it."""
    found = entry.opinion
    if found is None:
        return None, ""
    if found.agreed is None:
        return None, (
            ". TensorFlow has no wider numbers than float64, and the difference is too small for "
            "float32: it is not known whether they compute one formula"
        )
    if not found.agreed:
        return "formula", f". In {_dtypes(found)} the two differ too: they compute two formulas"
    wrong = "keras" if found.nearer == "minikeras" else "minikeras"
    who = {"keras": "Keras's backend", "minikeras": "minikeras"}[wrong]
    errors = f"{getattr(found, wrong):.1e} from it, the other {getattr(found, found.nearer):.1e}"
    if found.dtype == "longdouble":
        return wrong, f". Both compute one formula: {who} is wrong, in longdouble {errors}"
    return wrong, f". In float64 the two agree: {who} is wrong, {errors}"


def _dtypes(found: Opinion) -> str:
    return "float32" if found.dtype == "longdouble" else found.dtype


def _largest(steps: list[Step]) -> str:
    entries = [e for step in steps for e in step.entries if not e.distances.equal]
    total = sum(len(step.entries) for step in steps)
    shared = [e for e in entries if is_over(e)]
    said = f"{len(entries)} of {total} entries differ"
    if len(shared) < len(entries):
        worst = max((e for e in entries if not is_over(e)), key=lambda e: e.distances.factor or 0.0)
        factor = worst.distances.factor or 0.0
        said += f", at most {factor:.2g} of the rounding bound ({_place(worst)})"
    if shared:
        dtype = shared[0].opinion.dtype if shared[0].opinion else "float64"
        said += (
            f"; {len(shared)} by more, where both libraries are about as far from {dtype}, "
            f"first {_place(shared[0])}"
        )
    return said


def _more(found: list[str]) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""
