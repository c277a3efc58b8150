"""One training step of a model and its inside: layers' outputs, gradients, variables, slots.

Works alike with minikeras and with Keras under any backend, and so it only calls what all of them
have.  The outputs of the layers come from a forward pass before the step: within the step, those of
JAX are symbols.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.parity.backends.training_step import array_of, assign, model_of, variables_of
from minikeras.parity.hooks import replaced
from minikeras.types import Array

NAME = "observed training"  # of the call, where `training_step` has "training"

Key = tuple[str, str, str, int]  # kind, name, layer, call, as in an entry of lockstep


def written(key: Key) -> str:
    """The name of an output."""
    return "\n".join(map(str, key))


def read(name: str) -> Key:
    """The inverse of `written`."""
    kind, path, layer, call = name.split("\n")
    return kind, path, layer, int(call)


def run(
    library: Any, arguments: dict[str, Any], inputs: dict[str, Any], weights: Any
) -> dict[str, Any]:
    """All arrays of the step by `written` keys, in the order in which they arise.

    arguments: ``config`` and ``compiled``, as `training_step.model_of` takes them.
    inputs: ``batch``, the arguments of ``train_on_batch``; ``slots``, the variables of the
        optimizer before the step, or None.
    weights: the variables before the step, without seeds.
    """
    model = model_of(library, arguments, weights)
    model.run_eagerly = True
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    assign(model.optimizer.variables, inputs["slots"])
    found: dict[str, Any] = {}
    batch = inputs["batch"]
    with replaced(library.Layer, "__call__", functools.partial(_noting, library, model, found)):
        model(library.tree.map_structure(library.ops.convert_to_tensor, batch[0]), training=True)
    assign(variables_of(model), weights)  # a forward pass moves statistics
    gradients: list[Any] = []
    noting = functools.partial(_noting_gradients, gradients)
    with replaced(library.optimizers.Optimizer, "apply", noting):
        logs = model.train_on_batch(*batch, return_dict=True)
    found[written(("loss", "loss", "", 0))] = np.float32(logs.pop("loss"))
    for variable, g in zip(model.trainable_variables, gradients):
        if g is not None:
            key = "gradient", variable.path, _layer(variable), 0
            found[written(key)] = library.ops.convert_to_numpy(g)
    for kind, variables in (("slot", model.optimizer.variables), ("variable", variables_of(model))):
        for variable in variables:
            layer = _layer(variable) if kind == "variable" else ""
            found[written((kind, variable.path, layer, 0))] = array_of(library, variable)
    for name, value in logs.items():
        found[written(("metric", name, "", 0))] = np.float32(value)
    return found


def _noting(
    library: Any, model: Any, found: dict[str, Any], method: Callable[..., Any]
) -> Callable[..., Any]:
    counts: dict[str, int] = {}

    @functools.wraps(method)
    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        outputs = method(layer, *args, **kwargs)
        flat = library.tree.flatten(outputs)
        if layer is not model and all(hasattr(y, "dtype") for y in flat):
            number = counts[layer.name] = counts.get(layer.name, 0) + 1
            called = layer.name if number == 1 else f"{layer.name}#{number}"
            for i, y in enumerate(flat):
                full = called if len(flat) == 1 else f"{called}[{i}]"
                key = written(("output", full, layer.name, number))
                array: Array = library.ops.convert_to_numpy(y)
                found[key] = array.copy()
        return outputs

    return call


def _noting_gradients(found: list[Any], method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def apply(optimizer: Any, grads: Any, *args: Any, **kwargs: Any) -> Any:
        grads = list(grads)
        if not found:  # an optimizer around another comes first
            found.extend(grads)
        return method(optimizer, grads, *args, **kwargs)

    return apply


def _layer(variable: Any) -> str:
    """The layer's name in the path of its variable: ``model/dense/kernel``."""
    return str(variable.path.rpartition("/")[0].rpartition("/")[2])
