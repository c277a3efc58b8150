"""The graph of symbolic calls: each tensor knows the call that made it.

Calling a layer or an op with a ``KerasTensor`` computes nothing.  It makes a ``Node`` that
remembers the operation and its arguments; functional models are read off these nodes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from minikeras import dtypes, shapes, tree
from minikeras.declare import serialization
from minikeras.declare.names import auto_name
from minikeras.messages import describe
from minikeras.types import DType, Shape


class Symbol:
    """What is known of a tensor before it is computed: shape (None: not yet known) and dtype."""

    __slots__ = ("__dict__", "__weakref__", "dtype", "shape")
    __array_priority__ = 200
    __hash__ = object.__hash__

    def __init__(self, shape: Shape, dtype: DType = "float32") -> None:
        self.shape: Shape = tuple(shape)
        self.dtype: str = dtypes.standardize(dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int | None:
        return shapes.size(self.shape)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            f"{self!r} has no value: it stands for a tensor that is computed later. Inside a "
            "functional model use keras.ops or a layer, not Python control flow or NumPy"
        )

    __bool__ = __float__ = __int__ = __index__ = __iter__ = numpy = _refuse

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise ValueError(
            f"{self!r} has no value and cannot become a NumPy array: it stands for a tensor that "
            "is computed later. Use keras.ops or a layer instead of NumPy"
        )

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"{self!r} has no known length")
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} shape={self.shape}, dtype={self.dtype}>"


class KerasHistory(NamedTuple):
    """Which call made a tensor: its operation, the number of the call, the place in its output."""

    operation: Operation
    node_index: int
    tensor_index: int


class KerasTensor(Symbol):
    """A symbolic tensor: shape (None: any size), dtype, name, and the call that made it."""

    _keras_history: KerasHistory
    _keras_mask: Any
    _pre_serialization_keras_history: Any  # set while a graph is rebuilt from its config

    def __init__(
        self,
        shape: Any,
        dtype: DType = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(shapes.standardize(shape), dtype)
        self.sparse, self.ragged, self.record_history = bool(sparse), bool(ragged), record_history
        self.name = name or auto_name(type(self).__name__)

    def _refuse_number(self) -> Any:
        raise ValueError(
            f"{self!r} has no value and cannot become a Python number: it stands for a tensor that "
            "is computed later. Use keras.ops instead of math"
        )

    __float__ = __int__ = _refuse_number

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse={self.sparse}, " + (
            f"ragged={self.ragged}, name={self.name}>"
        )


def _keras_tensor(config: dict[str, Any]) -> KerasTensor:
    tensor = KerasTensor(config["shape"], dtype=config["dtype"])
    tensor._pre_serialization_keras_history = config["keras_history"]
    return tensor


serialization.decoders["__keras_tensor__"] = _keras_tensor


def is_keras_tensor(x: Any) -> bool:
    return isinstance(x, KerasTensor)


def any_symbolic(args: Any, kwargs: Any = None) -> bool:
    """Whether the arguments contain a KerasTensor."""
    return any(isinstance(x, KerasTensor) for x in tree.flatten((args, kwargs)))


class Operation:
    """Anything that turns tensors into tensors and can be a node of a graph."""

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. "
                f"Received: name={describe(name)} (of type {type(name)})"
            )
        self.name: str = name
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def __getstate__(self) -> dict[str, Any]:
        """The attributes of a copy, which has the calls that lead to it and none that follow."""
        return {k: v for k, v in vars(self).items() if k != "_outbound_nodes"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        vars(self).setdefault("_outbound_nodes", [])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must implement call()")

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbols that ``call`` would return, from the shape rules of its ops."""
        return tree.map_structure(
            lambda s: KerasTensor(s.shape, s.dtype) if isinstance(s, Symbol) else s,
            self.call(*strip(args), **strip(kwargs)),
        )

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def _obj_type(self) -> str:
        return "Operation"

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)

    @property
    def input(self) -> Any:
        """The tensor that the first symbolic call was given; a list if there were several.

        Raises AttributeError if there was no such call.
        """
        return _one_or_all(self._first_node("input").input_tensors)

    @property
    def output(self) -> Any:
        """The tensor that the first symbolic call returned; a list if there were several."""
        return _one_or_all(self._first_node("output").output_tensors)

    def _first_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined {what}."
            )
        return self._inbound_nodes[0]


def _one_or_all(tensors: list[KerasTensor]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


class Node:
    """One symbolic call ``outputs = operation(*args, **kwargs)``."""

    def __init__(
        self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any
    ) -> None:
        self.operation, self.args, self.kwargs, self.outputs = operation, args, kwargs, outputs
        flat = tree.flatten((args, kwargs))
        self.input_tensors = [x for x in flat if isinstance(x, KerasTensor)]
        self.output_tensors = [x for x in tree.flatten(outputs) if isinstance(x, KerasTensor)]
        for i, tensor in enumerate(self.output_tensors):
            tensor._keras_history = KerasHistory(operation, len(operation._inbound_nodes), i)
        self._has_one_argument = len(args) == 1 and isinstance(args[0], KerasTensor)
        self._kwargs_are_plain = not any(isinstance(x, KerasTensor) for x in tree.flatten(kwargs))
        operation._inbound_nodes.append(self)
        self._tell_parents()

    def _tell_parents(self) -> None:
        for parent in self.parent_nodes:
            parent.operation._outbound_nodes.append(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for x in self.input_tensors:
            vars(x._keras_history.operation).setdefault("_outbound_nodes", []).append(self)

    @property
    def parent_nodes(self) -> list[Node]:
        made = [t._keras_history for t in self.input_tensors if hasattr(t, "_keras_history")]
        return [h.operation._inbound_nodes[h.node_index] for h in made]

    @property
    def is_input(self) -> bool:
        return not self.input_tensors

    def arguments(self, values: dict[int, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with each KerasTensor replaced by the value of that id."""
        args = (values[id(self.args[0])],) if self._has_one_argument else fill(self.args, values)
        kwargs = dict(self.kwargs) if self._kwargs_are_plain else fill(self.kwargs, values)
        return args, kwargs


def fill(structure: Any, values: dict[int, Any]) -> Any:
    """``structure`` with each KerasTensor replaced by the value of that id."""
    return tree.map_structure(
        lambda x: values[id(x)] if isinstance(x, KerasTensor) else x, structure
    )


def strip(structure: Any) -> Any:
    """The structure with a plain symbol for each KerasTensor: ops on these add no nodes."""

    def bare(x: Any) -> Any:
        if not isinstance(x, KerasTensor):
            return x
        symbol = Symbol(x.shape, x.dtype)
        symbol.__dict__.update((k, v) for k, v in x.__dict__.items() if k == "_keras_mask")
        return symbol

    return tree.map_structure(bare, structure)
