"""The pytest plugin of minikeras: the fixture `assert_matches_keras`.

pytest imports this module whenever it starts, so it imports nothing of minikeras, NumPy or
TensorFlow until a test uses the fixture.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def assert_matches_keras(tmp_path: Path) -> Callable[..., Any]:
    """`minikeras.parity.assert_matches_keras`; the reproducer is saved in the test's `tmp_path`.

    def test_model(assert_matches_keras):
        assert_matches_keras(model, x, y, steps=3)
    """
    function = importlib.import_module("minikeras.parity").assert_matches_keras
    return functools.partial(function, folder=tmp_path)
