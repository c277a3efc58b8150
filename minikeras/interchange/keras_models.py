"""``from_keras`` and ``to_keras``: the same model in the other library, in memory.

The architecture goes through the config that both libraries read and write.  What a config does
not hold is copied from object to object: the values of all variables, which of them are trained,
vocabularies, the slots of the optimizer, and what the metrics have counted.  Training then
continues with the same numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras.interchange.compile_state import copy_metrics, copy_optimizer
from minikeras.interchange.sides import KERAS, MINIKERAS, Side
from minikeras.interchange.unsaved import (
    copy_unsaved,
    copy_unsaved_of_compile,
    copy_vocabulary,
)
from minikeras.messages import count, describe


def from_keras(model: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The minikeras model that computes and trains like a model of Keras 3.

    model: a built or unbuilt ``keras.Model``: sequential, functional or subclassed.  It is not
        changed, and shares nothing with the result.
    custom_objects: classes and functions of minikeras by the names under which Keras knows the
        user's own ones; those registered with both libraries under the same name are found.

    Weights, optimizer state, seeds of random layers and metrics have the same values.  Weights
    that Keras has not made yet are drawn anew by minikeras.

    Raises ImportError without Keras; TypeError for anything but a model of Keras, and for a
    function that minikeras does not know; ValueError for such a class, for a lambda, and for a
    variable or layer without a counterpart.
    """
    return _converted(model, KERAS, MINIKERAS, custom_objects)


