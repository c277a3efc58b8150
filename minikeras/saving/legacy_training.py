"""How a model was compiled, and the state of its optimizer, in ``.h5`` files of Keras 2 and 3."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from minikeras import frames, losses, metrics, optimizers, tree
from minikeras.autograd import Variable
from minikeras.declare.custom_objects import (
    custom_object_scope,
    get_registered_name,
    get_registered_object,
)
from minikeras.messages import describe
from minikeras.optimizers import schedules
from minikeras.optimizers.optimizer import store
from minikeras.saving.legacy_config import function_config, legacy_parts
from minikeras.saving.limits import LoadError
from minikeras.types import Array

_CHOSEN_LATER = ("accuracy", "acc", "crossentropy", "ce")  # by the shapes of the first batch
_KERAS_2_ONLY = ("jit_compile", "is_legacy_optimizer")

# Writing


def training_config(model: Any) -> dict[str, Any]:
    """What ``compile`` received, as ``.h5`` files hold it."""
    config = {k: v for k, v in model._compile_config.items() if k != "optimizer"}
    optimizer = {
        "class_name": get_registered_name(type(model.optimizer)),
        "config": model.optimizer.get_config(),
    }
    return {**tree.map_structure(_short, config), "optimizer_config": optimizer}


def _short(value: Any) -> Any:
    """A loss, metric or function: its name, or its class and config."""
    if not callable(value):
        return value
    if hasattr(value, "get_config"):
        inner = legacy_parts(value.get_config())
        return {"class_name": get_registered_name(type(value)), "config": inner}
    return get_registered_name(value)


# Reading what ``compile`` received


def compile_arguments(
    config: Any, outputs: list[str], custom_objects: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The arguments of ``compile`` that a training config describes.

    outputs: the names of the model's outputs, which Keras 2 puts before those of metrics.

    Raises ValueError for losses, metrics and optimizers that are not known; LoadError for a config
    of another form.
    """
    chosen = config.get("optimizer_config") if isinstance(config, dict) else None
    if not isinstance(chosen, dict | str):
        raise LoadError(
            f"expected a training config with an `optimizer_config`, received {describe(config)}"
        )
    prefixes = [f"{name}_" for name in outputs] if len(outputs) > 1 else []

    def metric(entry: Any) -> Any:
        return _metric(entry, prefixes)

    with custom_object_scope(custom_objects):
        return {
            "optimizer": _optimizer(chosen) if isinstance(chosen, dict) else chosen,
            "loss": _nested(config.get("loss"), _loss),
            "metrics": _nested(config.get("metrics"), metric),
            "weighted_metrics": _nested(config.get("weighted_metrics"), metric),
            "loss_weights": config.get("loss_weights"),
        }


def _nested(value: Any, make: Callable[[Any], Any]) -> Any:
    """Lists and dicts of names and configs, with what they name."""
    if value is None:
        return None
    if isinstance(value, dict) and value.get("class_name") == "function":
        value = _function(value)
    if isinstance(value, str) or (isinstance(value, dict) and "class_name" in value):
        return make(value)
    if isinstance(value, dict):
        return {key: _nested(part, make) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_nested(part, make) for part in value]
    raise LoadError(
        "Saved configuration not understood. Configuration should be a dictionary, string, tuple "
        f"or list. Received: config={describe(value)}."
    )


def _named(entry: dict[str, Any], registry: Any) -> dict[str, Any]:
    """An entry under the bare name of a class of ours, else under its registered name."""
    name, inner = entry.get("class_name"), entry.get("config")
    if not isinstance(name, str) or not isinstance(inner, dict):
        raise LoadError(f"expected a class and its config, received {describe(entry)}")
    bare = name.rpartition(">")[2]
    if get_registered_object(name) is not None:
        return {"module": None, "registered_name": name} | entry
    if registry.entries.keys() & {bare, bare.lower()}:
        return {"class_name": bare, "config": inner}
    raise registry.unknown(name)


def compile_as_in_keras_2(
    model: Any, config: Any, stored: Mapping[str, Array], custom_objects: Any = None
) -> None:
    """Compile a model as its ``.keras`` archive of Keras 2 says, with the optimizer's state.

    stored: the variables of the optimizer by their numbers, without a learning rate.
    """
    if not isinstance(config, dict):
        raise LoadError(f"expected a compile config, a dict; received {describe(config)}")
    names = list(getattr(model, "output_names", None) or [])
    config = {**config, "optimizer_config": config.get("optimizer")}
    model.compile(**compile_arguments(config, names, custom_objects))
    if not model.built or model.optimizer is None:
        return
    model.optimizer.build(model.trainable_variables)
    values = [stored[name] for name in sorted(stored, key=lambda name: (len(name), name))]
    assign_in_order_of_keras_2(model.optimizer, values, trained_in_order_of_keras_2(model))


