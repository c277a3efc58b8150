"""Writes ``docs/mistakes.md``: ``python -m parity_tests.misuse.table``."""

from __future__ import annotations

import collections
import re
from pathlib import Path

from parity_tests.misuse.misuses import MISUSES
from parity_tests.misuse.outcome import LONGEST, Outcome, judgement, outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mistakes.md"
SHOWN = 160  # characters of a message of Keras


def page() -> str:
    judged = {name: judgement(name) for name in MISUSES}
    counts = collections.Counter(verdict for verdict, _ in judged.values())
    rows = [
        f"| {name} | {_theirs(outcome('keras', name))} | {_ours(outcome('minikeras', name))} "
        f"| **{verdict}**: {_escaped(reason)} |"
        for name, (verdict, reason) in judged.items()
    ]
    return (
        f"""# Beginners' mistakes

{len(MISUSES)} mistakes that beginners make, and what Keras 3.15 on TensorFlow and minikeras say
about them. Both raise the same type of error, where an error is raised at all.

For each mistake `parity_tests/misuse/misuses.py` lists the words that a teacher would use: the
argument, what it received, what was expected, what to do. Every message of minikeras holds them.
The last column says **better** if the message of Keras lacks some of them, or is longer than
{LONGEST} characters, and **same** otherwise: {counts["better"]} are better, {counts["same"]} the
same. What Keras accepts is accepted, with the same results: a script must do the same under both.
Messages of Keras are cut after {SHOWN} characters.
`python -m parity_tests.misuse.table` makes this page.

| mistake | Keras | minikeras | judgement |
|---|---|---|---|
"""
        + "\n".join(rows)
        + "\n"
    )


def _theirs(found: Outcome) -> str:
    if found.error is None:
        return _accepted(found)
    text = re.sub(r"\x1b\[\d*m", "", found.message)
    text = re.sub(r'File "[^"]*", line \d+', "File", re.sub(r"0x[0-9a-f]+", "0x…", text))
    text = " ".join(text.split())
    return _escaped(text if len(text) <= SHOWN else text[:SHOWN] + "…")


def _ours(found: Outcome) -> str:
    return _accepted(found) if found.error is None else _escaped(" ".join(found.message.split()))


def _accepted(found: Outcome) -> str:
    return "_accepted, with a warning_" if found.warned else "_accepted_"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page())
