"""Compare a loss, and its gradient with respect to the predictions, in both libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src import backend

from minikeras import losses
from minikeras.autograd import GradientTape, Tensor
from parity_tests.checks.compare import same_outcome
from parity_tests.conformance import EQUAL, note, note_mentioned

# Differences of terms of order one that may cancel, such as d − ln 2 + softplus(−2d).
CANCELLING = ("CosineSimilarity", "LogCosh", "CategoricalHinge", "KLDivergence", "Poisson")


def close(ours: Any, theirs: Any, what: str, rtol: float | None = None, size: float = 0.0) -> None:
    """Shape, dtype and value; to 8 ULP of the largest entry in float32, 64 in float64.

    ``size`` is the magnitude of terms that may cancel.
    """
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, Keras {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype}, Keras {theirs.dtype}"
    if theirs.dtype.kind != "f":
        np.testing.assert_array_equal(ours, theirs, err_msg=what)
        return
    eps = np.finfo(theirs.dtype).eps
    rtol = rtol or (8 if theirs.dtype == "float32" else 64) * eps
    scale = np.max(np.abs(theirs), initial=size, where=np.isfinite(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale, err_msg=what)


def check(
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    y: np.ndarray,
    p: np.ndarray,
    *more: Any,
    mask: np.ndarray | None = None,
    rtol: float | None = None,
    size: float = 0.0,
) -> None:
    """Compare value and gradient; ``mask`` is attached to the predictions."""

    def run_ours() -> Any:
        x = Tensor(p.copy())
        if mask is not None:
            x._keras_mask = Tensor(mask)
        with GradientTape() as tape:
            tape.watch(x)
            value = ours(y, x, *more)
        return value, tape.gradient(value, x)

    def run_theirs() -> Any:
        x = tf.constant(p)
        if mask is not None:
            backend.set_keras_mask(x, tf.constant(mask))
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = theirs(y, x, *more)
        return value, tape.gradient(value, x)

    with np.errstate(all="ignore"):
        both = same_outcome(run_ours, run_theirs)
    if both is None:
        return
    (value, dp), (expected, dexpected) = both
    distance = f"{rtol:.0e}" if rtol else "8 ULP"
    close(value, expected, "value", rtol, size)
    note_mentioned(ours, "values", distance, "losses")
    assert (dp is None) == (dexpected is None), f"gradient: {dp}, Keras {dexpected}"
    if dp is not None:
        close(dp, dexpected, "gradient", rtol, size)
        note_mentioned(ours, "gradient", distance, "losses")


def check_loss(name: str, config: dict[str, Any], y: Any, p: Any, *more: Any, **kw: Any) -> None:
    ours, theirs = getattr(losses, name)(**config), getattr(keras.losses, name)(**config)
    assert ours.get_config() == theirs.get_config()
    note(f"losses.{name}", "config", EQUAL)
    assert ours.dtype == theirs.dtype
    check(ours, theirs, y, p, *more, size=1.0 if name in CANCELLING else 0.0, **kw)
