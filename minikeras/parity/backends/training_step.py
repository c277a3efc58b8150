"""One training step of a model, from given weights: the job that lockstep and hunt share."""

from __future__ import annotations

from typing import Any

from minikeras.parity.backends.values import Make, build
from minikeras.types import Array


def model_of(library: Any, arguments: dict[str, Any], weights: Any) -> Any:
    """A compiled chain of layers.

    arguments: ``shape`` and ``dtype`` of the input without the batch; ``layers``, a list of `Make`;
        ``optimizer`` and ``loss``, each a `Make`.
    weights: arrays of its variables without seeds, in order; None keeps the initial ones.
    """
    inputs = library.Input(tuple(arguments["shape"]), dtype=arguments["dtype"])
    model = library.Sequential([inputs, *build(library, arguments["layers"])])
    if weights is not None:
        for variable, value in zip(_variables(model), weights, strict=True):
            variable.assign(value)
    optimizer: Make = arguments["optimizer"]
    loss: Make = arguments["loss"]
    model.compile(optimizer=optimizer(library), loss=loss(library))
    return model


def weights_of(library: Any, arguments: dict[str, Any]) -> list[Array]:
    """The initial weights of the model, without seeds."""
    return [_array(library, v) for v in _variables(model_of(library, arguments, None))]


def run(
    library: Any, arguments: dict[str, Any], inputs: dict[str, Any], weights: Any
) -> dict[str, Any]:
    """Predictions before the step, the loss, and every variable and slot after it."""
    model = model_of(library, arguments, weights)
    found: dict[str, Any] = {"prediction": model(inputs["x"], training=False)}
    found["loss"] = model.train_on_batch(inputs["x"], inputs["y"])
    for i, variable in enumerate(_variables(model)):
        found[f"variable {i}"] = _array(library, variable)
    for i, variable in enumerate(model.optimizer.variables):
        if "iteration" not in variable.path and "learning_rate" not in variable.path:
            found[f"slot {i}"] = _array(library, variable)
    return found


def _variables(model: Any) -> list[Any]:
    return [v for v in model.variables if "seed" not in v.path]


def _array(library: Any, variable: Any) -> Array:
    array: Array = library.ops.convert_to_numpy(variable.value)
    return array.copy()
