"""Runs the reproducers with every library that is installed."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
import sys

from parity_tests.findings.catalogue import FINDINGS
from parity_tests.findings.finding import LIBRARIES, Finding

SECONDS = 300


def installed() -> list[str]:
    return [name for name in LIBRARIES if importlib.util.find_spec(name)]


@functools.cache
def measured(library: str) -> dict[str, str]:
    """What each reproducer prints with a library, by the titles.

    Each setting of oneDNN takes a process; only TensorFlow heeds it.
    """
    found = {}
    for onednn in (False, True):
        findings = [f for f in FINDINGS if f.onednn == onednn]
        if not findings:
            continue
        found |= dict(
            zip((f.title for f in findings), _run(library, findings, onednn), strict=True)
        )
    return found


def _run(library: str, findings: list[Finding], onednn: bool) -> list[str]:
    child = subprocess.run(
        [sys.executable, "-m", "parity_tests.findings.child", library],
        input=json.dumps([f.code for f in findings]),
        env=os.environ | {"TF_ENABLE_ONEDNN_OPTS": str(int(onednn))},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if child.returncode:
        raise RuntimeError(f"the reproducers with {library} end with {child.stderr[-2000:]}")
    return list(json.loads(child.stdout.splitlines()[-1]))
