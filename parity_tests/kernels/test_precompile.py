"""The kernels that a second process compiles ahead are those which training needs."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.sigutils import normalize_signature

from minikeras import settings
from minikeras.kernels.runtime import precompile


def test_a_step_needs_what_is_compiled_ahead() -> None:
    from minikeras import Sequential, layers

    first = [layers.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu")]
    then = [layers.MaxPooling2D(), layers.Flatten(), layers.Dense(128, activation="relu")]
    model = Sequential([*first, *then, layers.Dropout(0.5), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.ones((32, 28, 28, 1), np.float32), np.zeros(32, np.int64), verbose=0)
    for name, kinds in precompile.STEP:
        module, _, kernel = name.rpartition(".")
        found = getattr(importlib.import_module(f"minikeras.kernels.{module}"), kernel)
        assert normalize_signature(f"({kinds})")[0] in found.overloads, name


@pytest.mark.parametrize("hindrance", ["", "warm cache", "no cache", "variable", "one processor"])
def test_when_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hindrance: str) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **named: begun.append(args))
    monkeypatch.setattr(precompile.atexit, "register", lambda *args: None)
    monkeypatch.setattr(precompile, "_was_asked", False)
    monkeypatch.setattr(settings, "threads", lambda: 1 if hindrance == "one processor" else 2)
    monkeypatch.setenv("MINIKERAS_COMPILE_AHEAD", "0" if hindrance == "variable" else "")
    if hindrance == "warm cache":
        (tmp_path / "kernel").write_text("")
    for _ in range(2):
        precompile.start("" if hindrance == "no cache" else str(tmp_path))
    assert len(begun) == (0 if hindrance else 1)


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "MINIKERAS_COMPILE_AHEAD": "0"}
    command = [sys.executable, "-c", precompile._COMMAND, *sys.path]
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as helper:
        assert helper.stdin
        helper.stdin.close()
        assert helper.wait(30) == 0
    assert time.perf_counter() - start < 10
    assert len(list(tmp_path.rglob("*.*"))) < len(precompile.STEP)
