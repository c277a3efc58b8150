"""ONNX for operations that reduce, reshape, join and index."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.export.graph import OnnxGraph
from minikeras.export.rules import Typed, rule, rules, same

rules["_matmul"] = same("MatMul")
rules["_det"] = same("Det")

# Reductions


def _reduction(kind: str) -> Any:
    def reduce(g: OnnxGraph, x: list[str], call: Typed) -> Any:
        axis, keepdims = call.static["axis"], int(call.static["keepdims"])
        if axis is None:
            return g.add(kind, *x, keepdims=keepdims)
        axes = [axis] if isinstance(axis, int) else list(axis)
        if not axes:
            return g.add("Identity", *x)
        return g.add(kind, *x, g.integers(axes), keepdims=keepdims)

    return reduce


for _name, _kind in {
    "_max": "ReduceMax",
    "_mean": "ReduceMean",
    "_min": "ReduceMin",
    "_prod": "ReduceProd",
    "_sum": "ReduceSum",
}.items():
    rules[_name] = _reduction(_kind)


@rule("_any")
def _any(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.cast(rules["_max"](g, [g.cast(x[0], np.int32)], call), np.bool_)


@rule("_all")
def _all(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.cast(rules["_min"](g, [g.cast(x[0], np.int32)], call), np.bool_)


def _position_of(kind: str) -> Any:
    def find(g: OnnxGraph, x: list[str], call: Typed) -> Any:
        axis, keepdims = call.static["axis"], int(call.static["keepdims"])
        values = x[0]
        if axis is None:
            values, axis = g.add("Reshape", values, g.integers([-1])), 0
            if keepdims:
                raise ValueError("argmax and argmin of all axes cannot keep them in ONNX")
            found = g.add(kind, values, axis=0, keepdims=0)
        else:
            found = g.add(kind, values, axis=axis, keepdims=keepdims)
        return g.cast(found, str(call.outputs.dtype))

    return find


rules["_argmax"], rules["_argmin"] = _position_of("ArgMax"), _position_of("ArgMin")


@rule("_cumsum")
def _cumsum(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    axis = g.constant(np.int64(call.static["axis"]))
    return g.add("CumSum", *x, axis, reverse=int(call.static["reverse"]))


# Shapes


def target_shape(old: tuple[Any, ...], new: tuple[Any, ...]) -> list[int]:
    """The shape that ONNX's Reshape is given: 0 keeps the batch, −1 is found out.

    Raises ValueError if more sizes are unknown than these two can say.
    """
    result = [-1 if n is None else n for n in new]
    if result.count(-1) > 1 and new[0] is None and old[:1] == (None,):
        result[0] = 0
    if result.count(-1) > 1:
        raise ValueError(f"from shape {old} to {new} more than one size is unknown")
    return result


@rule("_reshape")
def _reshape(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    shape = target_shape(call.shape, tuple(call.outputs.shape))
    return g.add("Reshape", *x, g.integers(shape))


@rule("_expand_dims")
def _expand_dims(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Unsqueeze", *x, g.integers(call.static["axis"]))


@rule("_squeeze")
def _squeeze(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Squeeze", *x, g.integers(call.static["axis"]))


@rule("_transpose")
def _transpose(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.transpose(x[0], tuple(call.static["axes"]))


@rule("_broadcast_to")
def _broadcast_to(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """An unknown size stays as it is: ONNX's Expand also repeats in the other direction."""
    return g.add("Expand", *x, g.integers([1 if n is None else n for n in call.outputs.shape]))


