"""The config of a functional model: its layers, and which call gets whose outputs."""

from __future__ import annotations

import copy
from typing import Any

from minikeras import tree
from minikeras.autograd import KerasHistory, KerasTensor, Node, Operation
from minikeras.autograd.graph import fill
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.models.graph import Graph, node_key
from minikeras.models.model import Model


def graph_config(model: Any) -> dict[str, Any]:
    """Name, trainable, layers with their calls, and where inputs and outputs are found.

    A tensor is written as ``[name of the operation, number of its call, index of the output]``.
    """
    graph: Graph = model._graph
    numbers: dict[Any, int] = {}
    layers = []
    for operation in model.operations:
        nodes = [
            (node_key(operation, i), node)
            for i, node in enumerate(operation._inbound_nodes)
            if node_key(operation, i) in graph.keys
        ]
        numbers |= {key: i for i, (key, _) in enumerate(nodes, _first_number(operation))}
        entry = serialize_keras_object(operation)
        entry["name"] = operation.name
        entry["inbound_nodes"] = [
            _serialize_node(node, graph) for _, node in nodes if node.input_tensors
        ]
        layers.append(entry)

    def address(x: Any) -> list[Any]:
        operation, node, tensor = x._keras_history
        return [operation.name, numbers[node_key(operation, node)], tensor]

    return copy.deepcopy(
        {
            "name": model.name,
            "trainable": model.trainable,
            "layers": layers,
            "input_layers": tree.map_structure(address, model._inputs_struct),
            "output_layers": tree.map_structure(address, model._outputs_struct),
        }
    )


def _first_number(operation: Any) -> int:
    """The number of the first call in a config.

    Parity: a functional model counts from 1, since in Keras its construction is call 0.
    """
    return 1 if isinstance(operation, Model._functional_class) else 0


def _serialize_node(node: Node, graph: Graph) -> dict[str, Any]:
    """The arguments of a call; a call is numbered among those that belong to the graph."""

    def notation(x: Any) -> Any:
        if not isinstance(x, KerasTensor):
            return x
        operation, index, tensor = x._keras_history
        outside = sum(node_key(operation, i) not in graph.keys for i in range(index))
        renumbered = copy.copy(x)
        renumbered._keras_history = KerasHistory(operation, index - outside, tensor)
        return serialize_keras_object(renumbered)

    return {
        "args": serialize_keras_object(tree.map_structure(notation, node.args)),
        "kwargs": serialize_keras_object(tree.map_structure(notation, node.kwargs)),
    }


def model_from_graph_config(cls: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """The model of class ``cls`` whose ``graph_config`` this is.

    Raises ValueError for a graph with loops or missing parts.
    """
    config = dict(config)
    entries = config.pop("layers")
    addresses = {key: config.pop(f"{key[:-1]}_layers") for key in ("inputs", "outputs")}
    made: dict[str, Operation] = {}
    waiting: list[tuple[Operation, dict[str, Any]]] = []
    for entry in entries:
        operation = deserialize_keras_object(entry, custom_objects=custom_objects)
        if not isinstance(operation, Operation):
            raise ValueError(f"expected a layer or operation in the config, got {type(operation)}")
        made[entry["name"]] = operation
        waiting += [(operation, call) for call in entry["inbound_nodes"]]
    while waiting:
        left = []
        blocked: set[int] = set()  # the calls of one layer must be repeated in their order
        for operation, call in waiting:
            arguments = None if id(operation) in blocked else _revive_arguments(call, made)
            if arguments is None:
                blocked.add(id(operation))
                left.append((operation, call))
            else:
                operation(*arguments[0], **arguments[1])
        if len(left) == len(waiting):
            raise ValueError(
                "Invalid Functional model configuration. The graph of the Functional model "
                "either has loops or disconnected nodes. The following nodes failed to be "
                f"resolved: {left}"
            )
        waiting = left

    def revive(structure: Any) -> Any:
        if isinstance(structure, dict):
            return {key: revive(value) for key, value in structure.items()}
        if len(structure) == 3 and isinstance(structure[0], str):
            name, node, tensor = structure
            operation = made[name]
            node -= _first_number(operation)
            return operation._inbound_nodes[node].output_tensors[tensor]
        return type(structure)(map(revive, structure))

    return cls(**{key: revive(structure) for key, structure in addresses.items()}, **config)


def _revive_arguments(call: dict[str, Any], made: dict[str, Operation]) -> Any:
    """The arguments of a call, with tensors; None if a tensor among them is not made yet."""
    args = deserialize_keras_object(call["args"])
    kwargs = deserialize_keras_object(call["kwargs"])
    values: dict[int, Any] = {}
    for x in tree.flatten((args, kwargs)):
        if isinstance(x, KerasTensor):
            name, node, tensor = x._pre_serialization_keras_history
            if name not in made:
                raise ValueError(f"Unknown layer: {name}")
            if len(made[name]._inbound_nodes) <= node:
                return None
            values[id(x)] = made[name]._inbound_nodes[node].output_tensors[tensor]
    return fill(args, values), fill(kwargs, values)
