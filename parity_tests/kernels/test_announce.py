"""The line on standard error while kernels are compiled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from minikeras.kernels.runtime import announce


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(announce, "say", lines.append)
    monkeypatch.setattr(announce, "_was_said", False)
    monkeypatch.setattr(announce, "_spent", 0.0)
    monkeypatch.setattr(announce, "PATIENCE", 0.2)
    return lines


def compile_for(seconds: float) -> None:
    with announce.announced(), announce.announced():  # the second: a kernel that the first calls
        time.sleep(seconds)


def test_once_and_only_after_a_while(said: list[str]) -> None:
    compile_for(0.05)
    time.sleep(0.3)  # the program itself takes long, not the compiler
    assert not said
    for _ in range(3):
        compile_for(0.3)
    assert len(said) == 1


def test_short_compilations_add_up(said: list[str]) -> None:
    for _ in range(8):
        compile_for(0.04)
    assert len(said) == 1


def test_an_error_ends_it(said: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), announce.announced():
        _ = 1 / 0
    time.sleep(0.3)
    assert not said


def test_the_line_names_the_folder(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = str(Path.home() / ".cache" / "minikeras" / "0123")
    for folder, words in [(kept, "kept in ~/.cache/minikeras"), ("", "in every process")]:
        monkeypatch.setattr(announce, "cache_directory", lambda folder=folder: folder)
        monkeypatch.setattr(announce, "_was_said", False)
        announce._announce()
        assert words in said[-1]
