"""Functions and models that repeat the calls between symbolic inputs and outputs."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

from minikeras import frames, ops, regularizers, tf_function, tree
from minikeras.autograd import KerasTensor, Node, Operation, Symbol, Tensor
from minikeras.layers import Input, InputLayer, InputSpec, Layer
from minikeras.layers.calling import context
from minikeras.messages import describe
from minikeras.models.graph import Graph, is_input_tensor
from minikeras.models.graph_config import graph_config, model_from_graph_config
from minikeras.models.model import Model, takes_graph


class Function(Operation):
    """A function of ``inputs`` that repeats the calls which led to ``outputs``.

    inputs, outputs: KerasTensors, or nested lists or dicts of them.
    name: a name without slashes; by default made from the name of the class.

    Raises ValueError if either is empty, if an output does not depend on the inputs alone, or if
    two operations have the same name.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self._set_graph(inputs, outputs)

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        self._inputs_struct = tree.map_structure(lambda x: x, inputs)
        self._outputs_struct = tree.map_structure(lambda x: x, outputs)
        self._inputs, self._outputs = tree.flatten(inputs), tree.flatten(outputs)
        for argument, given in (("inputs", inputs), ("outputs", outputs)):
            if not tree.flatten(given):
                raise ValueError(f"`{argument}` argument cannot be empty. Received: {given!r}")
        self._graph = Graph(self._inputs, self._outputs)

    operations = property(lambda self: list(self._graph.operations))
    inputs = property(lambda self: self._inputs)
    outputs = property(lambda self: self._outputs)

    def call(self, inputs: Any) -> Any:
        return self._run(tree.flatten(inputs))

    def _run(self, flat_inputs: list[Any], training: bool | None = None) -> Any:
        """Repeat the calls in order; ``values`` maps the id of each KerasTensor to its value."""
        values = dict(zip(map(id, self._inputs), flat_inputs, strict=True))
        is_inside = tf_function.is_inside()
        for node in self._graph.calls:
            args, kwargs = node.arguments(values)
            # Parity: the argument overrides the `training` that a layer was called with.
            if training is not None:
                context.training = training
                if "training" in kwargs:
                    kwargs["training"] = training
            outputs = node.operation(*args, **kwargs)
            flat = [outputs] if type(outputs) is Tensor else tree.flatten(outputs)
            values.update(zip(map(id, node.output_tensors), flat, strict=True))
            if is_inside:
                self._mark(node, flat)
        if isinstance(self._outputs_struct, KerasTensor):
            return values[id(self._outputs_struct)]
        return tree.pack_sequence_as(self._outputs_struct, [values[id(y)] for y in self._outputs])

    def _mark(self, node: Node, outputs: list[Any]) -> None:
        """Tell the outputs of a call who made them, and how often they are used."""
        operation = node.operation
        penalties = tf_function.has_losses() and _is_penalized(operation)
        for symbol, y in zip(node.output_tensors, outputs):
            if type(y) is Tensor:  # it may be the input of this call, which was a use of it
                y._maker = getattr(y, "_maker", f"{operation.name}_")
                y._uses = getattr(y, "_uses", 1) - 1 + self._graph.uses[id(symbol)] + penalties


def _is_penalized(operation: Any) -> bool:
    regularizer = getattr(operation, "activity_regularizer", None)
    if isinstance(regularizer, regularizers.L1L2):
        return bool(regularizer.l1 or regularizer.l2)
    return regularizer is not None


