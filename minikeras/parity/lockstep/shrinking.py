"""Makes a case that diverges smaller, as long as it still diverges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

TRIES = 100
STILL = 0.1  # of the first case's difference, what a smaller case must show


class Case(Protocol):
    """What one part of a step is given, so that it runs alone in both libraries."""

    def difference(self) -> float:
        """How far the results of the two libraries are apart."""
        ...

    def smaller(self: _Case) -> Iterator[_Case]:
        """The same with less, the smallest first."""
        ...


_Case = TypeVar("_Case", bound=Case)


def shrunk(case: _Case) -> _Case:
    """The smallest case found in which the two libraries still differ as clearly.

    Greedy, as in delta debugging (Zeller and Hildebrandt 2002, Simplifying and isolating
    failure-inducing input): the first smaller case that still diverges is taken, and so on.
    """
    wanted = STILL * min(case.difference(), 1.0)
    tries, found = 0, True
    while found and wanted:
        found = False
        for smaller in case.smaller():
            tries += 1
            if tries > TRIES:
                return case
            if smaller.difference() >= wanted:
                case, found = smaller, True
                break
    return case
