"""Every entry of ``docs/findings.md`` still shows its defect."""

from __future__ import annotations

import ast
import functools
import inspect
import re

import keras
import pytest

from parity_tests.findings.catalogue import FINDINGS
from parity_tests.findings.child import printed
from parity_tests.findings.finding import BACKENDS, LIBRARIES, LINES, Finding
from parity_tests.findings.measuring import installed, measured
from parity_tests.findings.page import PAGE, page
from parity_tests.house.sources import ROOT

each = pytest.mark.parametrize("finding", FINDINGS, ids=lambda f: f.anchor)


@pytest.mark.parametrize("library", LIBRARIES)
def test_reproducers_print_what_the_page_says(library: str) -> None:
    if library not in installed():
        pytest.skip(f"{library} is not installed; it is too large for the tests of every change")
    found = measured(library)
    complaints = [
        c for f in FINDINGS if _has(library, f) and (c := f.complaint(library, found[f.title]))
    ]
    assert not complaints, "\n".join(complaints)


def _has(library: str, finding: Finding) -> bool:
    return library != "minikeras" or bool(finding.place)


def test_a_mended_defect_is_noticed() -> None:
    for finding in FINDINGS:
        for library in filter(finding.is_wrong, BACKENDS):
            assert "is mended" in finding.complaint(library, finding.right)


@pytest.mark.parametrize("finding", [f for f in FINDINGS if f.proof], ids=lambda f: f.anchor)
def test_what_is_right_is_computed_without_keras(finding: Finding) -> None:
    assert "keras" not in finding.proof
    assert printed(finding.proof) == finding.right


@pytest.mark.parametrize("finding", [f for f in FINDINGS if f.promise], ids=lambda f: f.anchor)
def test_promises_stand_in_the_documentation(finding: Finding) -> None:
    assert finding.promise
    name, words = finding.promise
    thing = functools.reduce(
        lambda x, n: inspect.getattr_static(x, n, None) or getattr(x, n), name.split(".")[1:], keras
    )
    assert words in re.sub(r"\s+", " ", inspect.getdoc(thing) or "")


@each
def test_form(finding: Finding) -> None:
    assert finding.why.strip()
    assert finding.proof or finding.promise or "Error" in str(finding.wrong), (
        "what says what is right?"
    )
    assert any(map(finding.is_wrong, BACKENDS))
    assert finding.right not in finding.wrong.values()
    assert len(finding.code.strip().splitlines()) <= LINES
    assert all(len(line) <= 100 for line in finding.code.splitlines())
    imported = {
        a.name.partition(".")[0]
        for n in ast.walk(ast.parse(finding.code))
        if isinstance(n, ast.Import)
        for a in n.names
    }
    assert imported <= {"keras", "numpy"}
    assert not finding.place or (ROOT / finding.place).exists()


def test_titles_differ() -> None:
    assert len({f.anchor for f in FINDINGS}) == len(FINDINGS)


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m parity_tests.findings.page"
