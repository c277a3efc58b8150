"""The arguments of padding and cropping layers in one form."""

from __future__ import annotations

from typing import Any

from minikeras.messages import describe
from minikeras.windows import per_axis

Margins = tuple[tuple[int, ...], ...]


def margins(value: Any, rank: int, name: str) -> Margins:
    """(before, after) for each spatial axis.

    value: for one axis an int or a pair; for more an int for all, or for each axis an int or a
        pair.

    Raises ValueError for anything else, and for negative numbers.
    """
    if rank == 1:
        return (per_axis(value, 2, name, smallest=0),)
    if isinstance(value, int):
        return (per_axis(value, 2, name, smallest=0),) * rank
    if not hasattr(value, "__len__") or len(value) != rank:
        raise ValueError(
            f"`{name}` must be an int, or {rank} of ints or pairs of ints. Received: "
            f"{name}={describe(value)}"
        )
    return tuple(per_axis(pair, 2, f"entry {i} of {name}", 0) for i, pair in enumerate(value))
