"""``call`` on symbols with axes of unknown length, where it computes with such a length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import dtypes, tree
from minikeras.autograd import KerasTensor, Symbol

# Lengths of the first axis and of others: divisible by what networks halve, and far from
# the lengths that they are likely to know.
_LENGTHS = ((2, 96), (4, 192))


def traced(call: Callable[[Any], Any], given: Any) -> Any:
    """What ``call(given)`` returns.

    If it computes with a length that is not known (``2 * ops.shape(x)[1]``, where that is None), it
    is called with two lengths for each, and an axis that has two lengths in the results is unknown.

    given: a structure with symbols.
    """
    try:
        return call(given)
    except TypeError as error:
        symbols = [x for x in tree.flatten(given) if isinstance(x, Symbol)]
        if "NoneType" not in str(error) or not any(None in x.shape for x in symbols):
            raise
    return agreed(*(call(_with_lengths(given, *lengths)) for lengths in _LENGTHS))


def agreed(one: Any, other: Any) -> Any:
    """KerasTensors like two structures, with None for the axes in which these differ."""

    def common(a: Any, b: Any) -> Any:
        if not hasattr(a, "shape"):
            return a
        shape = tuple(n if n == m else None for n, m in zip(a.shape, b.shape))
        return KerasTensor(shape, dtypes.standardize(a.dtype))

    return tree.map_structure(common, one, other)


def _with_lengths(given: Any, first: int, length: int) -> Any:
    def known(x: Any) -> Any:
        if not isinstance(x, Symbol):
            return x
        shape = tuple(
            n if n is not None else length if axis else first for axis, n in enumerate(x.shape)
        )
        return Symbol(shape, x.dtype)

    return tree.map_structure(known, given)