def _optimizer(entry: dict[str, Any]) -> Any:
    entry = _named(entry, optimizers.registry)
    inner = {k: v for k, v in entry["config"].items() if k not in _KERAS_2_ONLY}
    if "lr" in inner:  # before Keras 2.3
        inner["learning_rate"] = inner.pop("lr")
    if not inner.get("decay", True):
        del inner["decay"]  # none; another one is ignored with a warning
    rate = inner.get("learning_rate")
    if isinstance(rate, dict):
        inner["learning_rate"] = _schedule(rate)
    return optimizers.deserialize({**entry, "config": inner})


def _schedule(entry: dict[str, Any]) -> dict[str, Any]:
    name = entry.get("class_name")
    ours = getattr(schedules, name, None) if isinstance(name, str) else None
    if "module" in entry or ours is None:
        return entry
    return {**entry, "module": "keras.optimizers.schedules", "registered_name": None}


def _loss(entry: Any) -> Any:
    if isinstance(entry, str):
        return losses.deserialize(entry)
    entry = _named(entry, losses.registry)
    inner = dict(entry["config"])
    function = inner.pop("fn", None)  # which the class knows, except for this one
    if inner.get("reduction") == "auto":
        inner["reduction"] = "sum_over_batch_size"
    if entry["class_name"] == "LossFunctionWrapper":
        inner["fn"] = function_config(_function(function))
    return losses.deserialize({**entry, "config": inner})


def _metric(entry: Any, prefixes: list[str]) -> Any:
    if isinstance(entry, str):
        return entry if entry in _CHOSEN_LATER else metrics.deserialize(entry)
    entry = _named(entry, metrics.registry)
    inner = dict(entry["config"])
    prefix = next((p for p in prefixes if str(inner.get("name")).startswith(p)), "")
    if prefix:
        inner["name"] = inner["name"].removeprefix(prefix)
    if entry["class_name"] == "MeanMetricWrapper":
        inner["fn"] = function_config(_function(inner.get("fn")))
    return metrics.deserialize({**entry, "config": inner})


def _function(function: Any) -> str:
    """The name of a function, from the name or the config that stands for it."""
    if isinstance(function, dict):
        function = function.get("config")
    if not isinstance(function, str):
        raise LoadError(f"expected the name of a function, received {describe(function)}")
    ours = losses.registry.entries.get(function)
    return ours.__name__ if inspect.isfunction(ours) else function  # "mse": mean_squared_error


# The state of the optimizer

_ITERATIONS = ("iteration", "iter", "iterations")
_SLOTS = {  # Keras 2's names; others are ours
    "m": "momentum",
    "v": "velocity",
    "vhat": "velocity_hat",
    "u": "norm",
    "rms": "velocity",
    "mg": "average_gradient",
    "accum_grad": "accumulated_grad",
    "accum_var": "accumulated_delta_var",
}


def assign_optimizer(
    optimizer: Any, stored: dict[str, Array], variables: Mapping[str, Variable]
) -> None:
    """Give a built optimizer the state of a file; warn, and leave it new, if that does not fit.

    stored: the arrays by the names that the file gives them, in its order.
    variables: the weights of the model by the names that the file gives them.
    """
    try:
        pairs = [*_pairs(optimizer, stored, variables)]
    except _DoesNotFit as error:
        _warn(str(error))
        return
    for variable, value in pairs:
        store(variable, value)


def _warn(why: str) -> None:
    frames.warn(
        "Error in loading the saved optimizer state. As a result, your model is starting with a "
        f"freshly initialized optimizer: {why}"
    )


def assign_in_order_of_keras_2(
    optimizer: Any, values: list[Array], weights: list[Variable]
) -> None:
    """As ``assign_optimizer``, for a state without names.

    values: the number of updates, averages, then the slots, for the weights in their order.
    """
    groups = [("average",)] if optimizer._averages else []
    groups += [group for group in optimizer.slot_groups() if group]
    keys = [
        f"optimizer/{slot}/{i}:0" for group in groups for i in range(len(weights)) for slot in group
    ]
    if groups and len(values) != 1 + len(keys):  # without slots here, Keras 2 may have some
        _warn(f"the file has {len(values)} variables, expected {1 + len(keys)}")
        return
    stored = dict(zip(["iteration:0", *keys], values))
    assign_optimizer(optimizer, stored, {f"{i}:0": w for i, w in enumerate(weights)})


