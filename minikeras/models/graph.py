"""Which calls lead from some inputs to some outputs, and in which order they run."""

from __future__ import annotations

import collections
import functools
import itertools
from collections.abc import Iterable
from typing import Any

from minikeras import frames
from minikeras.autograd import KerasTensor, Node

NodeKey = tuple[int, int]


def node_key(operation: Any, index: int) -> NodeKey:
    """What identifies the call number ``index`` of an operation."""
    return id(operation), index


def node_of(tensor: Any) -> Node:
    """The call whose output a tensor is."""
    history = tensor._keras_history
    node: Node = history.operation._inbound_nodes[history.node_index]
    return node


class Graph:
    """The calls between some inputs and outputs, in the order in which Keras lists them.

    The depth of a call is the length of the longest path from it to an output.  Calls run from the
    deepest to depth 0; those of equal depth in the order in which a walk from the outputs finds
    them.

    calls: the calls, in the order in which they run.
    operations: the operations of these calls and of the inputs, in Keras's order.
    keys: the keys of all calls, from ``node_key``.
    by_depth: the calls of each depth.
    uses: how often each tensor is an input of a call, or an output, by its id.

    Raises ValueError if an output does not depend on the inputs alone, or if two operations have
    the same name.
    """

    def __init__(self, inputs: list[Any], outputs: list[Any]) -> None:
        nodes, first_seen = _walk(inputs, outputs)
        depths, operation_depths = _depths(nodes, inputs, first_seen)
        self.by_depth: dict[int, list[Node]] = collections.defaultdict(list)
        for node, depth in depths.items():
            self.by_depth[depth].append(node)
        self.operations = sorted(
            operation_depths, key=lambda op: (-operation_depths[op], first_seen[op])
        )
        levels = [self.by_depth[depth] for depth in sorted(self.by_depth, reverse=True)]
        self.calls = [node for level in levels for node in level if not node.is_input]
        self._outputs = outputs
        self._check_connected(inputs)
        names = [operation.name for operation in self.operations]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(
                    f'The name "{name}" is used {names.count(name)} times in the model. All '
                    "operation names should be unique."
                )

    # Ids differ in copies, which therefore find these two anew.

    @functools.cached_property
    def keys(self) -> set[NodeKey]:
        nodes = itertools.chain(*self.by_depth.values())
        return {node_key(n.operation, n.operation._inbound_nodes.index(n)) for n in nodes}

    @functools.cached_property
    def uses(self) -> collections.Counter[int]:
        used = itertools.chain(self._outputs, *(node.input_tensors for node in self.calls))
        return collections.Counter(map(id, used))

    def __getstate__(self) -> dict[str, Any]:
        """The operations first: each then leads only to those before it, which are copied by then.

        So graphs may be deeper than Python's recursion.
        """
        rest = {k: v for k, v in vars(self).items() if k not in ("keys", "uses")}
        return {"operations": self.operations} | rest

    def _check_connected(self, inputs: list[Any]) -> None:
        known = {id(x) for x in inputs}
        for node in self.calls:
            for x in node.input_tensors:
                if id(x) not in known:
                    source = node_of(x)
                    what = "Input" if source.is_input else "output of the layer"
                    given = ", ".join(repr(y._keras_history.operation.name) for y in inputs)
                    raise ValueError(
                        f"Graph disconnected: layer {node.operation.name!r} takes its input from "
                        f"the {what} {source.operation.name!r}, which is not connected to the "
                        f"inputs of the model, {given}. Pass that tensor among the `inputs` of the "
                        "model, or call the layer on an output of its inputs"
                    )
            known.update(map(id, node.output_tensors))


def _walk(inputs: list[Any], outputs: list[Any]) -> tuple[list[Node], dict[Any, int]]:
    """The calls that the outputs depend on, parents first; and in which order operations were met.

    The walk has a stack of its own: networks are deeper than Python's recursion may be.
    """
    stops = {id(x) for x in inputs}
    done: set[int] = set()
    order: list[Node] = []
    first_seen: dict[Any, int] = {}

    for output in outputs:
        stack: list[tuple[Any, Iterable[Any] | None]] = [(output, None)]
        while stack:
            tensor, parents = stack.pop()
            node = node_of(tensor)
            if parents is None:
                if id(node) in done:
                    continue
                if not node.is_input and id(tensor) in stops:
                    done.add(id(node))
                    continue
                first_seen.setdefault(node.operation, len(first_seen))
                parents = iter(node.input_tensors)
            for parent in parents:
                if id(node_of(parent)) not in done:
                    stack += [(tensor, parents), (parent, None)]
                    break
            else:
                done.add(id(node))
                order.append(node)
    return order, first_seen


def _depths(
    nodes: list[Node], inputs: list[Any], first_seen: dict[Any, int]
) -> tuple[dict[Node, int], dict[Any, int]]:
    """The depth of each call, and of each operation: that of the deepest of its calls."""
    inside = set(nodes)
    depths: dict[Node, int] = {}
    operation_depths: dict[Any, int] = {}
    for node in reversed(nodes):
        depth = max(depths.setdefault(node, 0), operation_depths.get(node.operation, 0))
        operation_depths[node.operation] = depths[node] = depth
        for parent in node.parent_nodes:
            if parent in inside:
                depths[parent] = max(depth + 1, depths.get(parent, 0))
    for x in inputs:
        operation = x._keras_history.operation
        if operation not in operation_depths and node_of(x).is_input:
            operation_depths[operation] = depths[node_of(x)] = 0
            first_seen[operation] = -1
    return depths, operation_depths


def is_input_tensor(x: KerasTensor) -> bool:
    """Whether a tensor is the output of an ``InputLayer``."""
    return node_of(x).is_input


@frames.filter_traceback
def get_source_inputs(tensor: Any) -> Any:
    """The inputs on which a KerasTensor depends, in the order in which a walk from it finds them.

    tensor: the output of an operation, or an input.  Anything else is returned as it is.
    """
    if not hasattr(tensor, "_keras_history"):
        return tensor
    found: list[Any] = []
    seen: set[int] = set()
    waiting = [tensor]
    while waiting:
        node = node_of(waiting.pop())
        if id(node) not in seen:
            seen.add(id(node))
            found += node.output_tensors if node.is_input else []
            waiting += reversed(node.input_tensors)
    return found
