"""The same step in float64 by both libraries: which side of a difference is nearer the truth.

Where the two agree in float64 far better than in float32, there is one formula, and the side with
the larger error in float32 computes it badly.  Where they do not agree, there are two formulas, and
no arithmetic can say which is meant.

minikeras runs its reference kernels, TensorFlow its kernels for float64, which are not those of
oneDNN.  Random numbers are drawn in float32 as in the step itself: masks and noise are equal.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import dtype_policies, settings, tree
from minikeras.optional import Library
from minikeras.parity.lockstep.distances import difference
from minikeras.parity.lockstep.pairing import Pair
from minikeras.parity.lockstep.recording import Part, Record, replaced
from minikeras.parity.lockstep.results import Opinion
from minikeras.random.draws import drawn
from minikeras.random.seeds import seed_of
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")

CLEARLY = 4.0  # how many times larger an error must be
AGREED = 1e-2  # of the difference in float32, what the difference in float64 may be

FLOATS = ("float32", "float16", "bfloat16")


def opinion(ours: Part, theirs: Part, wide: tuple[Record, Record]) -> Opinion | None:
    """What the step in float64 says about a part; None if that step did not have it."""
    key = ours.kind, ours.name
    if any(key not in record.parts for record in wide):
        return None
    truth, other = (record.parts[key].array for record in wide)
    if not truth.shape == other.shape == ours.array.shape:
        return None
    errors = _error(ours.array, truth), _error(theirs.array, other)
    apart = _error(truth, other)
    agreed = math.isfinite(apart) and apart <= AGREED * _error(ours.array, theirs.array)
    nearer = "neither"
    if agreed and errors[1] > CLEARLY * errors[0]:
        nearer = "minikeras"
    elif agreed and errors[0] > CLEARLY * errors[1]:
        nearer = "keras"
    return Opinion(*errors, nearer, agreed)


def _error(a: Array, b: Array) -> float:
    return float(difference(a, b).max(initial=0.0))


def wide_batch(batch: Any) -> Any:
    """A batch with its floating arrays in float64."""
    return tree.map_structure(_wide, batch, none_is_leaf=False)


def _wide(array: Array) -> Array:
    return array.astype("float64") if str(array.dtype) in FLOATS else array


@contextlib.contextmanager
def in_float64(pair: Pair) -> Iterator[None]:
    """Within the block both models hold their variables in float64 and compute in it."""
    with contextlib.ExitStack() as stack:
        for owner, name, value in _changes(pair):
            before = getattr(owner, name)
            stack.callback(setattr, owner, name, before)
            setattr(owner, name, value)
        stack.enter_context(settings.changed("floatx", "float64"))
        stack.enter_context(settings.use_kernels("reference"))
        stack.callback(keras.config.set_floatx, keras.config.floatx())
        keras.config.set_floatx("float64")
        stack.enter_context(_float32_draws())
        yield


def _changes(pair: Pair) -> Iterator[tuple[Any, str, Any]]:
    """What is to be set: object, attribute, value.  Each is set before the next is asked for."""
    optimizers = list(_optimizers(pair.theirs))
    known = [{o._var_key(v): v for v in o._trainable_variables} for o in optimizers]
    for held in pair.held:
        array = np.asarray(held.ours.numpy())
        if str(array.dtype) in FLOATS:
            yield held.ours, "_value", array.astype("float64")
            value = tensorflow.cast(held.theirs.value, "float64")
            yield held.theirs, "_value", tensorflow.Variable(value, dtype="float64")
            yield held.theirs, "_dtype", "float64"
    for optimizer, variables in zip(
        optimizers, known, strict=True
    ):  # it knows them by their values
        keys = {old: optimizer._var_key(v) for old, v in variables.items()}
        places = optimizer._trainable_variables_indices
        yield optimizer, "_trainable_variables_indices", {keys[k]: i for k, i in places.items()}
        exempt = getattr(optimizer, "_exclude_from_weight_decay", None)
        if exempt is not None:
            yield optimizer, "_exclude_from_weight_decay", {keys.get(k, k) for k in exempt}
    policy = keras.dtype_policies.get("float64")
    for model, attribute, wide in (
        (pair.ours, "dtype_policy", dtype_policies.get("float64")),
        (pair.theirs, "_dtype_policy", policy),
    ):
        for layer in model._flatten_layers():
            yield layer, attribute, wide
            for tensor in tree.flatten(getattr(layer, "_inputs", None) or []):
                name = "_dtype" if hasattr(tensor, "_dtype") else "dtype"
                if str(getattr(tensor, name, "")) in FLOATS:
                    yield tensor, name, "float64"
    for judge in _judges(pair.ours, "_entries"):
        yield judge, "dtype", "float64"
    for judge in _judges(pair.theirs, "_flat_losses"):
        yield judge, "_dtype", "float64"
        yield judge, "_dtype_policy", policy


def _optimizers(model: Any) -> Iterator[Any]:
    """The optimizer of a Keras model, and the one inside it that scales no loss."""
    optimizer = model.optimizer
    while optimizer is not None:
        yield optimizer
        optimizer = getattr(optimizer, "inner_optimizer", None)


def _judges(model: Any, losses: str) -> Iterator[Any]:
    """The losses and metrics of a model."""
    whole = model._compile_loss
    if whole is not None:
        yield whole
        yield from (entry[1] for entry in getattr(whole, losses))
    for metric in model.metrics:
        yield metric
        yield from getattr(metric, "metrics", ())


@contextlib.contextmanager
def _float32_draws() -> Iterator[None]:
    """Within the block both libraries draw in float32 what they are asked to draw in float64."""
    theirs = keras.src.backend.random
    with contextlib.ExitStack() as stack:
        stack.enter_context(_attribute(drawn, "forward", _our_draw))
        for name in ("normal", "uniform", "truncated_normal", "gamma", "beta", "binomial"):
            stack.enter_context(replaced(theirs, name, _their_draw))
        stack.enter_context(replaced(theirs, "dropout", _their_dropout))
        yield


@contextlib.contextmanager
def _attribute(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _our_draw(
    pair: Array, *, function: Callable[..., Array], shape: Any, options: tuple[Any, ...]
) -> Array:
    narrow = ["float32" if str(option) == "float64" else option for option in options]
    found = function(seed_of(pair), shape, *narrow)
    return found.astype("float64") if "float64" in map(str, options) and _is_float(found) else found


def _their_draw(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def draw(*args: Any, dtype: Any = None, **kwargs: Any) -> Any:
        if dtype != "float64" and dtype is not None:
            return method(*args, dtype=dtype, **kwargs)
        return tensorflow.cast(method(*args, dtype="float32", **kwargs), "float64")

    return draw


def _their_dropout(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
        if inputs.dtype != tensorflow.float64:
            return method(inputs, rate, noise_shape, seed)
        mask = method(tensorflow.ones(inputs.shape, "float32"), rate, noise_shape, seed)
        return inputs * tensorflow.cast(mask > 0, "float64") / (1 - rate)

    return dropout


def _is_float(array: Array) -> bool:
    return array.dtype.kind == "f"
