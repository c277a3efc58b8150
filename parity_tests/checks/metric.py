"""Compare a metric in both libraries: state and result after each of several batches."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from hypothesis import strategies as st
from keras.src import backend

from minikeras import config, metrics, tf_function
from minikeras.autograd import Tensor
from parity_tests.checks.compare import same_outcome
from parity_tests.checks.loss import close
from parity_tests.conformance import BITS, note
from parity_tests.drawing import generators, sample_weights

# Arguments without a default.
REQUIRED = {
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "MeanIoU": {"num_classes": 3},
    "OneHotMeanIoU": {"num_classes": 3},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}


def pair(name: str, config: dict[str, Any]) -> tuple[Any, Any]:
    return getattr(metrics, name)(**config), getattr(keras.metrics, name)(**config)


def compare(ours: Any, theirs: Any, rtol: float | None = None, size: float = 0.0) -> None:
    assert [v.name for v in ours.variables] == [v.name for v in theirs.variables]
    for mine, yours in zip(ours.variables, theirs.variables):
        assert mine.path.split("/")[-1] == yours.path.split("/")[-1]
        close(mine.numpy(), yours.numpy(), f"variable {mine.name}", rtol, size)
    close(ours.result(), theirs.result(), "result", rtol, size)


def check_metric(
    name: str,
    config: dict[str, Any],
    batches: list[Any],
    rtol: float | None = None,
    size: float = 0.0,
) -> None:
    """Update both with the same batches ``(y, p, weights[, mask])`` and compare."""
    ours, theirs = pair(name, config)
    with np.errstate(all="ignore"):
        for y, p, *rest in batches:
            w, mask = (*rest, None, None)[:2]
            x, t = Tensor(p), tf.constant(p)
            if mask is not None:
                x._keras_mask = Tensor(mask)
                backend.set_keras_mask(t, tf.constant(mask))
            both = same_outcome(
                lambda y=y, x=x, w=w: ours.update_state(y, x, sample_weight=w),
                lambda y=y, t=t, w=w: theirs.update_state(y, t, sample_weight=w),
            )
            if both is None:
                return
            compare(ours, theirs, rtol, size)
            note(f"metrics.{name}", "values", f"{rtol:.0e}" if rtol else "8 ULP")
        ours.reset_state()
        theirs.reset_state()
        compare(ours, theirs, rtol, size)


def check_in_function(
    name: str, options: dict[str, Any], batches: list[Any], size_known: bool
) -> None:
    """Update both in a function, as ``fit`` does, with float32 batches of one shape."""
    ours, theirs = pair(name, options)
    found = [[np.asarray(x, "float32") for x in batch if x is not None] for batch in batches]
    theirs.update_state(*found[0])  # it may create variables
    theirs.reset_state()

    def update(*batch: Any) -> Any:
        theirs.update_state(*batch)
        return theirs.result()

    specs = [tf.TensorSpec(x.shape if size_known else (None, *x.shape[1:])) for x in found[0]]
    update = tf.function(update, input_signature=specs)
    with (
        np.errstate(all="ignore"),
        config.use_kernels("fast"),
        tf_function.inside(batch_size_known=size_known),
    ):
        for batch in found:
            ours.update_state(*batch)
            expected = update(*batch)
            np.testing.assert_array_equal(np.asarray(ours.result()), expected.numpy())
    for mine, yours in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), yours.numpy(), mine.name)
    note(f"metrics.{name}", "values", BITS)


@st.composite
def batches(draw: Any, labels: Any, scores: Any, rank: int = 2, classes: int = 4) -> list[Any]:
    """One to three batches ``(y, p, weights)`` that differ in their first axis only."""
    inner = tuple(draw(st.integers(1, 3)) for _ in range(rank - 2))
    k = draw(st.integers(1, classes))
    found = []
    for _ in range(draw(st.integers(1, 3))):
        shape = (draw(st.integers(1, 6)), *inner, k)
        found.append((draw(labels(shape)), draw(scores(shape)), draw(sample_weights(shape[:-1]))))
    return found


def class_numbers(shape: tuple[int, ...]) -> st.SearchStrategy[np.ndarray]:
    def make(rng: np.random.Generator) -> np.ndarray:
        y = rng.integers(0, shape[-1], shape[:-1])
        return y[..., None] if rng.integers(2) else y

    return generators.map(make)


def bits(shape: tuple[int, ...]) -> st.SearchStrategy[np.ndarray]:
    return generators.map(lambda rng: rng.integers(0, 2, shape))


ranks = st.sampled_from([2, 3])
