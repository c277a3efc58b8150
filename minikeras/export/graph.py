"""An ONNX graph while it grows."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from minikeras.autograd import Symbol, Tensor, Variable
from minikeras.optional import Library
from minikeras.types import Array

onnx = Library("onnx")

OPSET = 18


class OnnxGraph:
    """Nodes and constants, each under a name of its own.

    Values are known by their names.  A constant that several nodes use is stored once.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self._names: dict[int, str] = {}  # by the id of a symbol or variable
        self._shared: dict[tuple[Any, ...], str] = {}  # of small constants, by their contents
        self._held: list[Any] = []  # so that their ids are not used again
        self._taken: set[str] = set()

    def new_name(self, wanted: str) -> str:
        """``wanted`` in ONNX's letters, with a number if it is taken."""
        base = name = re.sub(r"[^\w/.]", "_", wanted)
        number = 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name

    def set_name(self, thing: Any, name: str) -> None:
        """Say which value a symbol stands for."""
        self._names[id(thing)] = name
        self._held.append(thing)

    def name_of(self, x: Any, dtype: Any = None) -> str:
        """The value of an operation's input: a symbol, or a constant of that ``dtype``.

        Raises ValueError for a symbol that no operation made.
        """
        if id(x) in self._names:
            return self._names[id(x)]
        if isinstance(x, Symbol):
            raise ValueError(
                f"{x!r} is made by a function that is no operation, such as zeros_like of an "
                "input; ONNX export cannot follow it"
            )
        if isinstance(x, Variable):
            name = self.constant(x.numpy(), x.path)
            self.set_name(x, name)
            return name
        array = np.asarray(x._value if isinstance(x, Tensor) else x)
        return self.constant(array if dtype is None else array.astype(dtype))

    def constant(self, value: Any, name: str = "constant") -> str:
        """A value that does not depend on the inputs."""
        array = np.asarray(value)
        key = (array.dtype.str, array.shape, array.tobytes()) if array.size < 64 else (id(array),)
        if name == "constant" and key in self._shared:
            return self._shared[key]
        own = self.new_name(name)
        self.constants[own] = array
        if name == "constant":
            self._shared[key] = own
            self._held.append(array)
        return own

    def integers(self, values: Any) -> str:
        """A constant of shape, axes or indices."""
        return self.constant(np.asarray(values, np.int64))

    def add(self, kind: str, *inputs: str, outputs: int = 0, **attributes: Any) -> Any:
        """A node; returns the name of its output, or a list of ``outputs`` names."""
        names = [self.new_name(kind) for _ in range(outputs or 1)]
        node = onnx.helper.make_node(kind, list(inputs), names, name=names[0], **attributes)
        self.nodes.append(node)
        return names if outputs else names[0]

    def cast(self, x: str, dtype: Any) -> str:
        return self.add("Cast", x, to=onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def transpose(self, x: str, axes: tuple[int, ...]) -> str:
        """The axes in another order; of a constant, the constant in this order."""
        if axes == tuple(range(len(axes))):
            return x
        if x in self.constants:
            return self.constant(np.ascontiguousarray(self.constants[x].transpose(axes)), f"{x}/T")
        return self.add("Transpose", x, perm=list(axes))

    def model(self, inputs: Any, outputs: Any, name: str) -> Any:
        """The finished ``onnx.ModelProto``.

        inputs, outputs: symbols by name; an unknown size is called ``batch`` along the first axis.
        """
        used = {x for node in self.nodes for x in node.input}
        tensors = [
            onnx.numpy_helper.from_array(array, key)
            for key, array in self.constants.items()
            if key in used
        ]
        graph = onnx.helper.make_graph(
            self.nodes,
            name,
            [_value_info(key, x) for key, x in inputs.items()],
            [_value_info(key, x) for key, x in outputs.items()],
            tensors,
        )
        return onnx.helper.make_model(
            graph,
            producer_name="minikeras",
            opset_imports=[onnx.helper.make_opsetid("", OPSET)],
            ir_version=9,
        )


def _value_info(name: str, x: Any) -> Any:
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(str(x.dtype)))
    sizes = [f"{name}_{i}" if n is None and i else n for i, n in enumerate(x.shape)]
    if sizes and sizes[0] is None:
        sizes[0] = "batch"
    return onnx.helper.make_tensor_value_info(name, kind, sizes)
