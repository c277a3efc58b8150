"""All entries of ``docs/findings.md``, by chapter."""

from __future__ import annotations

from parity_tests.findings import (
    arrays,
    forms,
    gradients,
    images,
    layers,
    losses,
    operations,
    preprocessing,
    saving,
    training,
)
from parity_tests.findings.finding import Finding

CHAPTERS: dict[str, tuple[Finding, ...]] = {
    "Operations": operations.FINDINGS + arrays.FINDINGS + forms.FINDINGS,
    "Gradients": gradients.FINDINGS,
    "Layers": layers.FINDINGS,
    "Images": images.FINDINGS,
    "Text, tables and signals": preprocessing.FINDINGS,
    "Losses and metrics": losses.FINDINGS,
    "Optimizers and training": training.FINDINGS,
    "Configs and files": saving.FINDINGS,
}
FINDINGS = tuple(finding for findings in CHAPTERS.values() for finding in findings)
