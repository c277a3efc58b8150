"""Build the same thing twice, do the same to both, compare everything.

How close is close: numbers may differ by 8 units in the last place and by ``scale`` · 16 ε, where
``scale`` is by default the largest number among the result and the inputs, at least 1.  A sum of n
products rounds to within n ε Σ|a||b| whatever its order, and the sums of these tests are short; a
test with longer ones, or with terms that cancel, states its scale.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import minikeras
from minikeras import tree
from minikeras.autograd import GradientTape, Symbol, Tensor

ULP, SCALE = 8, 16
_COUNTED = re.compile(r"(seed_generator)_\d+")  # numbered through the whole process


def assert_close(
    ours: Any,
    theirs: Any,
    what: str,
    *,
    ulp: float = ULP,
    scale: float | None = None,
    inputs: tuple[Any, ...] | list[Any] = (),
) -> None:
    """Equal shapes and dtypes; equal values, but for ``ulp`` and ``scale`` as said above.

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


# Operations


def check_op(
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    *arrays: Any,
    ulp: float = ULP,
    scale: float | None = None,
    **static: Any,
) -> None:
    """Values, the gradient of every floating input, the shape rule's promise, inputs untouched."""
    copies = [np.array(a) for a in arrays]
    xs, ts = [Tensor(np.asarray(a)) for a in arrays], [tf.constant(a) for a in arrays]
    with np.errstate(all="ignore"), GradientTape() as tape:
        tape.watch(xs)
        y = ours(*xs, **static)
    with tf.GradientTape() as tf_tape:
        tf_tape.watch([t for t in ts if t.dtype.is_floating])
        t = theirs(*ts, **static)
    near = functools.partial(assert_close, ulp=ulp, scale=scale, inputs=arrays)
    _compare("value", y, t, near)
    labels = [f"input {i}" for i in range(len(xs))]
    _compare_gradients(tape, tf_tape, y, t, xs, ts, labels, near)
    promised = ours(*(Symbol(a.shape, a.dtype) for a in map(np.asarray, arrays)), **static)
    for promise, value in zip(tree.flatten(promised), tree.flatten(y), strict=True):
        assert promise.shape == value.shape, f"promised shape {promise.shape}, is {value.shape}"
        assert promise.dtype == value.dtype.name, f"promised {promise.dtype}, is {value.dtype}"
    for a, copy in zip(arrays, copies):
        assert np.array_equal(a, copy, equal_nan=copy.dtype.kind in "fc"), "an input was changed"


def _compare(what: str, ours: Any, theirs: Any, near: Any = assert_close) -> None:
    ours, theirs = tree.flatten(ours), tree.flatten(theirs)
    assert len(ours) == len(theirs), f"{what}: {len(ours)} parts, Keras {len(theirs)}"
    for i, (a, b) in enumerate(zip(ours, theirs)):
        near(a, b, what if len(ours) == 1 else f"{what} {i}")


def _compare_gradients(
    tape: GradientTape,
    tf_tape: tf.GradientTape,
    y: Any,
    t: Any,
    xs: list[Any],
    ts: list[Any],
    labels: list[str],
    near: Any,
) -> None:
    """The gradients of the floating outputs under a cotangent drawn once."""
    rng = np.random.default_rng(0)
    pairs = [
        (a, b, rng.uniform(-1, 1, a.shape).astype(a.dtype))
        for a, b in zip(tree.flatten(y), tree.flatten(t))
        if a.dtype.kind == "f"
    ]
    if not pairs:
        return
    mine, yours, dys = (list(part) for part in zip(*pairs))
    try:
        wanted = tf_tape.gradient(yours, ts, output_gradients=[tf.constant(dy) for dy in dys])
    except LookupError:  # TensorFlow has none
        return
    given = tape.gradient(mine, xs, output_gradients=dys)
    for label, dx, dt in zip(labels, given, wanted):
        if dt is None:
            assert dx is None or not np.any(dx), f"gradient of {label}: {dx}, Keras None"
            continue
        assert dx is not None, f"gradient of {label}: None, Keras {dt}"
        near(dx, tf.convert_to_tensor(dt), f"gradient of {label}")


# Layers


def both(make: Callable[[Any], Any], seed: int = 1) -> tuple[Any, Any]:
    """``make(minikeras)`` and ``make(keras)``, with Python's ``random`` in the same state."""
    made = []
    for library in (minikeras, keras):
        random.seed(seed)
        made.append(make(library))
    return made[0], made[1]


def check_layer(
    name: str,
    config: dict[str, Any],
    x: Any,
    *,
    ulp: float = ULP,
    scale: float | None = None,
    **call_kwargs: Any,
) -> tuple[Any, Any]:
    """Everything a layer is and does; ``x`` is an array, or a list of them.  Returns both layers.

    Compared: initial weights, their names, paths and order; output, its mask, the losses; all
    variables after the call; the gradients of the inputs and of every trainable weight; shapes and
    dtypes of symbolic calls with an unknown batch; configs.
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
    _compare("output", y, t, near)
    _compare("mask", _masks(y), _masks(t))
    _compare("losses", ours.losses, theirs.losses, near)
    for a, b in zip(ours.variables, theirs.variables, strict=True):
        if "seed" in b.path:  # TensorFlow keeps it in another dtype
            np.testing.assert_array_equal(a.numpy(), b.numpy(), f"{b.path} after the call")
        else:
            near(a, b.numpy(), f"{b.path} after the call")
    labels = [f"input {i}" for i in range(len(xs))] + [v.path for v in mine]
    _compare_gradients(tape, tf_tape, y, t, [*xs, *mine], [*ts, *yours], labels, near)
    for a, copy in zip(arrays, copies):
        assert np.array_equal(a, copy), "an input was changed"

    _compare_symbolic_calls(ours, theirs, x, call_kwargs)
    _compare_configs(ours, theirs)
    return ours, theirs


def _compare_weights(ours: Any, theirs: Any) -> None:
    for kind in ("weights", "variables", "trainable_variables", "non_trainable_variables"):
        a, b = getattr(ours, kind), getattr(theirs, kind)
        a, b = ([_COUNTED.sub(r"\1", v.path) for v in variables] for variables in (a, b))
        assert a == b, f"paths of {kind}: {a}, Keras {b}"
    for a, b in zip(ours.weights, theirs.weights):
        assert_close(a, b.numpy(), f"initial {b.path}", ulp=4)


def _draw_weights(ours: Any, theirs: Any) -> None:
    """The same random values; positive where a square root will be taken."""
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


def check_misuse(error: Any, use: Callable[[Any], Any], match: str | None = None) -> None:
    """``use(library)`` raises ``error`` in both libraries; ours mentions ``match``.

    What TensorFlow refuses when it runs (InvalidArgumentError) is a ValueError here.
    """
    import pytest

    with pytest.raises((error, tf.errors.InvalidArgumentError)):
        use(keras)
    with pytest.raises(error, match=match):
        use(minikeras)
