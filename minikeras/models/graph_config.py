"""The config of a functional model: its layers, and which call gets whose outputs."""

from __future__ import annotations

import copy
import heapq
from typing import Any, NamedTuple

from minikeras import tree
from minikeras.autograd import KerasHistory, KerasTensor, Node, Operation
from minikeras.autograd.graph import fill
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.messages import describe
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
    layers: dict[str, Operation] = {}
    calls: list[_Call] = []
    for entry in entries:
        operation = deserialize_keras_object(entry, custom_objects=custom_objects)
        if not isinstance(operation, Operation):
            raise ValueError(f"expected a layer or operation in the config, got {type(operation)}")
        if entry["name"] in layers:
            raise ValueError(
                f"two layers are named {describe(entry['name'])}; names must be unique in a model"
            )
        layers[entry["name"]] = operation
        calls += [_Call(operation, call) for call in entry["inbound_nodes"]]
    made = {name: _Made.now(operation) for name, operation in layers.items()}
    _run(calls, made)

    def revive(structure: Any) -> Any:
        if isinstance(structure, dict):
            return {key: revive(value) for key, value in structure.items()}
        if len(structure) == 3 and isinstance(structure[0], str):
            name, node, tensor = structure
            found = _named(name, made)
            return found.output(node - _first_number(found.operation), tensor)
        return type(structure)(map(revive, structure))

    return cls(**{key: revive(structure) for key, structure in addresses.items()}, **config)


class _Made(NamedTuple):
    """A layer of the graph, and how often it was called before: by another model that shares it."""

    operation: Operation
    earlier: int

    @classmethod
    def now(cls, operation: Operation) -> _Made:
        nodes = operation._inbound_nodes
        return cls(operation, 0 if nodes and nodes[0].is_input else len(nodes))

    def output(self, node: Any, tensor: Any) -> Any:
        """A tensor by its address; ValueError if there is none."""
        found: Any = self.operation._inbound_nodes[self.earlier :]
        for what, number in (("call", node), ("output", tensor)):
            if type(number) is not int or not 0 <= number < len(found):
                raise ValueError(
                    f"the config names {what} {describe(number)} of {self.operation}, which has "
                    f"{len(found)}"
                )
            found = found[number].output_tensors if what == "call" else found[number]
        return found


class _Call:
    """A call of a layer in a config."""

    def __init__(self, operation: Operation, config: dict[str, Any]) -> None:
        self.operation = operation
        self.arguments = tuple(deserialize_keras_object(config[k]) for k in ("args", "kwargs"))
        self.tensors = [x for x in tree.flatten(self.arguments) if isinstance(x, KerasTensor)]
        if not self.tensors:  # it would compute now, with as much memory as its arguments say
            raise ValueError(f"a call of {operation} has no tensor among its arguments")

    def missing(self, made: dict[str, _Made]) -> tuple[int, int] | None:
        """The layer (its id) and the number of a call that must come first; None if none must."""
        for x in self.tensors:
            name, node, _ = x._pre_serialization_keras_history
            operation, earlier = _named(name, made)
            if len(operation._inbound_nodes) <= earlier + node:
                return id(operation), earlier + node
        return None

    def run(self, made: dict[str, _Made]) -> None:
        """Call the layer with the tensors of the graph."""
        values = {}
        for x in self.tensors:
            name, node, tensor = x._pre_serialization_keras_history
            values[id(x)] = _named(name, made).output(node, tensor)
        args, kwargs = (fill(part, values) for part in self.arguments)
        self.operation(*args, **kwargs)


def _named(name: Any, made: dict[str, _Made]) -> _Made:
    if name not in made:
        raise ValueError(f"Unknown layer: {describe(name)}")
    return made[name]


def _run(calls: list[_Call], made: dict[str, _Made]) -> None:
    """Run the calls of a config, each when its tensors are there; ValueError if one never is.

    Parity: Keras goes through the list of calls again and again, and the calls of one layer keep
    their order. Here a call that cannot run waits for what it needs first; the heap brings the
    calls into the order of those passes, without the passes.
    """
    before: list[int | None] = []  # the previous call of the same layer
    last: dict[int, int] = {}
    for i, call in enumerate(calls):
        before.append(last.get(id(call.operation)))
        last[id(call.operation)] = i
    ready = [(0, i) for i in range(len(calls))]  # pass, place in the list
    waiting: dict[tuple[int, int], list[int]] = {}
    done: set[int | None] = {None}
    while ready:
        turn, i = heapq.heappop(ready)
        call, previous = calls[i], before[i]
        needed = call.missing(made) if previous in done else (_PREVIOUS, previous or 0)
        if needed is not None:
            waiting.setdefault(needed, []).append(i)
            continue
        call.run(made)
        done.add(i)
        made_now = (id(call.operation), len(call.operation._inbound_nodes) - 1)
        for key in ((_PREVIOUS, i), made_now):
            for other in waiting.pop(key, ()):
                heapq.heappush(ready, (turn + (other < i), other))
    if waiting:
        stuck = [calls[i].operation for others in waiting.values() for i in others]
        raise ValueError(
            "Invalid Functional model configuration. The graph of the Functional model "
            "either has loops or disconnected nodes. The following nodes failed to be "
            f"resolved: {describe(stuck)}"
        )


_PREVIOUS = 0  # in place of a layer's id: the previous call of the same layer
