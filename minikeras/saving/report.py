"""What an inspection finds: the contents of a file, and what is wrong with it where."""

from __future__ import annotations

import dataclasses
from typing import Any

NOTE, SUSPICIOUS, HARMFUL, DAMAGED = "note", "suspicious", "harmful", "damaged"

# What Keras 3.15 does about a finding.
LOADS, UNKNOWN, REFUSES, UNSAFE = "loads", "unknown", "refuses", "unsafe"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing about a file.

    kind: note, suspicious, harmful or damaged.
    where: the entry of the file.
    what: a sentence.
    keras: whether Keras 3.15 loads the file all the same, refuses it, or does what it asks for;
        "unknown" if that was not found out.
    """

    kind: str
    where: str
    what: str
    keras: str = LOADS


@dataclasses.dataclass
class Report:
    """What ``minikeras inspect`` shows.

    format: what the file is, by its content.
    about: versions, dates, the optimizer.
    layers: name and class of each layer, outer ones first.
    arrays: path, shape and dtype of each array.
    """

    path: str
    format: str = "unknown"
    size: int = 0
    about: dict[str, str] = dataclasses.field(default_factory=dict)
    layers: list[dict[str, str]] = dataclasses.field(default_factory=list)
    arrays: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    findings: list[Finding] = dataclasses.field(default_factory=list)

    def find(self, kind: str, where: str, what: object, keras: str = LOADS) -> None:
        """Add a finding, once."""
        finding = Finding(kind, where, str(what), keras)
        if finding not in self.findings:
            self.findings.append(finding)

    def has(self, *kinds: str) -> bool:
        return any(finding.kind in kinds for finding in self.findings)

    @property
    def parameters(self) -> int:
        """Elements of all arrays."""
        return sum(array["elements"] for array in self.arrays)

    @property
    def keras(self) -> str:
        """Whether Keras 3.15 loads the file safely: "safe", "refuses", "unsafe", "unknown"; "" for
        files that are none of Keras."""
        if not any(word in self.format for word in ("Keras", "HDF5", "zip")):
            return ""
        outcomes = {finding.keras for finding in self.findings}
        order = (UNSAFE, REFUSES, UNKNOWN)
        return next((outcome for outcome in order if outcome in outcomes), "safe")

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {
            **dataclasses.asdict(self),
            "parameters": self.parameters,
            "keras": self.keras,
        }
