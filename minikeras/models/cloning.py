"""``clone_model``: a model of the same architecture, with new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import tree
from minikeras.layers import Input, InputLayer
from minikeras.models.functional import Functional
from minikeras.models.sequential import Sequential
from minikeras.saving.building import memory_bytes, model_from_file
from minikeras.saving.json_text import parse


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A copy of a model, made from the configs of its layers, with new weights.

    model: a functional, sequential or subclassed model.
    input_tensors: the KerasTensors that a functional copy begins with.
    clone_function: a function from a layer or operation to its copy; by default
        ``from_config(get_config())``.
    call_function: a function ``(layer, *args, **kwargs)`` to call in place of the layers of a
        functional model.
    recursive: whether nested models are cloned layer by layer.

    Raises ValueError for a subclassed model with any of these arguments, for ``call_function``
    with a sequential model, and for unknown keywords.
    """
    if kwargs:
        raise ValueError(f"Unexpected keyword argument(s): {sorted(kwargs)}")

    copies: dict[int, Any] = {}

    def clone(layer: Any) -> Any:
        if id(layer) not in copies:
            if recursive and isinstance(layer, Functional | Sequential):
                copies[id(layer)] = clone_model(layer, None, clone, call_function, recursive=True)
            elif clone_function is None:
                copies[id(layer)] = type(layer).from_config(layer.get_config())
            else:
                copies[id(layer)] = clone_function(layer)
        return copies[id(layer)]

    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError("`call_function` argument is not supported with Sequential models.")
        copy = _clone_sequential(model, clone, input_tensors)
    elif isinstance(model, Functional):
        copy = _clone_functional(model, clone, input_tensors, call_function)
    elif any((clone_function, call_function, input_tensors, recursive)):
        raise ValueError(
            "Arguments clone_function, call_function, input_tensors and recursive are only "
            f"supported for Sequential and Functional models. Received model of type {type(model)}"
        )
    else:
        return type(model).from_config(model.get_config())
    if model.compiled:
        copy.compile_from_config(model.get_compile_config())
    return copy


def _clone_sequential(model: Sequential, clone: Callable[[Any], Any], input_tensors: Any) -> Any:
    layers = [clone(layer) for layer in model.layers]
    if input_tensors is not None:
        layers.insert(0, tree.flatten(input_tensors)[0])
    elif model._input_layer:
        layers.insert(0, InputLayer.from_config(model._input_layer.get_config()))
    return type(model)(layers, name=model.name, trainable=model.trainable)


def _clone_functional(
    model: Any, clone: Callable[[Any], Any], input_tensors: Any, call_function: Any
) -> Any:
    if input_tensors is not None:
        inputs = input_tensors
    else:
        inputs = tree.map_structure(
            lambda x: Input(batch_shape=x.shape, dtype=x.dtype, name=x.name), model._inputs_struct
        )
    values = dict(zip(map(id, model.inputs), tree.flatten(inputs), strict=True))
    for node in model._graph.calls:
        args, kwargs = node.arguments(values)
        operation = clone(node.operation)
        if call_function is None:
            outputs = operation(*args, **kwargs)
        else:
            outputs = call_function(operation, *args, **kwargs)
        values.update(zip(map(id, node.output_tensors), tree.flatten(outputs), strict=True))
    outputs = tree.map_structure(lambda y: values[id(y)], model._outputs_struct)
    return type(model)(inputs, outputs, name=model.name)


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that ``to_json`` described, with new weights.

    custom_objects: classes by the names that the config uses.

    Raises TypeError for a config that names no known class; LoadError, which is a ValueError, for a
    text that is no JSON or describes no model; ValueError for the code of a lambda, and for more
    weights than this machine has memory.
    """
    config = parse(json_string, "json_string")
    return model_from_file(config, "json_string", memory_bytes(), custom_objects)
