"""Findings of one cause, and their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from minikeras.parity.backends import Call
from minikeras.parity.hunt.judge import Finding

Key = tuple[str, ...]


def key(target: str, finding: Finding) -> Key:
    """What findings of one cause have in common: target, kind, part, who is blamed, the error."""
    error = ""
    if finding.kind in ("raises", "refuses"):
        error = re.sub(r"\d+|\(.*|\[.*|Exception encountered.*", "", finding.note.splitlines()[0])
    part = finding.part.split(" ")[0]
    return (target, finding.kind, part, ", ".join(finding.blamed), error.strip()[:60])


@dataclass
class Group:
    """Findings of one cause.

    call: the smallest call that shows it, and ``finding`` what is wrong about it.
    count: how many drawn calls show it.  flavours: of their numbers.  program: the reproducer.
    also: other targets that show the same, because they are made of this one.
    """

    target: str
    finding: Finding
    call: Call
    count: int = 1
    flavours: set[str] = field(default_factory=set)
    program: str = ""
    also: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """One line."""
        blamed = ", ".join(self.finding.blamed)
        return f"{self.target}: {self.finding.kind} {self.finding.part} ({blamed})"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "target": self.target,
            "kind": self.finding.kind,
            "part": self.finding.part,
            "blamed": list(self.finding.blamed),
            "size": self.finding.size if self.finding.size < float("inf") else None,
            "note": self.finding.note,
            "count": self.count,
            "flavours": sorted(self.flavours),
            "also": self.also,
            "program": self.program,
        }


def same_cause(groups: list[Group]) -> list[Group]:
    """Joins groups of one kind and blame whose targets have one name: ops.relu and layers.ReLU."""
    joined: dict[tuple[str, ...], Group] = {}
    for group in groups:
        name = re.sub(r"[^a-z0-9]", "", group.target.split(".")[1].lower())
        label = (name, group.finding.kind, *group.finding.blamed, group.finding.part.split(" ")[0])
        if group.finding.kind in ("raises", "refuses"):
            label += (group.finding.note[:30],)
        first = joined.setdefault(label, group)
        if first is not group:
            first.also.append(group.target)
            first.count += group.count
    return list(joined.values())