def to_keras(model: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The Keras 3 model that computes and trains like a model of minikeras.

    model: a ``minikeras.Model``; it is not changed, and shares nothing with the result.
    custom_objects: classes and functions of Keras, as for ``from_keras``.

    Raises what ``from_keras`` raises.
    """
    return _converted(model, MINIKERAS, KERAS, custom_objects)


def _converted(
    model: Any, source: Side, target: Side, custom_objects: dict[str, Any] | None
) -> Any:
    if not source.is_model(model):
        raise TypeError(
            f"model must be a {source.name} model, received {describe(model)} of type "
            f"{type(model).__module__}.{type(model).__name__}"
        )
    config = source.serialize(model)
    compile_config = config.pop("compile_config", None)
    found = _known({"model": config, "compile": compile_config}, source, target, custom_objects)
    before = random.getstate()  # of initializers without a seed, whose values are overwritten
    try:
        with target.known({**(custom_objects or {}), **found}):
            other = target.deserialize(config)
            _build_like(model, other)
            copy_variables(model, other)
            for ours, theirs in _layers(model, other):
                copy_unsaved(ours, theirs, source, target)
                copy_vocabulary(ours, theirs)
                if getattr(ours, "compiled", False):
                    given = compile_config if ours is model else ours.get_compile_config()
                    _compile(theirs, given, target)
                    copy_unsaved_of_compile(ours, theirs, source, target)
                    copy_optimizer(ours, theirs, _counterparts(model, other), target)
                    copy_metrics(ours, theirs, source, target)
    finally:
        random.setstate(before)
    return other


# Architecture


def _known(
    config: Any, source: Side, target: Side, custom_objects: dict[str, Any] | None
) -> dict[str, Any]:
    """The user's classes in the target library, by the names that the config has for them.

    Raises ValueError if there is none for one of them.
    """
    missing, known = set(), {}
    for entry in _entries(config):
        name = entry["class_name"]
        if name == "__lambda__":
            raise ValueError(
                f"the model holds a lambda, which {target.name} cannot find by name. Use a named "
                "function that is registered with both libraries under the same name, or is "
                "passed in custom_objects"
            )
        module = str(entry.get("module"))
        if name.startswith("__") or module == "builtins" or module.partition(".")[0] == "keras":
            continue
        key = entry.get("registered_name") or name
        found = (custom_objects or {}).get(name) or target.registered(key, custom_objects)
        known[key] = found
        if found is None:
            missing.add(key)
        elif isinstance(found, type) and issubclass(found, source.classes()):
            raise ValueError(
                f"{key!r} is known to {target.name} as {found}, which is a class of {source.name}: "
                f"give a class that is written with {target.name}"
            )
    if missing:
        raise ValueError(
            f"{target.name} knows no {', '.join(map(repr, sorted(missing)))}: write the class with "
            f"{target.name}, and register it under the same package and name with "
            f"@{target.name}.saving.register_keras_serializable(), or pass it in custom_objects"
        )
    return known


def _entries(config: Any) -> Iterator[dict[str, Any]]:
    """The objects and functions that a config describes."""
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str) and "config" in config:
            yield config
        for part in config.values():
            yield from _entries(part)
    elif isinstance(config, list | tuple):
        for part in config:
            yield from _entries(part)


def _layers(model: Any, other: Any) -> list[tuple[Any, Any]]:
    """The layers of both models in pairs, the models first.  Raises ValueError if one is left."""
    ours, theirs = model._flatten_layers(), other._flatten_layers()
    if len(ours) != len(theirs):
        raise ValueError(
            f"the layers {[layer.name for layer in ours]} became "
            f"{[layer.name for layer in theirs]}. The two classes of a name must make the same "
            "layers in the same order"
        )
    return list(zip(ours, theirs, strict=True))


def _build_like(model: Any, other: Any) -> None:
    """Build what the config did not, from the inside out; train the same variables."""
    for ours, theirs in _layers(model, other):
        if ours.name != theirs.name:  # a layer that a class makes without a name is numbered
            theirs.name = ours.name
    for ours, theirs in reversed(_layers(model, other)):
        if ours.built and not theirs.built:
            theirs.build_from_config(ours.get_build_config())
    for ours, theirs in _layers(model, other):
        if ours.trainable != theirs.trainable:
            theirs._trainable = ours.trainable  # the property would set it for all inner layers
    for ours, theirs in _pairs_of_variables(model, other):
        theirs.trainable = ours.trainable
        # Layers that are built from a config know less of what stands around them, and the names
        # of seed generators are in no config.  Names of slots begin with the paths of variables.
        theirs._path = ours.path


# Values


def _pairs_of_variables(model: Any, other: Any) -> list[tuple[Any, Any]]:
    """The variables of both models in pairs.  Raises ValueError if they differ."""
    ours, theirs = model.variables, other.variables
    given = [(v.path, tuple(v.shape), _dtype(v)) for v in ours]
    made = [(v.path, tuple(v.shape), _dtype(v)) for v in theirs]
    if [entry[1:] for entry in given] != [entry[1:] for entry in made]:
        more = [f"{path} {shape} {dtype}" for path, shape, dtype in _without(given, made)]
        less = [f"{path} {shape} {dtype}" for path, shape, dtype in _without(made, given)]
        raise ValueError(
            f"the model has {count(len(ours), 'variable')} and its counterpart {len(theirs)}; "
            f"only in the model: {more or 'none'}, only in the counterpart: {less or 'none'}"
        )
    return list(zip(ours, theirs, strict=True))


def _dtype(variable: Any) -> str:
    return np.dtype(variable.numpy().dtype).name


def _without(entries: list[Any], others: list[Any]) -> list[Any]:
    return [entry for entry in entries if entry not in others]


def copy_variables(model: Any, other: Any) -> None:
    """Give each variable of ``other`` the value that its counterpart in ``model`` has."""
    for ours, theirs in _pairs_of_variables(model, other):
        theirs.assign(ours.numpy())
    for layer in other._flatten_layers():
        # Of what `adapt` put into its variables, a layer computes with a copy.
        if hasattr(layer, "finalize_state") and layer.variables:
            layer.finalize_state()


def _counterparts(model: Any, other: Any) -> dict[int, Any]:
    return {id(ours): theirs for ours, theirs in _pairs_of_variables(model, other)}


def _compile(model: Any, config: Any, target: Side) -> None:
    if config is None:
        return
    if type(model).compile is target.model_class().compile:
        model.compile(**target.deserialize(config))
    else:  # a class of the user decides what it reads from the config
        model.compile_from_config(config)
