"""How much memory the weights of a model may take while the model is built from a config.

A config says ``units: 1000000000000`` in a few bytes. While a file is read, the size of its own
weights bounds those of the model that it describes, and each is counted before it is made.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

import numpy as np

from minikeras.messages import describe

_left: ContextVar[list[int] | None] = ContextVar("bytes left for weights", default=None)


@contextlib.contextmanager
def weights_within(most: int) -> Iterator[None]:
    """Within the block all new variables together may have ``most`` bytes.

    A block around it goes on with its own count.
    """
    token = _left.set([most])
    try:
        yield
    finally:
        _left.reset(token)


def count_weight(shape: Sequence[int | None], dtype: str, name: str) -> None:
    """Count a variable that is about to be made; ValueError if it is too large."""
    left = _left.get()
    if left is None:
        return
    size = math.prod(n or 0 for n in shape) * np.dtype(dtype).itemsize
    left[0] -= size
    if left[0] < 0:
        raise ValueError(
            f"the weight {describe(name)} of shape {describe(tuple(shape))} needs {size} bytes, "
            "which are more than the weights in the file allow for"
        )
