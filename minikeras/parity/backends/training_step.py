"""One training step of a model, from given weights: the job that lockstep and hunt share."""

from __future__ import annotations

import json
from typing import Any

from minikeras.parity.backends.values import Make, build
from minikeras.types import Array

# What makes layers draw random numbers while they train, and the value that stops it.
RANDOM = {"Dropout": "rate", "GaussianNoise": "stddev"}


def model_of(library: Any, arguments: dict[str, Any], weights: Any) -> Any:
    """A compiled model.

    arguments: of a chain of layers, ``shape`` and ``dtype`` of the input without the batch,
        ``layers``, a list of `Make`, ``optimizer`` and ``loss``, each a `Make`.  Of other models,
        ``config``, as ``to_json`` gives it, and ``compiled``, as ``get_compile_config`` gives it.
    weights: arrays of its variables without seeds, in order; None keeps the initial ones.
    """
    if "config" in arguments:
        model = library.models.model_from_json(json.dumps(arguments["config"]))
        assign(variables_of(model), weights)
        model.compile_from_config(arguments["compiled"])
        return model
    inputs = library.Input(tuple(arguments["shape"]), dtype=arguments["dtype"])
    model = library.Sequential([inputs, *build(library, arguments["layers"])])
    assign(variables_of(model), weights)
    optimizer: Make = arguments["optimizer"]
    loss: Make = arguments["loss"]
    model.compile(optimizer=optimizer(library), loss=loss(library))
    return model


def weights_of(library: Any, arguments: dict[str, Any]) -> list[Array]:
    """The initial weights of the model, without seeds."""
    return [array_of(library, v) for v in variables_of(model_of(library, arguments, None))]


def run(
    library: Any, arguments: dict[str, Any], inputs: dict[str, Any], weights: Any
) -> dict[str, Any]:
    """Predictions before the step, the loss, and every variable and slot after it.

    inputs: ``x`` and ``y``; ``slots``, the variables of the optimizer before the step, if it is not
        the first.
    """
    model = model_of(library, arguments, weights)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    assign(model.optimizer.variables, inputs.get("slots"))
    found: dict[str, Any] = {"prediction": model(inputs["x"], training=False)}
    loss = model.train_on_batch(inputs["x"], inputs["y"])
    found["loss"] = float(loss[0] if isinstance(loss, list) else loss)
    for i, variable in enumerate(variables_of(model)):
        found[f"variable {i}"] = array_of(library, variable)
    for i, variable in enumerate(model.optimizer.variables):
        found[f"slot {i}"] = array_of(library, variable)
    return found


def assign(variables: list[Any], values: Any) -> None:
    if values is not None:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def variables_of(model: Any) -> list[Any]:
    return [v for v in model.variables if "seed" not in v.path]


def array_of(library: Any, variable: Any) -> Array:
    array: Array = library.ops.convert_to_numpy(variable.value)
    return array.copy()


def variable_names(model: Any) -> list[str]:
    """The paths of the variables, in the order of the weights."""
    return [v.path for v in variables_of(model)]


def without_randomness(config: Any, off: list[str]) -> Any:
    """A config whose random layers do nothing; their names are added to ``off``."""
    if isinstance(config, list):
        return [without_randomness(part, off) for part in config]
    if not isinstance(config, dict):
        return config
    config = {key: without_randomness(part, off) for key, part in config.items()}
    for word, argument in RANDOM.items():
        inner = config.get("config")
        if word in str(config.get("class_name")) and isinstance(inner, dict) and argument in inner:
            off.append(inner.get("name", config["class_name"]))
            config["config"] = {**inner, argument: 0.0}
    return config
