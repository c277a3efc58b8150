"""Who is told what the engine does.

Every operation is reported to each active listener.  A gradient tape is a listener, and needs no
more.  An observer (the recorder of ``Replay``) also learns of everything else that decides what a
function computes: the backward pass, assignments to variables, and values that Python looked at.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from minikeras.types import Array

if TYPE_CHECKING:
    from minikeras.autograd.variable import Variable


class Differentiable(Protocol):
    """What a tape needs of an operation: its derivative, unless it is ``constant``.

    ``passes``: whether the cotangent of each input is that of the output, where shapes are equal.
    """

    constant: bool
    passes: bool
    has_nameless_gradient: bool

    def pullback(
        self,
        dy: Any,
        y: Any,
        inputs: list[Any],
        static: dict[str, Any],
        needed: list[bool],
        observe: Observe,
    ) -> list[Any]:
        """The cotangent of each needed input, from that of the output; None for the others.

        ``dy`` and ``y`` are tuples if the operation has several outputs.  Where they are tensors,
        a tape is recording the backward pass, and so the result must be computed by operations.
        Each step ``f(x)`` is made as ``observe(f)(x)``.
        """
        ...

    def terms(
        self, dy: Any, y: Any, inputs: list[Any], static: dict[str, Any], observe: Observe
    ) -> tuple[Any, ...] | None:
        """The terms of which the cotangent of the first input is the sum, on arrays.

        None for most operations.  A tape adds them one by one to those of other uses.
        """
        ...


# Turns a function into one that returns the same, and of whose calls an observer learns.
Observe = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclasses.dataclass(slots=True, eq=False)  # 0.3 µs, as a NamedTuple 0.45
class OpCall:
    """One call ``output = op(*inputs, **static)``.

    ``inputs`` are tensors, variables, arrays and numbers.  ``arrays`` are what the kernel saw of
    them.  ``output`` is a tensor, or a tuple of tensors.  ``place``, set by tapes, is the
    path of the layer, and the number of the call.
    """

    op: Differentiable
    inputs: tuple[Any, ...]
    arrays: list[Any]
    static: dict[str, Any]
    output: Any
    place: tuple[str, int] = ("", 0)


class Listener(Protocol):
    is_tape: bool

    def on_operation(self, call: OpCall) -> None:
        """An operation ran."""

    def on_value_observed(self, copied: Any) -> None:
        """Python looked at the value of a tensor or variable.

        ``copied`` is that tensor or variable if its value became an array or a number.
        """


class Observer(Listener, Protocol):
    def observe(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, a step of a backward pass on arrays, with its calls observed."""
        ...

    def on_assign(self, variable: Variable, value: Array, array: Array) -> None:
        """``variable`` now holds ``array``, a copy of ``value``."""


class _Recording(threading.local):
    listeners: tuple[Listener, ...] = ()  # the active tapes, and the observer if there is one
    observer: Observer | None = None
    # Told of each operation on symbols, as ``(op, inputs, static, outputs)``.
    on_symbols: Callable[[Any, tuple[Any, ...], dict[str, Any], Any], None] | None = None


recording = _Recording()


def is_taped() -> bool:
    """Whether a gradient tape is recording."""
    return any(listener.is_tape for listener in recording.listeners)


@contextlib.contextmanager
def nothing_recorded() -> Iterator[None]:
    """Within the block no listener is told of operations."""
    before, recording.listeners = recording.listeners, ()
    try:
        yield
    finally:
        recording.listeners = before


def value_observed(copied: Any = None) -> None:
    """Called wherever Python gets to see a value: what it does next may depend on it."""
    observer = recording.observer
    if observer is not None:
        observer.on_value_observed(copied)
    for listener in recording.listeners:
        if listener is not observer:
            listener.on_value_observed(copied)
