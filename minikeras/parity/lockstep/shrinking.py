"""Makes a case that diverges smaller, as long as it still diverges."""

from __future__ import annotations

from minikeras.parity.lockstep.cases import LayerCase

TRIES = 60
STILL = 0.1  # of the first case's difference, what a smaller case must show


def shrunk(case: LayerCase) -> LayerCase:
    """The smallest case found in which the two libraries still differ as clearly.

    Greedy, as in delta debugging (Zeller and Hildebrandt 2002, Simplifying and isolating
    failure-inducing input): the first smaller case that still diverges is taken, and so on.
    """
    wanted = STILL * min(case.difference(), 1.0)
    tries, found = 0, True
    while found and wanted:
        found = False
        for _, smaller in case.smaller():
            tries += 1
            if tries > TRIES:
                return case
            if smaller.difference() >= wanted:
                case, found = smaller, True
                break
    return case
