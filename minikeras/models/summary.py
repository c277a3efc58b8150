"""``print_summary``: the table that ``model.summary()`` prints."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from typing import Any

from minikeras import dtypes, settings, tree
from minikeras.autograd import Node
from minikeras.layers import Layer
from minikeras.messages import printable
from minikeras.optional import Library

rich = Library("rich")
shutil = Library("shutil")
_NUMBER, _UNKNOWN, _TYPE = 34, 45, 33  # the colours of the terminal's palette


def print_summary(
    model: Any,
    line_length: int | None,
    positions: list[float] | None,
    print_fn: Callable[[str], Any] | None,
    expand_nested: bool,
    show_trainable: bool,
    layer_range: tuple[str, str] | list[str] | None,
) -> None:
    """Print a row for each layer, then the totals."""
    graph = getattr(model, "_graph", None)  # of a functional model
    layers = model.operations if graph else model.layers
    nodes = _branching_nodes(model.layers, graph) if graph else None
    header = {"Layer (type)": "left", "Output Shape": "left", "Param #": "right"}
    width, ends = 88, positions or [0.45, 0.80, 1.0]
    if nodes is not None:
        header["Connected to"] = "left"
        width, ends = 108, positions or [0.3, 0.56, 0.74, 1.0]
    if show_trainable:
        header["Trainable"] = "center"
        width, ends = width + 12, [end * 0.90 for end in ends] + [1.0]
    line_length = line_length or min(width, shutil.get_terminal_size().columns - 4)
    if len(ends) < len(header):
        raise IndexError(f"positions must have {len(header)} entries, received {positions}")
    table = rich.table.Table(width=line_length, show_lines=True)
    start = 0
    for (name, side), end in zip(header.items(), ends, strict=False):
        column = int(end * line_length) - start
        if column < 4:
            raise ValueError("Insufficient console width to print summary.")
        table.add_column(name, justify=side, width=column)
        start += column
    for layer in layers[_selected(layers, layer_range)]:
        for row in _rows(layer, 0, expand_nested, show_trainable, nodes):
            table.add_row(*row)

    if print_fn is None and not settings.is_interactive_logging_enabled():
        print_fn = logging.getLogger("minikeras").info
    plain: dict[str, Any] = {"force_terminal": False, "color_system": None} if print_fn else {}
    console = rich.console.Console(highlight=False, **plain)
    if print_fn:
        console.begin_capture()
    _print(console, model, table)
    if print_fn:
        print_fn(console.end_capture())


def _print(console: Any, model: Any, table: Any) -> None:
    escape = rich.markup.escape
    trainable, fixed = model.trainable_weights, model.non_trainable_weights
    optimizer = model.optimizer if model.compiled else None
    slots = optimizer.variables if optimizer is not None and optimizer.built else []
    console.print(f'[bold]Model: "{escape(printable(model.name))}"[/]')
    console.print(table)
    parts = {"Total": [*trainable, *fixed, *slots], "Trainable": trainable, "Non-trainable": fixed}
    if slots:
        parts["Optimizer"] = slots
    for name, variables in parts.items():
        count = sum(v.size for v in variables)
        console.print(f"[bold] {name} params: [/]{_number(f'{count:,}')} ({_memory(variables)})")


def _rows(
    layer: Any, level: int, expand_nested: bool, show_trainable: bool, nodes: list[Node] | None
) -> list[list[str]]:
    escape = rich.markup.escape
    prefix = "   " * level + "└ " if level else ""
    kind = f"[color({_TYPE})]{escape(printable(type(layer).__name__))}[/]"
    row = [
        f"{escape(printable(prefix + layer.name))} ({kind})",
        _output_shape(layer),
        _parameters(layer),
    ]
    if nodes is not None:
        row.append(_connections(layer, nodes))
    if show_trainable:
        if getattr(layer, "weights", None):
            row.append(
                f"[bold][color({_NUMBER})]Y[/][/]" if layer.trainable else "[bold][color(9)]N[/][/]"
            )
        else:
            row.append("[bold]-[/]")
    rows = [row]
    if expand_nested:
        for inner in getattr(layer, "layers", []):
            rows += _rows(inner, level + 1, expand_nested, show_trainable, nodes)
    return rows


def _number(x: Any) -> str:
    return f"[color({_UNKNOWN if x is None else _NUMBER})]{x}[/]"


def _states_shapes(layer: Any) -> bool:
    """Whether the shape is known before a call: of a built-in layer, or by its own method."""
    cls = type(layer)
    ours = cls.__module__.startswith("minikeras.")
    return ours or cls.compute_output_shape is not Layer.compute_output_shape


def _parameters(layer: Any) -> str:
    if not hasattr(layer, "built"):
        return _number(0)
    return _number(f"{layer.count_params():,}") if layer.built else f"{_number(0)} (unbuilt)"


def _output_shape(layer: Any) -> str:
    def colored(shape: Any) -> str:
        return f"({', '.join(map(_number, shape))})"

    if layer._inbound_nodes:
        shapes = [colored(y.shape) for y in layer._inbound_nodes[-1].output_tensors]
    elif getattr(layer, "_build_shapes", None) and _states_shapes(layer):
        try:
            found = layer.compute_output_shape(*layer._build_shapes.values())
        except Exception:  # an error in a user's layer does not stop the summary
            return "?"
        shapes = tree.flatten(tree.map_shape_structure(colored, found))
    else:
        return "?"
    return str(shapes[0]) if len(shapes) == 1 else str(shapes).replace("'", "")


def _connections(layer: Any, nodes: list[Node]) -> str:
    found = []
    for node in layer._inbound_nodes:
        if node in nodes:
            for x in node.input_tensors:
                operation, index, tensor = x._keras_history
                found.append(f"{printable(operation.name)}[{_number(index)}][{_number(tensor)}]")
    return ", ".join(found) or "-"


def _branching_nodes(layers: list[Any], graph: Any) -> list[Node] | None:
    """The calls of a graph; None if it is a chain, in which each layer follows the last."""
    levels = graph.by_depth.values()
    nodes = [node for level in levels for node in level]
    chain = all(len(level) == 1 and len(level[0].input_tensors) <= 1 for level in levels)
    shared = any(sum(n in nodes for n in layer._inbound_nodes) > 1 for layer in layers)
    return None if chain and not shared else nodes


def _memory(variables: list[Any]) -> str:
    unique = {id(v): v for v in variables}.values()
    size = sum(math.prod(v.shape) * dtypes.of(v.dtype).itemsize for v in unique)
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if amount < 1024:
            return f"{amount:.2f} {unit}"
        amount /= 1024
    return f"{amount:.2f} PB"


def _selected(layers: list[Any], layer_range: Any) -> slice:
    """The rows between two names or patterns, both included."""
    if layer_range is None:
        return slice(None)
    if len(layer_range) != 2:
        raise ValueError(
            "layer_range must be a list or tuple of length 2. Received: layer_range = "
            f"{layer_range} of length {len(layer_range)}"
        )
    if not all(isinstance(name, str) for name in layer_range):
        raise ValueError(f"layer_range should contain string type only. Received: {layer_range}")
    first, last = (
        [i for i, layer in enumerate(layers) if re.match(pattern, layer.name)]
        for pattern in layer_range
    )
    if not first or not last:
        raise ValueError(
            f"Passed layer_names do not match the layer names in the model. Received: {layer_range}"
        )
    if min(first) > max(last):
        return slice(min(last), max(first) + 1)
    return slice(min(first), max(last) + 1)
