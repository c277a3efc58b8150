"""The table of parts of a list of arrays."""

from typing import Any

import numpy as np
import pytest

from minikeras.kernels.runtime.array_table import table_of_parts
from minikeras.kernels.runtime.threads import CHUNK


def parts_of(roles: list[list[Any]], written: int = 1) -> list[tuple[int, int]]:
    """(length, variable) of every part."""
    objects, dtype = [x for role in roles for x in role], np.dtype(np.float32)
    table = table_of_parts(id(objects), len(roles), id(dtype), 4, written)
    return [(int(length), int(variable)) for length, variable, *_ in table]


def arrays() -> list[Any]:
    return [np.zeros(s, np.float32) for s in ((CHUNK + 3,), (2, 5), (), (2 * CHUNK,), (CHUNK + 1,))]


def test_large_arrays_are_cut() -> None:
    expected = [(CHUNK, 0), (3, 0), (10, 1), (1, 2), (CHUNK, 3), (CHUNK, 3), (CHUNK + 1, 4)]
    assert parts_of([arrays(), arrays()]) == expected


@pytest.mark.parametrize("what", ["another size", "another dtype", "a stride", "read-only"])
def test_arrays_that_do_not_fit_give_no_parts(what: str) -> None:
    first, second = arrays(), arrays()
    if what == "another size":
        second[1] = np.zeros((2, 4), np.float32)
    elif what == "another dtype":
        second[1] = np.zeros((2, 5), np.float64)
    elif what == "a stride":
        second[1] = np.zeros((2, 10), np.float32)[:, ::2]
    else:
        first[1].flags.writeable = False
        assert parts_of([second, first]) != []  # what is only read need not be writeable
    assert parts_of([first, second]) == []
