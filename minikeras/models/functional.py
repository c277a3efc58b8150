"""Models read off the calls between some inputs and outputs."""

from __future__ import annotations

import copy
import warnings
from typing import Any, ClassVar

from minikeras import ops, tree
from minikeras.autograd import KerasHistory, KerasTensor, Node, Operation, Symbol
from minikeras.autograd.graph import fill
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.layers import InputLayer, InputSpec, Layer
from minikeras.models.function import Function, Graph, is_input_tensor, node_key
from minikeras.models.model import Model, _takes_graph


class Functional(Function, Model, base=True):
    """``Model(inputs, outputs)``: a graph of layers and ops.

    inputs, outputs: KerasTensors or nests of them.  Inputs may also be tensors in the middle of
    another model: the layers behind them are then shared with it.

    Raises ValueError if an input or output is no KerasTensor, and as ``Function``.
    """

    _keras_module: ClassVar[str] = "keras.src.models.functional"

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        for argument, given in (("inputs", inputs), ("outputs", outputs)):
            for x in tree.flatten(given):
                if not isinstance(x, KerasTensor):
                    raise ValueError(
                        f"All `{argument}` values must be KerasTensors. Received: "
                        f"{argument}={given} including invalid value {x} of type {type(x)}"
                    )
        if isinstance(inputs, dict):
            for key, x in inputs.items():
                if isinstance(x, KerasTensor) and key != x.name:
                    warnings.warn(
                        "When providing `inputs` as a dict, all keys in the dict must match the "
                        f"names of the corresponding tensors. Received key '{key}' mapping to "
                        f"value {x} which has name '{x.name}'. Change the tensor name to '{key}' "
                        f"(via `Input(..., name='{key}')`)",
                        stacklevel=2,
                    )
        trainable = kwargs.pop("trainable", None)
        if not all(map(is_input_tensor, tree.flatten(inputs))):
            inputs, outputs = _cut_out(inputs, outputs)
        Layer.__init__(self, name=name, **kwargs)
        self._set_graph(inputs, outputs)
        self._parts |= {id(layer): layer for layer in self.layers}
        if trainable is not None:
            self.trainable = trainable
        self.build(None)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self.output_names = [y._keras_history.operation.name for y in self._outputs]

    @property
    def layers(self) -> list[Any]:
        return [op for op in self._graph.operations if isinstance(op, Layer)]

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved and should not be used. Please use another name."
        )

    input = property(lambda self: self._inputs_struct)
    output = property(lambda self: self._outputs_struct)

    @property
    def input_shape(self) -> Any:
        shapes = [x.shape for x in self._inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        shapes = [y.shape for y in self._outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def build(self, input_shape: Any) -> None:
        """Nothing to do: its layers were built when they were called."""

    @property
    def input_spec(self) -> Any:
        """What each input must look like: the symbolic inputs but for the batch size."""
        if "_manual_input_spec" in self.__dict__:
            return self._manual_input_spec
        struct = self._inputs_struct
        if isinstance(struct, dict):
            if not all(isinstance(x, KerasTensor) for x in struct.values()):
                return None
            return [_spec(struct[key], key) for key in sorted(struct)]
        return self._specs

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._manual_input_spec = value

    @property
    def _specs(self) -> list[InputSpec]:
        if "_spec_cache" not in self.__dict__:
            self._spec_cache = tuple(_spec(x) for x in self._inputs)
        return list(self._spec_cache)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        flat = self._standardize(inputs)
        if mask is not None:
            for x, m in zip(flat, tree.flatten(mask), strict=False):
                if m is not None:
                    x._keras_mask = m
        outputs = self._run(flat, training)
        if isinstance(outputs, list | tuple) and len(outputs) == 1:
            return outputs[0]
        return outputs

    def _standardize(self, inputs: Any) -> list[Any]:
        """The given values in the order of the inputs, in their dtypes and ranks."""
        struct = self._inputs_struct
        mismatch = False
        if isinstance(inputs, dict) and not isinstance(struct, dict):
            names = [x.name for x in self._inputs]
            if set(names) <= set(inputs):
                inputs = [inputs[n] for n in names]
            else:
                mismatch = True
        elif isinstance(struct, dict) and isinstance(inputs, dict) and set(struct) < set(inputs):
            inputs = {key: inputs[key] for key in struct}
        flat = tree.flatten(inputs)
        if mismatch or len(flat) != len(self._inputs):
            raise ValueError(
                "The structure of `inputs` doesn't match the expected structure. Expected: "
                f"{tree.map_structure(lambda x: x.name, struct)}. Received tensors of shapes: "
                f"{tree.map_structure(lambda x: getattr(x, 'shape', None), inputs)}"
            )
        return [self._fit(x, ref) for x, ref in zip(flat, self._inputs, strict=True)]

    def _fit(self, x: Any, reference: KerasTensor) -> Any:
        if x is None:
            layer = reference._keras_history.operation
            if isinstance(layer, InputLayer) and layer.optional:
                return None
            raise ValueError(
                f"The input '{reference.name}' is not optional, but None was passed. Please "
                "provide a valid tensor."
            )
        mask = getattr(x, "_keras_mask", None)
        x = x if isinstance(x, Symbol) else ops.convert_to_tensor(x, dtype=reference.dtype)
        rank, expected = len(x.shape), len(reference.shape)
        if rank == expected + 1 and x.shape[-1] == 1:
            x = ops.squeeze(x, axis=-1)
        elif rank == expected - 1 and reference.shape[-1] == 1:
            x = ops.expand_dims(x, axis=-1)
        elif rank != expected:
            raise ValueError(
                f"Invalid input shape for input {x} with name '{reference.name}'. Expected shape "
                f"{reference.shape}, but input has incompatible shape {x.shape}"
            )
        if mask is not None:
            x._keras_mask = mask
        return x

    def add_loss(self, loss: Any) -> None:
        raise NotImplementedError("a functional model cannot add losses: add them in a layer")

    # Configs

    def get_config(self) -> dict[str, Any]:
        if type(self) is not Functional and not _takes_functional(type(self)):
            return Layer.get_config(self)
        numbers: dict[Any, int] = {}
        for operation in self.operations:
            kept = 1 if isinstance(operation, Functional) else 0
            for i in range(len(operation._inbound_nodes)):
                if node_key(operation, i) in self._graph.keys:
                    numbers[node_key(operation, i)] = kept
                    kept += 1
        layers = []
        for operation in self.operations:
            entry = serialize_keras_object(operation)
            entry["name"] = operation.name
            entry["inbound_nodes"] = [
                _serialize_node(node, self._graph)
                for i, node in enumerate(operation._inbound_nodes)
                if node_key(operation, i) in self._graph.keys and node.input_tensors
            ]
            layers.append(entry)

        def place(x: Any) -> list[Any]:
            operation, node, tensor = x._keras_history
            return [operation.name, numbers[node_key(operation, node)], tensor]

        return copy.deepcopy(
            {
                "name": self.name,
                "trainable": self.trainable,
                "layers": layers,
                "input_layers": tree.map_structure(place, self._inputs_struct),
                "output_layers": tree.map_structure(place, self._outputs_struct),
            }
        )


def _takes_functional(cls: type) -> bool:
    return "__init__" not in vars(cls) or _takes_graph(cls)


def _spec(x: Any, name: str | None = None) -> InputSpec:
    layer = x._keras_history.operation
    return InputSpec(
        shape=(None, *x.shape[1:]) if x.shape else (),
        allow_last_axis_squeeze=True,
        name=name or layer.name,
        optional=isinstance(layer, InputLayer) and layer.optional,
    )


def _cut_out(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Repeat the calls between tensors in the middle of a graph, from new inputs on."""
    values: dict[int, Any] = {}
    fresh = []
    for x in tree.flatten(inputs):
        if not is_input_tensor(x):
            layer = InputLayer(batch_shape=x.shape, dtype=x.dtype, name=f"{x.name}CLONE")
            values[id(x)] = layer.output
        else:
            values[id(x)] = x
        fresh.append(values[id(x)])
    for node in Graph(tree.flatten(inputs), tree.flatten(outputs)).calls:
        args, kwargs = node.arguments(values)
        clones = [
            KerasTensor(y.shape, y.dtype, name=f"{y.name}_clone") for y in node.output_tensors
        ]
        values.update(zip(map(id, node.output_tensors), clones, strict=True))
        Node(node.operation, args, kwargs, tree.pack_sequence_as(node.outputs, clones))
    return (
        tree.pack_sequence_as(inputs, fresh),
        tree.map_structure(lambda y: values[id(y)], outputs),
    )


def _serialize_node(node: Node, graph: Graph) -> dict[str, Any]:
    """The arguments of a call; tensors by the name of their maker and numbers within this graph."""

    def notate(x: Any) -> Any:
        if not isinstance(x, KerasTensor):
            return x
        operation, index, place = x._keras_history
        foreign = sum(node_key(operation, i) not in graph.keys for i in range(index))
        shown = copy.copy(x)
        shown._keras_history = KerasHistory(operation, index - foreign, place)
        return serialize_keras_object(shown)

    return {
        "args": serialize_keras_object(tree.map_structure(notate, node.args)),
        "kwargs": serialize_keras_object(tree.map_structure(notate, node.kwargs)),
    }


def functional_from_config(cls: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """The model of a ``Functional.get_config``.

    Raises ValueError for a graph with loops or missing parts.
    """
    config = dict(config)
    entries = config.pop("layers")
    places = {key: config.pop(key) for key in ("input_layers", "output_layers")}
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

    def tensor(name: str, node: int, place: int) -> Any:
        operation = made[name]
        node -= isinstance(operation, Functional)
        return operation._inbound_nodes[node].output_tensors[place]

    def revive(structure: Any) -> Any:
        if (
            isinstance(structure, list | tuple)
            and len(structure) == 3
            and isinstance(structure[0], str)
        ):
            return tensor(*structure)
        if isinstance(structure, dict):
            return {key: revive(value) for key, value in structure.items()}
        return type(structure)(map(revive, structure))

    return cls(
        inputs=revive(places["input_layers"]), outputs=revive(places["output_layers"]), **config
    )


def _revive_arguments(call: dict[str, Any], made: dict[str, Operation]) -> Any:
    """Arguments of a call with live tensors; None while one of them is not made yet."""
    args = deserialize_keras_object(call["args"])
    kwargs = deserialize_keras_object(call["kwargs"])
    values: dict[int, Any] = {}
    for x in tree.flatten((args, kwargs)):
        if isinstance(x, KerasTensor):
            name, node, place = x._pre_serialization_keras_history
            if name not in made:
                raise ValueError(f"Unknown layer: {name}")
            if len(made[name]._inbound_nodes) <= node:
                return None
            values[id(x)] = made[name]._inbound_nodes[node].output_tensors[place]
    return fill(args, values), fill(kwargs, values)
