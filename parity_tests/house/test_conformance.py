"""The page on conformance says what the notes of the tests say, and the notes are true."""

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest

from minikeras import absent, ops
from parity_tests import conformance, conformance_page
from parity_tests.checks.op import check


def test_the_page_is_current() -> None:
    """If not: ``python -m parity_tests.conformance_page``."""
    assert conformance_page.page(conformance_page.claims()) == conformance_page.PAGE.read_text()


def test_claims_are_about_public_names() -> None:
    spaces = absent.keras_names()
    for name, aspects in conformance_page.claims().items():
        space, _, last = name.rpartition(".")
        assert last in spaces[f"keras.{space}" if space else "keras"], name
        assert aspects.keys() <= {*conformance.ASPECTS, "tests"}
        assert all((conformance.ROOT / "parity_tests" / t).exists() for t in aspects["tests"])


def test_a_check_notes_what_it_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "notes", {})
    check("square", np.float32([1, 2]))
    assert conformance.notes["ops.square"] == {
        "values": ["8 ULP"],
        "gradient": ["8 ULP"],
        "tests": ["house/test_conformance.py"],
    }


def test_a_failed_check_notes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "notes", {})
    monkeypatch.setattr(keras.ops, "square", keras.ops.abs)
    with pytest.raises(AssertionError, match="value"):
        check("square", np.float32([3]))
    assert conformance.notes == {}


def test_names_are_found_in_code() -> None:
    def outer(name: str) -> object:
        return lambda x: getattr(ops, name)(ops.abs(x), kind="relu")

    assert {"tanh", "abs", "relu"} <= conformance.mentioned(outer("tanh"))
    assert "conv" in conformance.mentioned(functools.partial(ops.conv, 1))


def test_what_no_test_compares_any_more_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = conformance_page.claims()
    monkeypatch.setattr(conformance, "notes", {name: dict(a) for name, a in claims.items()})
    assert conformance.lost_claims() == []
    aspect = next(a for a in claims["ops.tanh"] if a != "tests")
    del conformance.notes["ops.tanh"][aspect]
    assert conformance.lost_claims() == [f"ops.tanh ({aspect})"]


def test_distances_are_named() -> None:
    assert conformance.tolerance(0, 0) == "bits" and conformance.tolerance(4, None) == "4 ULP"
    assert conformance.power_of_ten(3e-7) == "1e-06"
    assert conformance_page.cell(["8 ULP", "", "bits"]) == "bits · 8 ULP"
    assert conformance_page.cell(["equal"]) == "✓" and conformance_page.cell([]) == ""
