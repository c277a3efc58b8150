"""The hunt: draws calls, has every backend compute them, judges, groups and shrinks."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import minikeras
from minikeras import frames
from minikeras.messages import count as counted
from minikeras.messages import describe
from minikeras.parity.backends import BACKENDS, Backend, Call, Outcome, evaluate, installed
from minikeras.parity.hunt import drawing, groups, reproducer, shrinking
from minikeras.parity.hunt.groups import Group
from minikeras.parity.hunt.judge import US, Finding, judge


@dataclass
class Hunt:
    """What a hunt found.

    calls: how many calls were compared.  drawn: the same by target.
    refused: how many findings say only that a library does not do what others do.
    """

    backends: tuple[str, ...]
    seed: int
    groups: list[Group] = field(default_factory=list)
    calls: int = 0
    refused: int = 0
    drawn: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [
            f"{counted(self.calls, 'call')} of {counted(len(self.drawn), 'target')} under "
            f"{', '.join(self.backends)}: {counted(len(self.groups), 'group')} of findings"
        ]
        for group in self.groups:
            lines += [
                "",
                f"{group.title}, {counted(group.count, 'call')}",
                f"  {group.finding.note[:200]}",
            ]
            lines += [f"    {line}" for line in group.program.splitlines()]
        return "\n".join(lines)

    def to_json(self) -> str:
        """The same as JSON."""
        found = {
            "backends": list(self.backends),
            "seed": self.seed,
            "calls": self.calls,
            "refused": self.refused,
            "targets": len(self.drawn),
            "groups": [group.as_dict() for group in self.groups],
        }
        return json.dumps(found, indent=2)


class _Peers:
    """Everybody who computes a call: minikeras here, and Keras under each backend."""

    def __init__(self, backends: Sequence[str], timeout: float) -> None:
        self.backends = {name: Backend(name, timeout=timeout) for name in backends}
        self.exact = {name: Backend(name, "float64", timeout=timeout) for name in backends}

    def evaluate(self, call: Call, names: Sequence[str] | None = None) -> dict[str, Outcome]:
        found = {US: evaluate(minikeras, call)}
        for name, backend in self.backends.items():
            if names is None or name in names:
                found[name] = backend.evaluate(call)
        return found

    def again(self, call: Call) -> Callable[[str], Outcome]:
        exact = call.in_dtype("float64")

        def compute(name: str) -> Outcome:
            if name == US:
                return evaluate(minikeras, exact, "float64")
            return self.exact[name].evaluate(exact)

        return compute

    def findings(self, call: Call, names: Sequence[str] | None = None) -> list[Finding]:
        return judge(call, self.evaluate(call, names), self.again(call))

    def close(self) -> None:
        for backend in (*self.backends.values(), *self.exact.values()):
            backend.close()


@frames.filter_traceback
def hunt(
    count: int = 300,
    *,
    backends: Sequence[str] | None = None,
    seed: int = 0,
    targets: Sequence[str] | None = None,
    out: Path | None = None,
    timeout: float = 60.0,
    shrink: bool = True,
    progress: Callable[[str, int, int], None] = lambda target, done, of: None,
) -> Hunt:
    """Draw calls over everything public, and report what is wrong by more than rounding.

    count: how many calls are drawn; they go through all targets in turn.
    backends: ``"tensorflow"``, ``"jax"``, ``"torch"``; by default those that are installed.
    seed: of the draws; the same seed gives the same calls.
    targets: names such as ``"ops.relu"``, or modules such as ``"losses."``, with the dot.
    out: a folder for ``hunt.json`` and one reproducer for each group.
    timeout: seconds for one call.
    shrink: whether the calls found are made smaller.

    Raises ValueError if a backend is unknown or no target has such a name, and BackendFailed if
    Keras does not start.
    """
    chosen = tuple(installed() if backends is None else backends)
    if not chosen or not set(chosen) <= set(BACKENDS):
        raise ValueError(
            f"backends must be some of {', '.join(BACKENDS)}, received {describe(chosen)}"
        )
    wanted = [
        name
        for name in drawing.targets()
        if targets is None
        or any(name == t or (t[-1:] == "." and name.startswith(t)) for t in targets)
    ]
    if not wanted:
        raise ValueError(f"targets must name something public, received {describe(targets)}")
    found = Hunt(chosen, seed)
    start = time.perf_counter()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    collected: dict[groups.Key, Group] = {}
    with contextlib.closing(_Peers(chosen, timeout)) as peers:
        for target, call, flavour in _calls(wanted, count, seed):
            progress(target, found.calls, count)
            found.calls += 1
            found.drawn[target] += 1
            for finding in peers.findings(call):
                if finding.kind == "refuses":
                    found.refused += 1
                    continue
                label = groups.key(target, finding)
                if label in collected:
                    collected[label].count += 1
                    collected[label].flavours.add(flavour)
                    continue
                group = collected[label] = Group(target, finding, call, flavours={flavour})
                if shrink:
                    _shrink(peers, group, label)
                name = f"{len(collected):03}-{target.replace('.', '-')}-{finding.kind}"
                group.program = reproducer.program(group.call, group.finding, out, name)
                if out is not None:  # at once: a hunt may be interrupted
                    (out / f"{name}.py").write_text(group.program)
    found.groups = groups.same_cause(list(collected.values()))
    found.seconds = time.perf_counter() - start
    if out is not None:
        (out / "hunt.json").write_text(found.to_json())
    return found


def _calls(targets: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, Call, str]]:
    """Calls of all targets in turn, with the flavour of their numbers."""
    for i in range(count):
        target = targets[i % len(targets)]
        numbers = (seed, drawing.targets().index(target), i // len(targets))
        call = drawing.draw(target, numbers)
        if call is not None:
            yield target, call, drawing.Draw(numbers).flavour


def _shrink(peers: _Peers, group: Group, label: groups.Key) -> None:
    """Replace the call of a group by the smallest one that shows the same."""
    shown: dict[int, Finding] = {}

    def shows(call: Call) -> bool:
        for finding in peers.findings(call):
            if groups.key(group.target, finding) == label:
                shown[id(call)] = finding
                return True
        return False

    smaller = shrinking.shrink(group.call, shows)
    if smaller is not group.call:
        group.call, group.finding = smaller, shown[id(smaller)]