class Functional(Function, Model, base=True):
    """``Model(inputs, outputs)``: a graph of layers and ops.

    inputs: KerasTensors, or nested lists or dicts of them.  Tensors in the middle of another model
        are allowed; both models then have the layers after them in common.
    outputs: KerasTensors that depend on the inputs, or lists or dicts of them.
    name: the name of the model.

    Raises ValueError if an input or output is no KerasTensor, and as ``Function`` does.
    """

    _keras_module: ClassVar[str] = "keras.src.models.functional"
    _untracked = Model._untracked | {"_inputs_struct", "_outputs_struct", "_inputs", "_outputs"}
    _convert_input_args = False
    _allow_non_tensor_positional_args = True
    of_graph = staticmethod(model_from_graph_config)

    @frames.filter_traceback
    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        for argument, given in (("inputs", inputs), ("outputs", outputs)):
            for x in tree.flatten(given):
                if not isinstance(x, KerasTensor):
                    raise ValueError(
                        f"All `{argument}` values must be KerasTensors. Received: {argument}="
                        f"{describe(given)}, including {describe(x)} of type {type(x).__name__}. "
                        "Begin with keras.Input and call layers on it"
                    )
        for key, x in inputs.items() if isinstance(inputs, dict) else ():
            if isinstance(x, KerasTensor) and key != x.name:
                frames.warn(
                    "When providing `inputs` as a dict, all keys in the dict must match the "
                    f"names of the corresponding tensors. Received key '{key}' mapping to "
                    f"value {x} which has name '{x.name}'. Change the tensor name to '{key}' "
                    f"(via `Input(..., name='{key}')`)"
                )
        trainable = kwargs.pop("trainable", None)
        if not all(map(is_input_tensor, tree.flatten(inputs))):
            inputs, outputs = _copied_graph(inputs, outputs)
        Layer.__init__(self, name=name, **kwargs)
        self._set_graph(inputs, outputs)
        self._children |= {id(layer): layer for layer in self.layers}
        if trainable is not None:
            self.trainable = trainable
        self.build(None)
        self.output_names = [y._keras_history.operation.name for y in self._outputs]

    def _direct_layers(self) -> list[Any]:
        return [op for op in self._graph.operations if isinstance(op, Layer)]

    input = property(lambda self: self._inputs_struct)
    output = property(lambda self: self._outputs_struct)

    input_shape = property(lambda self: _shapes_of(self._inputs))
    output_shape = property(lambda self: _shapes_of(self._outputs))

    def build(self, input_shape: Any) -> None:
        """Does nothing: the layers were built when they were called with symbolic inputs."""

    @property
    def input_spec(self) -> Any:
        """The shapes of the symbolic inputs, for any batch size."""
        if "_manual_input_spec" in self.__dict__:
            return self._manual_input_spec
        struct = self._inputs_struct
        if isinstance(struct, dict):
            if not all(isinstance(x, KerasTensor) for x in struct.values()):
                return None
            return [_spec(struct[key], key) for key in sorted(struct)]
        return [*self._specs]

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._manual_input_spec = value

    @functools.cached_property
    def _specs(self) -> list[InputSpec]:
        return [_spec(x) for x in self._inputs]

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
        """The values in the order of the inputs, in their dtypes and ranks.

        Raises ValueError if the number of values, a name or a rank does not fit.
        """
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
        """A value in the dtype and rank of its input; an axis of size 1 is added or dropped."""
        rank = len(reference.shape)
        if type(x) is Tensor and x._value.dtype.name == reference.dtype and x._value.ndim == rank:
            return x
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
        if len(x.shape) == rank + 1 and x.shape[-1] == 1:
            x = ops.squeeze(x, axis=-1)
        elif len(x.shape) == rank - 1 and reference.shape[-1] == 1:
            x = ops.expand_dims(x, axis=-1)
        elif len(x.shape) != rank:
            raise ValueError(
                f"Invalid input shape for the input with name '{reference.name}'. Expected shape "
                f"{reference.shape}, but input has incompatible shape {x.shape}"
            )
        if mask is not None:
            x._keras_mask = mask
        return x

    def __getstate__(self) -> dict[str, Any]:
        return {"_graph": self._graph} | super().__getstate__()  # first, see Graph.__getstate__

    def _obj_type(self) -> str:
        return "Functional"

    def add_loss(self, loss: Any) -> None:
        raise NotImplementedError("a functional model cannot add losses: add them in a layer")

    def get_config(self) -> dict[str, Any]:
        cls = type(self)
        if cls is Functional or "__init__" not in vars(cls) or takes_graph(cls):
            return graph_config(self)
        return Layer.get_config(self)  # a constructor of its own makes the graph


Model._functional_class = Functional


def _shapes_of(tensors: list[KerasTensor]) -> Any:
    return tensors[0].shape if len(tensors) == 1 else [x.shape for x in tensors]


def _spec(x: Any, name: str | None = None) -> InputSpec:
    """The shape that an input must have; a last axis of size 1 may be missing."""
    layer = x._keras_history.operation
    return InputSpec(
        shape=(None, *x.shape[1:]) if x.shape else (),
        allow_last_axis_squeeze=True,
        name=name or layer.name,
        optional=isinstance(layer, InputLayer) and layer.optional,
    )


def _copied_graph(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """The same calls between new tensors, for inputs in the middle of another graph."""
    values: dict[int, Any] = {}
    for x in tree.flatten(inputs):
        if is_input_tensor(x):
            values[id(x)] = x
        else:
            values[id(x)] = Input(batch_shape=x.shape, dtype=x.dtype, name=f"{x.name}CLONE")
    for node in Graph(tree.flatten(inputs), tree.flatten(outputs)).calls:
        args, kwargs = node.arguments(values)
        clones = [
            KerasTensor(y.shape, y.dtype, name=f"{y.name}_clone") for y in node.output_tensors
        ]
        values.update(zip(map(id, node.output_tensors), clones, strict=True))
        Node(node.operation, args, kwargs, tree.pack_sequence_as(node.outputs, clones))
    copied_inputs, copied_outputs = tree.map_structure(lambda x: values[id(x)], [inputs, outputs])
    return copied_inputs, copied_outputs
