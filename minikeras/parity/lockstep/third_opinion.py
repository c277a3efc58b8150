"""The same step in another dtype: which side of a difference is nearer the truth.

A step in float32 is repeated by both libraries in float64.  Where they agree there far better than
in float32, they compute one formula, and the side with the larger error in float32 computes it
badly.  Where they do not agree, there are two formulas, and no arithmetic can say which is meant.

A step in float64 is repeated by minikeras in NumPy's longdouble, which TensorFlow does not have.
Both repeat it in float32, from which one learns whether they compute one formula:

    rounding          is about 2²⁹ times larger in float32
    another formula   differs in float32 by what it does in float64
    a bad kernel      of float64 is not there in float32

In between, or where minikeras's kernel computes in float64 itself, nobody is blamed.

minikeras runs its reference kernels, TensorFlow its kernels for float64, which are not those of
oneDNN.  Random numbers are drawn in the dtype of the step itself: masks and noise are equal.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import dtype_policies, dtypes, settings, tree
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
SHRUNK = 2.0**-25  # of the difference in float32, what rounding in float64 may leave; 2⁻²⁹ is usual
ALIKE = 0.1  # of the difference in float64, what that in float32 may be off it

FLOATS = ("float64", "float32", "float16", "bfloat16")


@dataclasses.dataclass
class Again:
    """A step that both libraries took, in other dtypes.

    truth: in the wider dtype, by minikeras.
    pair: by both; in float64 if that is the wider dtype, in float32 if the step was in float64.
    """

    dtype: str  # "float64" or "longdouble", the wider one
    truth: Record
    pair: tuple[Record, Record]


def again(pair: Pair, batch: Any, run: Callable[[int, Any], Record]) -> Again:
    """Repeat the step on a batch in the dtypes that give an opinion of it.

    run: takes the step with minikeras (0) or Keras (1), from the values that the pair holds.
    """
    own, start = own_dtype(pair), pair.arrays(0)
    other = "float64" if own == "float32" else "float32"
    data = _cast(batch, other)
    with computing_in(pair, other):
        records = run(0, data), run(1, data)
    if own == "float32":
        return Again("float64", records[0], records)
    pair.assign(0, start)
    with dtypes.with_longdouble() as wide, computing_in(pair, wide, sides=(0,)):
        return Again("longdouble", run(0, _cast(batch, wide)), records)


def own_dtype(pair: Pair) -> str:
    """The dtype of the step as it is: "float64" if a model holds variables of it, or "float32"."""
    held = (h for h in pair.held if h.kind != "metric")
    return "float64" if any(str(h.theirs.dtype) == "float64" for h in held) else "float32"


def opinion(ours: Part, theirs: Part, step: Again) -> Opinion | None:
    """What the step in other dtypes says about a part; None if it does not have it."""
    key = ours.kind, ours.name
    if any(key not in record.parts for record in (step.truth, *step.pair)):
        return None
    truth, *others = (record.parts[key].array for record in (step.truth, *step.pair))
    if any(x.shape != ours.array.shape for x in (truth, *others)):
        return None
    a, b = ours.array, theirs.array
    errors = _error(a, truth), _error(b, others[1] if step.dtype == "float64" else truth)
    agreed: bool | None
    if step.dtype == "float64":
        apart = _error(*others)
        agreed = math.isfinite(apart) and apart <= AGREED * _error(a, b)
    else:
        agreed = _agreed(a, b, others) if _is_wide(truth) else None
        if agreed is not True and errors[1] <= AGREED * _error(a, b) and _is_wide(truth):
            agreed = True  # Keras is where minikeras's formula leads
    nearer = "neither"
    if agreed and errors[1] > CLEARLY * errors[0]:
        nearer = "minikeras"
    elif agreed and errors[0] > CLEARLY * errors[1]:
        nearer = "keras"
    return Opinion(*errors, nearer, agreed, step.dtype)


def _agreed(a: Array, b: Array, narrow: list[Array]) -> bool | None:
    """Whether arrays of float64 come of one formula, by what both libraries compute in float32."""
    apart, more = _error(a, b), _error(*narrow)
    seen = max(more, float(np.finfo("float32").eps) * float(np.max(np.abs(b), initial=0.0)))
    if not math.isfinite(more):
        return None
    if apart <= SHRUNK * more or apart > seen / AGREED:
        return True
    with np.errstate(all="ignore"):
        off = (a - b) - (narrow[0].astype("float64") - narrow[1].astype("float64"))
        return False if float(np.max(np.abs(off), initial=0.0)) <= ALIKE * apart else None


def _is_wide(truth: Array) -> bool:
    """Whether an array in longdouble was computed in it, and not in float64."""
    return bool(np.any(truth.astype("float64") != truth))


def _error(a: Array, b: Array) -> float:
    return float(difference(a, b).max(initial=0.0))


def _cast(batch: Any, dtype: str) -> Any:
    """A batch with its floating arrays in another dtype."""
    return tree.map_structure(
        lambda x: x.astype(dtype) if str(x.dtype) in FLOATS else x, batch, none_is_leaf=False
    )


@contextlib.contextmanager
def without_metrics(pair: Pair) -> Iterator[None]:
    """Within the block no step of either model computes metrics."""
    models = pair.ours, pair.theirs
    for model in models:
        vars(model)["compute_metrics"] = lambda *args, **kwargs: {}
    try:
        yield
    finally:
        for model in models:
            del vars(model)["compute_metrics"]


@contextlib.contextmanager
def computing_in(pair: Pair, dtype: str, sides: tuple[int, ...] = (0, 1)) -> Iterator[None]:
    """Within the block both models, or one side, hold their variables in a dtype and compute in it.

    minikeras runs its reference kernels.
    """
    own = own_dtype(pair)
    with contextlib.ExitStack() as stack:
        for owner, name, value in _changes(pair, dtype, sides):
            before = getattr(owner, name)
            stack.callback(setattr, owner, name, before)
            setattr(owner, name, value)
        stack.enter_context(settings.changed("floatx", dtype))
        stack.enter_context(settings.use_kernels("reference"))
        if 1 in sides:
            stack.callback(keras.config.set_floatx, keras.config.floatx())
            keras.config.set_floatx(dtype)
        stack.enter_context(_drawing(own, dtype))
        yield


def _changes(pair: Pair, dtype: str, sides: tuple[int, ...]) -> Iterator[tuple[Any, str, Any]]:
    """What is to be set: object, attribute, value.  Each is set before the next is asked for."""
    if 0 in sides:
        for held in pair.held:
            array = np.asarray(held.ours.numpy())
            if str(array.dtype) in FLOATS:
                yield held.ours, "_value", array.astype(dtype)
        yield from _layer_changes(pair.ours, "dtype_policy", dtype_policies.get(dtype))
        for judge in _judges(pair.ours, "_entries"):
            yield judge, "dtype", dtype
    if 1 in sides:
        yield from _variable_changes(pair, dtype)
        policy = keras.dtype_policies.get(dtype)
        yield from _layer_changes(pair.theirs, "_dtype_policy", policy)
        for judge in _judges(pair.theirs, "_flat_losses"):
            yield judge, "_dtype", dtype
            yield judge, "_dtype_policy", policy


def _variable_changes(pair: Pair, dtype: str) -> Iterator[tuple[Any, str, Any]]:
    """Of Keras's variables, and of its optimizers, which know variables by their values."""
    optimizers = list(_optimizers(pair.theirs))
    known = [{o._var_key(v): v for v in o._trainable_variables} for o in optimizers]
    for held in pair.held:
        if str(np.asarray(held.theirs.numpy()).dtype) in FLOATS:
            value = tensorflow.cast(held.theirs.value, dtype)
            yield held.theirs, "_value", tensorflow.Variable(value, dtype=dtype)
            yield held.theirs, "_dtype", dtype
    for optimizer, variables in zip(optimizers, known, strict=True):
        keys = {old: optimizer._var_key(v) for old, v in variables.items()}
        places = optimizer._trainable_variables_indices
        yield optimizer, "_trainable_variables_indices", {keys[k]: i for k, i in places.items()}
        exempt = getattr(optimizer, "_exclude_from_weight_decay", None)
        if exempt is not None:
            yield optimizer, "_exclude_from_weight_decay", {keys.get(k, k) for k in exempt}


