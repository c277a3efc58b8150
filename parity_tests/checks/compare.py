"""Comparisons that all checks share, and the tolerance.

Numbers may differ by 8 units in the last place and by ``scale`` · 16 ε, where ``scale`` is by
default the largest number among the result and the inputs, at least 1.  A sum of n products rounds
to within n ε Σ|a||b| whatever its order, and the sums of these tests are short; a test with longer
ones, or with terms that cancel, states its scale.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import minikeras
from minikeras import tree
from minikeras.autograd import GradientTape
from parity_tests.conformance import note_misuse

ULP, SCALE = 8, 16


def assert_close(
    ours: Any,
    theirs: Any,
    what: str,
    *,
    ulp: float = ULP,
    scale: float | None = None,
    inputs: tuple[Any, ...] | list[Any] = (),
) -> None:
    """Equal shapes and dtypes; values within the tolerance that the module states.

    ``ulp=0`` without a scale demands equal bits.  Numbers below the smallest normal one count as 0:
    TensorFlow flushes them, NumPy does not.
    """
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, Keras {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype}, Keras {theirs.dtype}"
    if theirs.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs, err_msg=what)
        return
    info = np.finfo(theirs.dtype)
    if scale is None:
        scale = max(map(_size, (theirs, *inputs)), default=1) if ulp else 0
    with np.errstate(all="ignore"):
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        least = info.tiny if ulp == 0 and scale == 0 else SCALE * info.eps * scale + info.tiny
        limit = ulp * np.spacing(np.abs(theirs)) + least
        same |= np.abs(ours - theirs) <= limit
    assert same.all(), f"{what}: {ours[~same]}, Keras {theirs[~same]}"


def _size(x: Any) -> float:
    """The largest finite number of an array, at least 1."""
    size = np.abs(np.asarray(x, "float64"))
    return float(np.max(size, initial=1, where=np.isfinite(size)))


def compare(what: str, ours: Any, theirs: Any, near: Any = assert_close) -> None:
    ours, theirs = tree.flatten(ours), tree.flatten(theirs)
    assert len(ours) == len(theirs), f"{what}: {len(ours)} parts, Keras {len(theirs)}"
    for i, (a, b) in enumerate(zip(ours, theirs)):
        near(a, b, what if len(ours) == 1 else f"{what} {i}")


def compare_gradients(
    tape: GradientTape,
    tf_tape: tf.GradientTape,
    y: Any,
    t: Any,
    xs: list[Any],
    ts: list[Any],
    labels: list[str],
    near: Any,
) -> bool:
    """The gradients of the floating outputs for one random cotangent; whether there are any."""
    rng = np.random.default_rng(0)
    pairs = [
        (a, b, rng.uniform(-1, 1, a.shape).astype(a.dtype))
        for a, b in zip(tree.flatten(y), tree.flatten(t))
        if a.dtype.kind == "f"
    ]
    if not pairs:
        return False
    mine, yours, dys = (list(part) for part in zip(*pairs))
    try:
        wanted = tf_tape.gradient(yours, ts, output_gradients=[tf.constant(dy) for dy in dys])
    except LookupError:  # TensorFlow has none
        return False
    given = tape.gradient(mine, xs, output_gradients=dys)
    for label, dx, dt in zip(labels, given, wanted):
        if dt is None:
            assert dx is None or not np.any(dx), f"gradient of {label}: {dx}, Keras None"
            continue
        assert dx is not None, f"gradient of {label}: None, Keras {dt}"
        near(dx, tf.convert_to_tensor(dt), f"gradient of {label}")
    return any(dt is not None for dt in wanted)


def both(make: Callable[[Any], Any], seed: int = 1) -> tuple[Any, Any]:
    """``make(minikeras)`` and ``make(keras)``, with Python's ``random`` in the same state."""
    made = []
    for library in (minikeras, keras):
        random.seed(seed)
        made.append(make(library))
    return made[0], made[1]


def same_outcome(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[Any, Any] | None:
    """Both results, or None if both raise the same kind of error.

    TensorFlow's InvalidArgumentError at run time is a ValueError here, as it is when Keras builds
    a graph.
    """
    try:
        expected = theirs()
    except Exception as error:
        kind = ValueError if isinstance(error, tf.errors.InvalidArgumentError) else type(error)
        try:
            result = ours()
        except kind:
            return None
        raise AssertionError(f"Keras raises {error!r}, minikeras gives {result}") from error
    return ours(), expected


def check_misuse(error: Any, use: Callable[[Any], Any], match: str | None = None) -> None:
    """``use(library)`` raises ``error`` in both libraries; our message matches ``match``.

    TensorFlow's InvalidArgumentError at run time is a ValueError here.
    """
    with pytest.raises((error, tf.errors.InvalidArgumentError)):
        use(keras)
    with pytest.raises(error, match=match):
        use(minikeras)
    note_misuse(use)