@rule("_cast")
def _cast(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.cast(x[0], str(call.outputs.dtype))


# Joining and repeating


@rule("_concatenate")
def _concatenate(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Concat", *x, axis=call.static["axis"])


@rule("_stack")
def _stack(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    axis = call.static["axis"]
    parts = [g.add("Unsqueeze", part, g.integers([axis])) for part in x]
    return g.add("Concat", *parts, axis=axis)


@rule("_split")
def _split(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    axis = call.static["axis"]
    sizes = [y.shape[axis] for y in call.outputs]
    if None in sizes:
        raise ValueError("parts along an axis of unknown size cannot be exported")
    return g.add("Split", *x, g.integers(sizes), outputs=len(sizes), axis=axis)


@rule("_pad")
def _pad(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    widths = call.static["widths"]
    pads = [a for a, _ in widths] + [b for _, b in widths]
    if not any(pads):
        return g.add("Identity", *x)
    value = g.constant(call.number(call.static["value"]))
    return g.add("Pad", *x, g.integers(pads), value, mode="constant")


@rule("_tile")
def _tile(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Tile", *x, g.integers(call.static["repeats"]))


@rule("_repeat")
def _repeat(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    axis, repeats = call.static["axis"], call.static["repeats"]
    n = call.shape[axis]
    if n is None:
        raise ValueError("repeats along an axis of unknown size cannot be exported")
    cells = np.repeat(np.arange(n), repeats)
    return g.add("Gather", *x, g.integers(cells), axis=axis)


# Indexing


@rule("_take")
def _take(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Gather", *x, axis=call.static["axis"])


@rule("_take_along_axis")
def _take_along_axis(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("GatherElements", *x, axis=call.static["axis"])


@rule("reorder")
def _reorder(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Gather", *x, g.integers(call.static["order"]), axis=call.static["axis"])


@rule("_falling", "_argsort")
def _sorted(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """The order of the elements; equal ones stay in theirs."""
    axis = call.static.get("axis", -1)
    n = call.shape[axis]
    if n is None:
        raise ValueError("sorting along an axis of unknown size cannot be exported")
    largest = 0 if "axis" in call.static else 1
    order = g.add("TopK", *x, g.integers([n]), outputs=2, axis=axis, largest=largest)[1]
    return g.cast(order, np.int32)


@rule("_flip")
def _flip(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    axes = list(call.static["axis"])
    return _sliced(g, x[0], [(a, slice(None, None, -1)) for a in axes])


@rule("_roll")
def _roll(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    y = x[0]
    for shift, axis in zip(call.static["shift"], call.static["axis"], strict=True):
        n = call.shape[axis]
        if n is None:
            raise ValueError("rolling along an axis of unknown size cannot be exported")
        cells = np.roll(np.arange(n), shift)
        y = g.add("Gather", y, g.integers(cells), axis=axis)
    return y


@rule("_getitem")
def _getitem(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """Slices, whole numbers, None and ``...``; raises ValueError for other indices."""
    key = call.static["key"]
    parts = list(key) if isinstance(key, tuple) else [key]
    rank = len(call.shape)
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if Ellipsis in [p for p in parts if p is None or p is Ellipsis]:
        at = next(i for i, part in enumerate(parts) if part is Ellipsis)
        parts[at : at + 1] = [slice(None)] * (rank - used)
    slices, dropped, added, axis, place = [], [], [], 0, 0
    for part in parts:
        if part is None:
            added.append(place)
            place += 1
        elif isinstance(part, slice):
            if part != slice(None):
                slices.append((axis, part))
            axis, place = axis + 1, place + 1
        elif isinstance(part, int | np.integer):
            stop = None if part == -1 else part + 1
            slices.append((axis, slice(int(part), stop)))
            dropped.append(axis)
            axis += 1
        else:
            raise ValueError("indexing with arrays cannot be exported")
    y = _sliced(g, x[0], slices) if slices else x[0]
    if dropped:
        y = g.add("Squeeze", y, g.integers(dropped))
    if added:
        y = g.add("Unsqueeze", y, g.integers(added))
    return y if y != x[0] else g.add("Identity", y)


_FAR = 2**31 - 1


def _sliced(g: OnnxGraph, x: str, slices: list[tuple[int, slice]]) -> Any:
    starts, ends, steps = [], [], []
    for _, part in slices:
        step = part.step or 1
        steps.append(step)
        starts.append(part.start if part.start is not None else (0 if step > 0 else _FAR))
        ends.append(part.stop if part.stop is not None else (_FAR if step > 0 else -_FAR))
    axes = [axis for axis, _ in slices]
    return g.add("Slice", x, *map(g.integers, (starts, ends, axes, steps)))


@rule("_tril")
def _tril(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Trilu", *x, g.constant(np.int64(call.static["k"])), upper=0)


@rule("_triu")
def _triu(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Trilu", *x, g.constant(np.int64(call.static["k"])), upper=1)


@rule("_one_hot")
def _one_hot(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    """Rows of zeros where an index is out of range, which ONNX counts from the end if negative."""
    n, axis = call.static["num_classes"], call.static["axis"]
    expanded = g.add("Unsqueeze", g.cast(x[0], np.int64), g.integers([axis]))
    rank = len(call.outputs.shape)
    classes = np.arange(n).reshape([n if a == axis % rank else 1 for a in range(rank)])
    return g.cast(g.add("Equal", expanded, g.integers(classes)), str(call.outputs.dtype))


@rule("_einsum")
def _einsum(g: OnnxGraph, x: list[str], call: Typed) -> Any:
    return g.add("Einsum", *x, equation=call.static["subscripts"])
