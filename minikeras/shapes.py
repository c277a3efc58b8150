"""Arithmetic on shapes, which are tuples.  ``None`` stands for a size that is not known yet."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from minikeras.messages import describe
from minikeras.types import Shape


def standardize(shape: Any) -> Shape:
    """A tuple of sizes from a list, a tuple or another library's shape object.

    Raises ValueError for a negative size, for ``None`` and for what is no size.
    """
    if shape is None:
        raise ValueError("Undefined shapes are not supported: shape is None")
    if not hasattr(shape, "__iter__"):
        example = f", such as ({shape},)" if isinstance(shape, int) else ""
        raise ValueError(
            f"Cannot convert {describe(shape)} to a shape: expected a tuple of sizes{example}"
        )
    return tuple(n if n is None else _size(n, shape) for n in shape)


def whole_number(name: str, value: Any, least: int | None = None) -> int:
    """The value of an argument that has to be a whole number.

    Raises ValueError for a number that is smaller than ``least`` or not whole, TypeError for what
    is no number.
    """
    try:
        number = operator.index(value)
    except TypeError:
        kind = ValueError if isinstance(value, numbers.Real) else TypeError
        message = f"`{name}` must be a whole number. Received: {name}={describe(value)}"
        raise kind(message) from None
    if least is not None and number < least:
        raise ValueError(f"`{name}` must be at least {least}. Received: {name}={number}")
    return number


def _size(n: Any, shape: Any) -> int:
    try:
        size = operator.index(n)
    except TypeError:
        raise ValueError(
            f"Cannot convert {describe(shape)} to a shape: {describe(n)} (type "
            f"{type(n).__name__}) is no size, which is an integer or None"
        ) from None
    if size < 0:
        raise ValueError(
            f"Cannot convert {shape!r} to a shape: negative sizes are not allowed; None stands for "
            "any size"
        )
    return size


def broadcast(*shapes: Shape) -> Shape:
    """NumPy broadcasting, extended with unknown sizes: ``(None, 1), (3,) -> (None, 3)``."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(_broadcast_sizes(sizes, shapes) for sizes in zip(*padded, strict=True))


def _broadcast_sizes(sizes: tuple[int | None, ...], shapes: tuple[Shape, ...]) -> int | None:
    known = {s for s in sizes if s not in (1, None)}
    if len(known) > 1:
        given, here = (" and ".join(map(str, dict.fromkeys(x))) for x in (shapes, sizes))
        raise ValueError(
            f"shapes {given} do not broadcast: counted from the last axis, two sizes must be "
            f"equal or one of them 1; here {here} meet"
        )
    if known:
        return known.pop()
    return None if None in sizes else 1


def unchanged(first: Shape, *others: Shape, **static: Any) -> Shape:
    """The shape rule of operations whose result has the shape of their first input."""
    return first


def match(a: int | None, b: int | None) -> bool:
    """Whether two sizes may be equal: True unless both are known and differ."""
    return a is None or b is None or a == b


def size(shape: Iterable[int | None]) -> int | None:
    """Number of elements, or None if a size is unknown."""
    total = 1
    for n in shape:
        if n is None:
            return None
        total *= n
    return total


def normalize_axis(axis: int, rank: int) -> int:
    """A non-negative axis; ValueError if the tensor has no such axis."""
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} is out of bounds for a tensor of rank {rank}")
    return axis % rank


def normalize_axes(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """All axes for ``None``, else the given ones, non-negative; ValueError on a repeated one."""
    if axis is None:
        return tuple(range(rank))
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    normal = tuple(normalize_axis(operator.index(a), rank) for a in axes)
    if len(set(normal)) < len(normal):
        raise ValueError(f"repeated axis in {axis}")
    return normal


def reduced(shape: Shape, axis: int | Sequence[int] | None, keepdims: bool) -> Shape:
    """The shape that is left of ``shape`` after a reduction along ``axis`` (``None``: all)."""
    axes = normalize_axes(axis, len(shape))
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)
