"""Compare one operation on the same arrays in both libraries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from minikeras import ops, tree
from minikeras.autograd import GradientTape, Symbol, Tensor
from parity_tests.checks.compare import ULP, assert_close, compare, compare_gradients
from parity_tests.conformance import note_mentioned, tolerance


def check_op(
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    *arrays: Any,
    ulp: float = ULP,
    scale: float | None = None,
    **static: Any,
) -> None:
    """Compare values, the gradients of floating inputs and the shape rule; inputs are unchanged."""
    copies = [np.array(a) for a in arrays]
    xs, ts = [Tensor(np.asarray(a)) for a in arrays], [tf.constant(a) for a in arrays]
    with np.errstate(all="ignore"), GradientTape() as tape:
        tape.watch(xs)
        y = ours(*xs, **static)
    with tf.GradientTape() as tf_tape:
        tf_tape.watch([t for t in ts if t.dtype.is_floating])
        t = theirs(*ts, **static)
    near = functools.partial(assert_close, ulp=ulp, scale=scale, inputs=arrays)
    compare("value", y, t, near)
    labels = [f"input {i}" for i in range(len(xs))]
    distance = tolerance(ulp, scale)
    note_mentioned(ours, "values", distance, "ops", "activations")
    if compare_gradients(tape, tf_tape, y, t, xs, ts, labels, near):
        note_mentioned(ours, "gradient", distance, "ops", "activations")
    promised = ours(*(Symbol(a.shape, a.dtype) for a in map(np.asarray, arrays)), **static)
    for promise, value in zip(tree.flatten(promised), tree.flatten(y), strict=True):
        assert promise.shape == value.shape, f"promised shape {promise.shape}, is {value.shape}"
        assert promise.dtype == value.dtype.name, f"promised {promise.dtype}, is {value.dtype}"
    for a, copy in zip(arrays, copies):
        assert np.array_equal(a, copy, equal_nan=copy.dtype.kind in "fc"), "an input was changed"


def check(name, *arrays, _options=None, **static):
    """Compare `ops.name` with `keras.ops.name` on the same arrays and static arguments."""
    check_op(
        lambda *xs: getattr(ops, name)(*xs, **static),
        lambda *xs: getattr(keras.ops, name)(*xs, **static),
        *arrays,
        **(_options or {}),
    )


def check_list(name, arrays, _options=None, **static):
    """As ``check``, for operations that take a list of tensors."""
    check_op(
        lambda *xs: getattr(ops, name)(list(xs), **static),
        lambda *xs: getattr(keras.ops, name)(list(xs), **static),
        *arrays,
        **(_options or {}),
    )
