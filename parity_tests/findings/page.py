"""Writes ``docs/findings.md``: ``python -m parity_tests.findings.page``."""

from __future__ import annotations

from parity_tests.findings.catalogue import CHAPTERS, FINDINGS
from parity_tests.findings.finding import BACKENDS, LIBRARIES, Finding
from parity_tests.house.sources import ROOT

PAGE = ROOT / "docs" / "findings.md"
NAMES = dict(zip(LIBRARIES, ("TensorFlow", "JAX", "torch", "minikeras"), strict=True))


def page() -> str:
    chapters = "".join(
        f"## {title}\n\n" + "".join(_entry(f) for f in findings)
        for title, findings in CHAPTERS.items()
    )
    return f"{_introduction()}\n{_overview()}\n{chapters}".rstrip() + "\n"


def _introduction() -> str:
    counts = ", ".join(f"{sum(f.is_wrong(b) for f in FINDINGS)} on {NAMES[b]}" for b in BACKENDS)
    follows = sum(f.is_wrong("minikeras") for f in FINDINGS)
    return f"""# Defects found in Keras

{len(FINDINGS)} defects of Keras 3.15.1 and of its backends that this project has found: wrong
numbers, wrong gradients, promises of the documentation that are not kept, errors in documented use.
Choices of design are not listed, and roundings are not. Some defects are those of the backend, not
of Keras; the text says so. They show {counts}.

Each entry is a program of at most ten lines that needs Keras and NumPy alone, what it prints, and
what is right. Most of the latter are computed by another program, without Keras. The tests run all
of them (`parity_tests/findings/`): with TensorFlow always, with JAX and torch where these are
installed. An entry that a new version of Keras mends makes the tests fail, and is then taken out.
Measured with TensorFlow 2.21, JAX 0.10 and torch 2.14 on a CPU, with the operations of oneDNN off
unless the entry says otherwise. An error's name stands for a program that ends with it.

minikeras gives the results of Keras on TensorFlow, bit for bit. So it follows {follows} of these
defects, where a training would otherwise give another curve; where it does not, the entry says so.

In the table, "other" is neither right nor wrong, for a reason that the entry gives, and "–" is what
minikeras does not have. `python -m parity_tests.findings.page` makes this page.
"""


def _overview() -> str:
    rows = [
        f"| [{f.title}](#{f.anchor}) | " + " | ".join(f.word(name) for name in LIBRARIES) + " |"
        for f in FINDINGS
    ]
    head = "| defect | " + " | ".join(NAMES.values()) + " |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _entry(finding: Finding) -> str:
    parts = [f"### {finding.title}", _fenced("py", finding.code)]
    for names, text in (finding.wrong | finding.other).items():
        parts += [f"Printed with {_and(names)}:", _fenced("text", text)]
    parts += ["Right:", _fenced("text", finding.right), finding.why.strip()]
    if finding.promise:
        name, words = finding.promise
        parts.append(f"The documentation of `{name}` says: “{words}”.")
    if finding.proof:
        parts += ["What is right, computed without Keras:", _fenced("py", finding.proof)]
    if finding.onednn:
        parts.append("With the operations of oneDNN on, TensorFlow's default on x86.")
    parts.append(_here(finding))
    if finding.upstream:
        parts.append("Reported: " + ", ".join(f"<{address}>" for address in finding.upstream) + ".")
    return "\n\n".join(parts) + "\n\n"


def _and(names: str) -> str:
    *others, last = (NAMES[name] for name in names.split())
    return f"{', '.join(others)} and {last}" if others else last


def _here(finding: Finding) -> str:
    if not finding.place:
        return "minikeras does not have this."
    if finding.is_wrong("minikeras"):
        same = finding.expected("minikeras") == finding.expected("tensorflow")
        return f"minikeras follows {'TensorFlow' if same else 'Keras'} here: `{finding.place}`."
    return f"minikeras is right here: `{finding.place}`."


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