def trained_in_order_of_keras_2(layer: Any) -> list[Variable]:
    """The trainable weights of a model: layer by layer, as deep as they are nested."""
    inner = [w for part in layer._layers for w in trained_in_order_of_keras_2(part)]
    own = [variable for variable in layer._own_in_order() if variable.trainable]
    return list({id(w): w for w in [*own, *inner]}.values())


class _DoesNotFit(ValueError):
    """The state is that of another optimizer, or of other variables."""


def _pairs(
    optimizer: Any, stored: dict[str, Array], variables: Mapping[str, Variable]
) -> Iterator[tuple[Variable, Array]]:
    is_keras_2 = any(name.endswith(":0") for name in stored)
    if is_keras_2:
        found = _pairs_of_keras_2(optimizer, stored, variables)
    else:
        own = optimizer.variables
        if {_parts(name)[-1] for name in stored} <= {*_ITERATIONS, "learning_rate"}:
            own = own[: len(stored)]  # it was saved before its first step
        if len(own) != len(stored):
            raise _DoesNotFit(f"the file has {len(stored)} variables, expected {len(own)}")
        found = zip(own, stored.values())
    for variable, value in found:
        if tuple(variable.shape) != value.shape:
            raise _DoesNotFit(f"{variable.path} has shape {variable.shape}, not {value.shape}")
        if variable is optimizer._iterations and not _is_count(value):
            raise _DoesNotFit(f"the number of updates is {value!r}, expected an integer ≥ 0")
        yield variable, value


def _is_count(value: Array) -> bool:
    return value.dtype.kind in "iu" and 0 <= int(value) < 2**62


def _pairs_of_keras_2(
    optimizer: Any, stored: dict[str, Array], variables: Mapping[str, Variable]
) -> Iterator[tuple[Variable, Array]]:
    """The slots by their names: their order in Keras 2 is another one.

    "Adam/m/dense/kernel:0" is a slot of the variable "dense/kernel:0"; optimizers before 2.11 call
    it "Adam/dense/kernel/m:0".  The learning rate is that of the config.
    """
    is_old = any(_parts(name)[-1] == "iter" for name in stored)
    weights = optimizer._trainable_variables
    by_name = {name.removesuffix(":0"): variable for name, variable in variables.items()}
    columns: dict[str, list[tuple[str, Array]]] = {}
    for name, value in stored.items():
        parts = _parts(name)
        if parts[-1] in _ITERATIONS:
            yield optimizer._iterations, value
        elif parts[-1] == "momentum_cache":
            yield optimizer._u_product, value
        elif parts[-1] not in ("learning_rate", "decay") and len(parts) > 2:
            slot, rest = (parts[-1], parts[1:-1]) if is_old else (parts[1], parts[2:])
            columns.setdefault(_slot(slot, optimizer), []).append(("/".join(rest), value))
    wanted = [*optimizer.slot_groups()]
    for j, slot in enumerate(slot for group in wanted for slot in group):
        yield from _column(columns.get(slot, []), slot, weights, by_name, optimizer, j)
    if optimizer._averages:
        yield from _column(columns.get("average", []), "average", weights, by_name, optimizer, None)


def _parts(name: str) -> list[str]:
    return name.removesuffix(":0").split("/")


def _slot(name: str, optimizer: Any) -> str:
    if name == "v" and isinstance(optimizer, optimizers.Adamax):  # before 2.11
        return "norm"
    return _SLOTS.get(name, name)


def _column(
    entries: list[tuple[str, Array]],
    slot: str,
    weights: list[Variable],
    by_name: dict[str, Variable],
    optimizer: Any,
    number: int | None,
) -> Iterator[tuple[Variable, Array]]:
    """One slot of every weight: by the name of the weight, else by its place."""
    if len(entries) != len(weights):
        raise _DoesNotFit(f"the file has {slot!r} of {len(entries)} weights, not {len(weights)}")
    index = {id(weight): i for i, weight in enumerate(weights)}
    places = [index.get(id(by_name.get(name)), -1) for name, _ in entries]
    if sorted(places) != [*range(len(weights))]:
        places = [*range(len(weights))]
    for place, (_, value) in zip(places, entries):
        own = optimizer._averages[place] if number is None else optimizer._slots[place][number]
        if own is not None:
            yield own, value