def _layer_changes(model: Any, attribute: str, policy: Any) -> Iterator[tuple[Any, str, Any]]:
    for layer in model._flatten_layers():
        yield layer, attribute, policy
        for tensor in tree.flatten(getattr(layer, "_inputs", None) or []):
            name = "_dtype" if hasattr(tensor, "_dtype") else "dtype"
            if str(getattr(tensor, name, "")) in FLOATS:
                yield tensor, name, policy.compute_dtype


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
def _drawing(own: str, wanted: str) -> Iterator[None]:
    """Within the block both libraries draw in ``own`` what they are asked to draw in ``wanted``."""
    theirs = keras.src.backend.random
    with contextlib.ExitStack() as stack:
        draw = functools.partial(_our_draw, own=own, wanted=wanted)
        stack.enter_context(_attribute(drawn, "forward", draw))
        for name in ("normal", "uniform", "truncated_normal", "gamma", "beta", "binomial"):
            stack.enter_context(replaced(theirs, name, functools.partial(_their_draw, own, wanted)))
        hook = functools.partial(_their_dropout, own, wanted)
        stack.enter_context(replaced(theirs, "dropout", hook))
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
    pair: Array,
    *,
    function: Callable[..., Array],
    shape: Any,
    options: tuple[Any, ...],
    own: str,
    wanted: str,
) -> Array:
    given = [own if str(option) == wanted else option for option in options]
    found = function(seed_of(pair), shape, *given)
    is_wanted = wanted in map(str, options) and found.dtype.kind == "f"
    return found.astype(wanted) if is_wanted else found


def _their_draw(own: str, wanted: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def draw(*args: Any, dtype: Any = None, **kwargs: Any) -> Any:
        if dtype != wanted and dtype is not None:
            return method(*args, dtype=dtype, **kwargs)
        return tensorflow.cast(method(*args, dtype=own, **kwargs), wanted)

    return draw


def _their_dropout(own: str, wanted: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
        if inputs.dtype != wanted:
            return method(inputs, rate, noise_shape, seed)
        mask = method(tensorflow.ones(inputs.shape, own), rate, noise_shape, seed)
        return inputs * tensorflow.cast(mask > 0, wanted) / (1 - rate)

    return dropout
