"""Drawn models are trained, saved, loaded by both libraries, and trained further by both."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

import minikeras
from parity_tests.trainings.drawing import Training, drawn
from parity_tests.trainings.running import _fit, distance, fresh
from parity_tests.trainings.test_trainings import LEAST, least

DRAWS = 1000 if os.getenv("HYPOTHESIS_PROFILE") == "deep" else 12
TOLERANCE = {"float32": 0.0, "float64": 1e-10}


def save(library: Any, training: Training, path: Path) -> Any:
    """Train a model once and save it; returns what it predicts."""
    with fresh(library, training), contextlib.redirect_stdout(io.StringIO()):
        model = training.compiled(library)
        x, y = training.data()
        _fit(library, model, training, x, y, training.fits[0])
        model.save(path)
        return model.predict(x, verbose=0)


def go_on(library: Any, training: Training, path: Path) -> tuple[Any, dict[str, Any]]:
    """Load a model and train it further; returns what it predicts first, and what came after."""
    with fresh(library, training), contextlib.redirect_stdout(io.StringIO()):
        model = library.saving.load_model(path)
        x, y = training.data()
        first = model.predict(x, verbose=0)
        history = _fit(library, model, training, x, y, {**training.fits[-1], "epochs": 3})
        after = {name: np.asarray(values) for name, values in history.items()}
        last = model.predict(x, verbose=0)
    for i, values in enumerate(last if isinstance(last, list) else [last]):
        after[f"predictions {i}"] = values
    return first, after


def farthest(training: Training, source: Any, path: Path) -> float | None:
    """How far the libraries are apart after loading what one wrote; None if Keras refuses.

    A model that is loaded predicts in ``source`` with the bits that it had, or the distance is ∞.
    """
    try:
        before = save(source, training, path)
        theirs_first, theirs = go_on(keras, training, path)
    except Exception:
        try:  # Keras may refuse the arguments, or its own file
            save(keras, training, path)
            go_on(keras, training, path)
        except Exception:
            return None
        raise
    ours_first, ours = go_on(minikeras, training, path)
    same = ours_first if source is minikeras else theirs_first
    for a, b in zip(_list(same), _list(before), strict=True):
        if not np.array_equal(a, b, equal_nan=True):
            return float("inf")
    if ours.keys() != theirs.keys():
        return float("inf")
    pairs = [(ours[name], theirs[name]) for name in ours]
    pairs += zip(_list(ours_first), _list(theirs_first), strict=True)
    return max(distance(np.asarray(a), np.asarray(b)) for a, b in pairs)


def _list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def test_models_go_on_in_the_other_library(tmp_path: Path) -> None:
    found: dict[str, list[tuple[float, str]]] = {"float32": [], "float64": []}
    for i, training in enumerate(drawn(DRAWS, 10)):
        source = (minikeras, keras)[i % 2]
        far = farthest(training, source, tmp_path / f"{i}.keras")
        if far is not None:
            found[training.floatx].append((far, f"{source.__name__} → : {training}"))
    assert sum(map(len, found.values())) >= 0.6 * DRAWS
    for floatx, results in found.items():
        unequal = [text for far, text in results if far > TOLERANCE[floatx]]
        share = min(v for (kind, name), v in LEAST.items() if kind == floatx and "text" not in name)
        assert len(results) - len(unequal) >= least(share, len(results)), unequal
