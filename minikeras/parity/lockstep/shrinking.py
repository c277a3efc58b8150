"""Makes a case that diverges smaller, as long as it still diverges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

from minikeras import tree
from minikeras.parity.lockstep.batches import Batch, samples_of
from minikeras.parity.lockstep.cases import parts
from minikeras.parity.lockstep.distances import difference
from minikeras.parity.lockstep.recording import Record
from minikeras.parity.lockstep.results import Verdict

TRIES = 100
STILL = 0.1  # of the first case's difference, what a smaller case must show


class Case(Protocol):
    """What one part of a step is given, so that it runs alone in both libraries."""

    def difference(self) -> float:
        """How far the results of the two libraries are apart."""
        ...

    def smaller(self: _Case) -> Iterator[_Case]:
        """The same with less, the smallest first."""
        ...


_Case = TypeVar("_Case", bound=Case)


def shrunk(case: _Case) -> _Case:
    """The smallest case found in which the two libraries still differ as clearly.

    Greedy, as in delta debugging (Zeller and Hildebrandt 2002, Simplifying and isolating
    failure-inducing input): the first smaller case that still diverges is taken, and so on.
    """
    wanted = STILL * min(case.difference(), 1.0)
    tries, found = 0, True
    while found and wanted:
        found = False
        for smaller in case.smaller():
            tries += 1
            if tries > TRIES:
                return case
            if smaller.difference() >= wanted:
                case, found = smaller, True
                break
    return case


def needed_steps(lockstep: Any, verdict: Verdict, fed: list[Batch]) -> list[Batch]:
    """The batches of the fewest last steps that show a difference, from a state of Keras's.

    fed: those of all steps.  Teacher-forced, one step is enough.  Free-running, minikeras begins
    with the state of Keras 1, 2, 4, ... steps before, until the entry differs by more than its
    bound; then the number in between is searched for.  ``records`` and ``starts_beyond`` of the
    lockstep become those of these steps.
    """
    last, key = verdict.step or 1, (verdict.kind or "", verdict.name or "")
    if lockstep.teacher or key[0] == "batch" or key not in lockstep.own.parts:
        return fed[last - 1 : last]
    theirs = lockstep.records[1].parts[key].array
    # About the bound: the difference is ``factor`` times as large.
    wanted = float(difference(lockstep.own.parts[key].array, theirs).max(initial=0.0))
    wanted /= max(verdict.factor or 1.0, 1.0)

    def shown(count: int) -> Record | None:
        """The last of so many steps of minikeras, if it shows the difference."""
        lockstep.pair.assign(0, lockstep.trace[last - count])
        for batch in fed[last - count : last]:
            record: Record = lockstep.run(0, batch)
        off = float(difference(record.parts[key].array, theirs).max(initial=0.0))
        return record if off >= wanted else None

    few, many = 0, 1  # steps that do not show it, steps that may
    while many < last and shown(many) is None:
        few, many = many, min(2 * many, last)
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if shown(middle) else (middle, many)
    lockstep.records = shown(many) or lockstep.own, lockstep.records[1]
    lockstep.starts_beyond = (lockstep.trace[last - many],) * 2
    return fed[last - many : last]


def fewest_samples(
    lockstep: Any, verdict: Verdict, batch: Batch
) -> tuple[Batch, tuple[Record, Record]]:
    """The smallest part of a batch found with which the step still differs, and that step."""
    key, records = (verdict.kind or "", verdict.name or ""), lockstep.records

    def off(ours: Record, theirs: Record) -> float:
        if any(key not in record.parts for record in (ours, theirs)):
            return 0.0
        a, b = ours.parts[key].array, theirs.parts[key].array
        return float(difference(a, b).max(initial=0.0)) if a.shape == b.shape else 0.0

    wanted, found = STILL * off(*records), True
    while found and wanted:
        found = False
        for part in parts(samples_of(batch)):
            cut: Batch = tree.map_structure(lambda x, p=part: x[p], batch, none_is_leaf=False)
            for side in (0, 1):
                lockstep.pair.assign(side, lockstep.starts_beyond[1])
            step = lockstep.run(0, cut), lockstep.run(1, cut)
            if off(*step) >= wanted:
                batch, records, found = cut, step, True
                break
    return batch, records
