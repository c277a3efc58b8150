"""Labels, predictions, weights and masks for losses and metrics, and the double call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st
from keras.src import backend

from minikeras.autograd import GradientTape, Tensor

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)
dtypes = st.sampled_from(["float32", "float64"])
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
generators = st.integers(0, 2**31).map(np.random.default_rng)


@st.composite
def numbers(draw: Any, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray:
    """Normal, or on the quarter grid in [-2, 2] where zeros and ties are common."""
    rng = draw(generators)
    grid = draw(st.booleans())
    x = rng.integers(-8, 9, shape) / 4 if grid else rng.normal(size=shape)
    return np.asarray(x, dtype)


@st.composite
def probabilities(draw: Any, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray:
    """Uniform, softmax outputs, exact zeros and ones, or quarters (not normalised)."""
    rng = draw(generators)
    kind = draw(st.sampled_from(["uniform", "softmax", "hard", "quarters"]))
    if kind == "softmax":
        e = np.exp(rng.normal(scale=3, size=shape))
        return np.asarray(e / e.sum(-1, keepdims=True), dtype)
    if kind == "hard":
        return np.asarray(rng.integers(0, 2, shape), dtype)
    return np.asarray(
        rng.integers(0, 5, shape) / 4 if kind == "quarters" else rng.random(shape), dtype
    )


@st.composite
def one_hot(draw: Any, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray:
    rng = draw(generators)
    return np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[:-1])]


@st.composite
def weights(draw: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """None, or quarters of a shape that broadcasts against values of this shape."""
    kind = draw(st.sampled_from(["none", "scalar", "full", "ones", "sample", "trailing"]))
    if kind == "none":
        return None
    chosen = {
        "scalar": (),
        "full": shape,
        "ones": tuple(n if draw(st.booleans()) else 1 for n in shape),
        "sample": shape[:1],
        "trailing": (*shape, 1),
    }[kind]
    return np.asarray(draw(generators).integers(0, 5, chosen) / 4, "float32")


def close(ours: Any, theirs: Any, what: str, rtol: float | None = None, size: float = 0.0) -> None:
    """Shape, dtype and value; to 8 ULP of the largest entry in float32, 64 in float64.

    ``size``: that of the terms of a sum which may cancel.
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


def same_outcome(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[Any, Any] | None:
    """Both results; or None if both refuse, with the same kind of error.

    What TensorFlow refuses when it runs (InvalidArgumentError) is a ValueError here, as it is
    when Keras builds a graph.
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
    """The value and its gradient by the predictions, for plain tensors or masked ones."""

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
    close(value, expected, "value", rtol, size)
    assert (dp is None) == (dexpected is None), f"gradient: {dp}, Keras {dexpected}"
    if dp is not None:
        close(dp, dexpected, "gradient", rtol, size)
