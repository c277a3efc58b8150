"""Who is told what the engine does.

Every operation is reported to each active listener.  A gradient tape is a listener, and needs no
more.  An observer (the recorder of ``Replay``) also learns of everything else that decides what a
function computes: gradients, assignments to variables, and values that Python looked at.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from minikeras.types import Array

if TYPE_CHECKING:
    from minikeras.autograd.variable import Variable


class Differentiable(Protocol):
    """What a tape needs of an operation: its derivative, unless it is ``constant``."""

    constant: bool

    def pullback(
        self, dy: Any, y: Any, inputs: list[Any], static: dict[str, Any], needed: list[bool]
    ) -> list[Any]:
        """The cotangent of each needed input, from that of the output; None for the others.

        ``dy`` and ``y`` are tuples if the operation has several outputs.  Where they are tensors,
        a tape is recording the backward pass, and so the result must be computed by operations.
        """
        ...


# One call  output = op(*inputs, **static).  ``arrays`` are the inputs as the kernel saw them.
Record = tuple[Differentiable, tuple[Any, ...], list[Any], dict[str, Any], Any]


class Listener(Protocol):
    def on_operation(self, record: Record) -> None:
        """An operation ran."""


class Observer(Listener, Protocol):
    def on_pullback(self, record: Record, dy: Any, needed: list[bool]) -> list[Any]:
        """Compute ``op.pullback`` on arrays for a tape, and observe how."""
        ...

    def on_add(self, a: Array, b: Array) -> Array:
        """Add two cotangents of one tensor for a tape, and observe it."""
        ...

    def on_assign(self, variable: Variable, value: Array, array: Array) -> None:
        """``variable`` now holds ``array``, a copy of ``value``."""

    def on_observe(self) -> None:
        """Python looked at the value of a tensor or variable."""


class _Recording(threading.local):
    listeners: tuple[Listener, ...] = ()  # active tapes, and the observer if there is one
    observer: Observer | None = None


recording = _Recording()


@contextlib.contextmanager
def nothing_recorded() -> Iterator[None]:
    """Within the block no listener is told of operations."""
    before, recording.listeners = recording.listeners, ()
    try:
        yield
    finally:
        recording.listeners = before


def value_observed() -> None:
    """To be called wherever a value leaves the engine: Python may decide by it."""
    if recording.observer is not None:
        recording.observer.on_observe()


def values(output: Any) -> Any:
    """The arrays of one output, or of several."""
    return tuple([y._value for y in output]) if type(output) is tuple else output._value
