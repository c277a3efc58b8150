"""The page on conformance says what the notes of the tests say, and the notes are true."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras import absent, ops
from parity_tests import conformance, conformance_page
from parity_tests.checks.op import check
from parity_tests.reading import compares, mentioned


def test_the_page_is_current() -> None:
    """If not: ``python -m parity_tests.conformance_page``."""
    assert conformance_page.page(conformance_page.claims()) == conformance_page.PAGE.read_text()


def test_claims_are_about_public_names() -> None:
    spaces = absent.keras_names()
    everywhere = [pair for noted in conformance.all_claims().values() for pair in noted.items()]
    assert {*conformance.all_claims()} <= {*conformance.PROCESSORS}
    for name, aspects in everywhere:
        space, _, last = name.rpartition(".")
        assert last in spaces[f"keras.{space}" if space else "keras"], name
        assert aspects.keys() <= {*conformance.ASPECTS, "tests"}
        assert all((conformance.ROOT / "parity_tests" / t).exists() for t in aspects["tests"])


def test_a_check_notes_what_it_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "pending", {})
    check("square", np.float32([1, 2]))
    assert conformance.pending["ops.square"] == {
        "values": ["8 ULP"],
        "gradient": ["8 ULP"],
        "tests": ["house/test_conformance.py"],
    }


def test_a_failed_check_notes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "pending", {})
    monkeypatch.setattr(keras.ops, "square", keras.ops.abs)
    with pytest.raises(AssertionError, match="value"):
        check("square", np.float32([3]))
    assert conformance.pending == {}


def uses(library: Any) -> Any:
    """Beside the test that uses it."""
    return library.layers.Dense(2, activation=minikeras.ops.sigmoid)


def test_names_are_found_in_code() -> None:
    def outer(name: str) -> object:
        return lambda x: getattr(ops, name)(ops.abs(x), kind=np.cos(x.shape) + x.item("relu"))

    found = mentioned(outer("tanh"))
    assert {"tanh", "abs", "item", "relu"} <= found
    assert not {"cos", "shape", "kind"} & found, "of NumPy, not called, or an argument's name"
    assert "conv" in mentioned(functools.partial(ops.conv, 1))
    assert {"Dense", "sigmoid"} <= mentioned(lambda: uses(minikeras))
    assert "Huber" in mentioned(minikeras.losses.Huber())
    assert {"Dense", "relu"} <= mentioned(len, [lambda k: k.Dense(), "relu"])


def test_what_compares_uses_keras() -> None:
    assert compares(lambda: uses(keras)) and compares(lambda: check("abs", 1.0))
    assert compares(lambda libraries=(keras,): libraries)
    assert compares(len, [keras]) and not compares(lambda: uses(minikeras))


def test_what_no_test_compares_any_more_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "processor", lambda: conformance.PROCESSORS[0])
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "ci")
    claims = conformance_page.claims()
    monkeypatch.setattr(conformance, "notes", {name: dict(a) for name, a in claims.items()})
    assert conformance.lost_claims() == []
    del conformance.notes["ops.tanh"]["values"]
    assert conformance.lost_claims() == ["ops.tanh (values)"]
    trained = next(name for name, aspects in claims.items() if "training" in aspects)
    del conformance.notes[trained]["training"]
    assert conformance.lost_claims() == ["ops.tanh (values)"], "few trainings are drawn"
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "deep")
    assert f"{trained} (training)" in conformance.lost_claims()


def test_other_processors_have_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = {"ops.tanh": {"values": ["8 ULP"], "gradient": ["8 ULP"], "tests": ["ops/t.py"]}}
    of = {"ARM64": noted}
    monkeypatch.setattr(conformance_page, "claims", lambda name="AVX-512": of.get(name, {}))
    lines = [*conformance_page.rows({})]
    (row,) = (line for line in lines if line.startswith("| `ops.tanh`"))
    assert row.endswith("| ARM64: values 8 ULP, gradient 8 ULP |")
    assert any(line.startswith("| name |") and "other processors" in line for line in lines)


def test_distances_are_named() -> None:
    assert conformance.tolerance(0, 0) == "bits" and conformance.tolerance(4, None) == "4 ULP"
    assert conformance.power_of_ten(3e-7) == "1e-06"
    assert conformance_page.cell(["8 ULP", "", "bits"]) == "bits · 8 ULP"
    assert conformance_page.cell(["equal"]) == "✓" and conformance_page.cell([]) == ""
