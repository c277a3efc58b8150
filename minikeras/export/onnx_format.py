"""A traced model as an ONNX file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from minikeras import files
from minikeras.autograd import Symbol, Variable
from minikeras.autograd.conversion import shape_of
from minikeras.export import array_rules, elementwise_rules, window_rules
from minikeras.export.graph import OnnxGraph, onnx
from minikeras.export.rules import Typed, reason, rules
from minikeras.export.tracing import Call, trace

RULES = (array_rules, elementwise_rules, window_rules)  # that these are imported declares them


def to_onnx(model: Any, input_signature: Any = None) -> Any:
    """A model in inference mode as an ``onnx.ModelProto``, for any size of the batch.

    Raises ImportError without the library ``onnx``; ValueError for an operation that cannot be
    exported, for a model that has no known inputs, and for dtypes other than those of ONNX.
    """
    traced = trace(model, input_signature)
    graph = OnnxGraph()
    for name, x in traced.inputs.items():
        graph.set_name(x, graph.new_name(name))
    for call in traced.calls:
        _add(graph, call)
    outputs = {}
    for name, y in traced.outputs.items():
        own = graph.new_name(name)
        graph.nodes.append(onnx.helper.make_node("Identity", [graph.name_of(y)], [own], name=own))
        outputs[own] = y
    inputs = {graph.name_of(x): x for x in traced.inputs.values()}
    return graph.model(inputs, outputs, str(model.name))


def export_onnx(
    model: Any, path: str | os.PathLike[str], input_signature: Any = None, opset_version: Any = None
) -> None:
    """Write ``to_onnx(model)`` to a file, in place of any file there.

    opset_version: the version of ONNX's operations that a reader must know; 18, or a later one, to
        which ``onnx`` converts.
    """
    proto = to_onnx(model, input_signature)
    if opset_version is not None:
        proto = onnx.version_converter.convert_version(proto, int(opset_version))
    onnx.checker.check_model(proto)
    with files.written(path) as unfinished, open(unfinished, "wb") as file:
        file.write(proto.SerializeToString())


def _add(graph: OnnxGraph, call: Call) -> None:
    """The nodes of one operation, after casts of its inputs to one dtype."""
    op = call.op
    name = op.__name__
    if name not in rules:
        raise ValueError(f"the operation {name.lstrip('_')!r} cannot be exported: {reason(name)}")
    dtype = op.dtype(*call.kinds)
    names = []
    for x, kind in zip(call.inputs, call.kinds, strict=True):
        wanted = kind if dtype is None else dtype
        own = graph.name_of(x, None if isinstance(wanted, type) else wanted)
        known = _known_dtype(x)
        if known is not None and np.dtype(known) != np.dtype(wanted):
            own = graph.cast(own, wanted)
        names.append(own)
    shapes = [tuple(shape_of(x)) for x in call.inputs]
    typed = Typed(call.static, shapes, call.kinds[0] if dtype is None else dtype, call.outputs)
    try:
        made = rules[name](graph, names, typed)
    except ValueError as error:
        error.args = (f"the operation {name.lstrip('_')!r} cannot be exported: {error}",)
        raise
    if isinstance(call.outputs, Symbol):
        graph.set_name(call.outputs, made)
    else:
        for y, each in zip(call.outputs, made, strict=True):
            graph.set_name(y, each)


def _known_dtype(x: Any) -> Any:
    """The dtype in which a symbol or variable comes; None for constants, which are converted."""
    if isinstance(x, Variable):
        return x._value.dtype
    return x.dtype if isinstance(x, Symbol) else None
