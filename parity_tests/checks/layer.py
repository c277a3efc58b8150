"""Compare one layer in both libraries."""

from __future__ import annotations

import functools
import re
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import minikeras
from minikeras import tree
from minikeras.autograd import GradientTape, Tensor
from parity_tests.checks.compare import ULP, assert_close, both, compare, compare_gradients
from parity_tests.conformance import EQUAL, note, tolerance

_COUNTED = re.compile(r"(seed_generator)_\d+")  # the number counts up during the whole process


def check_layer(
    name: str,
    config: dict[str, Any],
    x: Any,
    *,
    ulp: float = ULP,
    scale: float | None = None,
    **call_kwargs: Any,
) -> tuple[Any, Any]:
    """Build the layer in both libraries, call it on ``x``, compare everything, return both layers.

    ``x`` is an array or a list of arrays.  Compared are: initial weights, their names, paths and
    order; output, mask and losses; all variables after the call; the gradients of the inputs and
    of every trainable weight; shapes and dtypes of symbolic calls with an unknown batch; configs.
    """
    config = {"name": "subject", **config}
    ours, theirs = both(lambda library: getattr(library.layers, name)(**config))
    shape = [a.shape for a in x] if isinstance(x, list) else x.shape
    for layer in (ours, theirs):
        if not layer.built:
            layer.build(shape)
    _compare_weights(ours, theirs)
    _draw_weights(ours, theirs)

    arrays, copies = tree.flatten(x), [a.copy() for a in tree.flatten(x)]
    xs, ts = [Tensor(a) for a in arrays], [tf.constant(a) for a in arrays]
    mine = [v for v in ours.weights if v.trainable]
    yours = [v.value for v in theirs.weights if v.trainable]
    with np.errstate(all="ignore"), GradientTape() as tape:
        tape.watch(xs)
        y = ours(tree.pack_sequence_as(x, xs), **call_kwargs)
    with tf.GradientTape() as tf_tape:
        tf_tape.watch(ts)
        t = theirs(tree.pack_sequence_as(x, ts), **call_kwargs)
    near = functools.partial(assert_close, ulp=ulp, scale=scale, inputs=arrays)
    compare("output", y, t, near)
    compare("mask", _masks(y), _masks(t))
    compare("losses", ours.losses, theirs.losses, near)
    for a, b in zip(ours.variables, theirs.variables, strict=True):
        if "seed" in b.path:  # its dtype differs in TensorFlow
            np.testing.assert_array_equal(a.numpy(), b.numpy(), f"{b.path} after the call")
        else:
            near(a, b.numpy(), f"{b.path} after the call")
    labels = [f"input {i}" for i in range(len(xs))] + [v.path for v in mine]
    subject, distance = f"layers.{name}", tolerance(ulp, scale)
    if compare_gradients(tape, tf_tape, y, t, [*xs, *mine], [*ts, *yours], labels, near):
        note(subject, "gradient", distance)
    for a, copy in zip(arrays, copies):
        assert np.array_equal(a, copy), "an input was changed"

    _compare_symbolic_calls(ours, theirs, x, call_kwargs)
    _compare_configs(ours, theirs)
    note(subject, "values", distance)
    note(subject, "config", EQUAL)
    return ours, theirs


def _compare_weights(ours: Any, theirs: Any) -> None:
    for kind in ("weights", "variables", "trainable_variables", "non_trainable_variables"):
        a, b = getattr(ours, kind), getattr(theirs, kind)
        a, b = ([_COUNTED.sub(r"\1", v.path) for v in variables] for variables in (a, b))
        assert a == b, f"paths of {kind}: {a}, Keras {b}"
    for a, b in zip(ours.weights, theirs.weights):
        assert_close(a, b.numpy(), f"initial {b.path}", ulp=4)


def _draw_weights(ours: Any, theirs: Any) -> None:
    """Assign the same random values to both; variances and deviations are positive."""
    rng = np.random.default_rng(1)
    for a, b in zip(ours.weights, theirs.weights):
        if a.numpy().dtype.kind != "f":
            continue
        positive = "variance" in a.name or "stddev" in a.name
        values = rng.uniform(0.5 if positive else -1, 1.5 if positive else 1, a.shape)
        a.assign(values.astype(a.dtype))
        b.assign(values.astype(a.dtype))


def _masks(structure: Any) -> list[Any]:
    found = [getattr(y, "_keras_mask", None) for y in tree.flatten(structure)]
    return [mask for mask in found if mask is not None]


def _compare_symbolic_calls(ours: Any, theirs: Any, x: Any, call_kwargs: dict[str, Any]) -> None:
    kwargs = {k: v for k, v in call_kwargs.items() if not hasattr(v, "shape")}
    answers = []
    for library, layer in ((minikeras, ours), (keras, theirs)):
        inputs = tree.map_structure(
            lambda a: library.KerasTensor((None, *a.shape[1:]), a.dtype.name),  # noqa: B023
            x,
        )
        outputs = tree.flatten(layer(inputs, **kwargs))
        answers.append(
            [(tuple(y.shape), keras.backend.standardize_dtype(y.dtype)) for y in outputs]
        )
    assert answers[0] == answers[1], f"symbolic call: {answers[0]}, Keras {answers[1]}"
    unknown = [(None, *a.shape[1:]) for a in x] if isinstance(x, list) else (None, *x.shape[1:])
    a, b = ours.compute_output_shape(unknown), theirs.compute_output_shape(unknown)
    assert a == tuple(b), f"compute_output_shape: {a}, Keras {b}"


def _compare_configs(ours: Any, theirs: Any) -> None:
    a, b = ours.get_config(), theirs.get_config()
    assert a == b, f"config: {_difference(a, b)}"
    again = type(ours).from_config(a).get_config()
    assert again == a, f"config after a round trip: {_difference(again, a)}"
    a, b = ours.get_build_config(), theirs.get_build_config()
    assert a == b, f"build config: {a}, Keras {b}"


def _difference(a: dict[str, Any], b: dict[str, Any]) -> str:
    keys = [k for k in {**a, **b} if a.get(k, "missing") != b.get(k, "missing")]
    return "; ".join(f"{k}: {a.get(k, 'missing')}, Keras {b.get(k, 'missing')}" for k in keys)
