"""All entries of ``docs/findings.md``, by chapter."""

from __future__ import annotations

from parity_tests.findings import losses, operations, training
from parity_tests.findings.finding import Finding

CHAPTERS: dict[str, tuple[Finding, ...]] = {
    "Operations": operations.FINDINGS,
    "Losses and metrics": losses.FINDINGS,
    "Optimizers and training": training.FINDINGS,
}
FINDINGS = tuple(finding for findings in CHAPTERS.values() for finding in findings)
