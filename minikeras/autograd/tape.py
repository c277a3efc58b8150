"""Reverse-mode differentiation.

A tape is a Wengert list: the operations of one forward pass, in the order in which they
ran.  That order is already topological, so the backward pass is a single reversed loop.
While an outer tape is recording, the loop runs on tensors instead of arrays, and so the
backward pass is itself recorded: that is all there is to second derivatives.

Parity: the gradients of a tensor with three uses or more are added from the last use to the first.
TensorFlow adds them in an order of its own, which its graph optimizer changes once more in `fit`:
float32 gradients differ by 1e-7 to 4e-6 of their size behind LayerNormalization and residual
connections.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras import tree
from minikeras.autograd.tensor import Tensor, recording
from minikeras.autograd.variable import Variable
from minikeras.types import Array, TensorLike

if TYPE_CHECKING:
    from minikeras.autograd.primitive import Primitive


# One call  output = op(*inputs, **static).  ``arrays`` are the inputs as the kernel saw them.
Record = tuple["Primitive", tuple[Any, ...], list[Any], dict[str, Any], Any]


class GradientTape:
    """``with GradientTape() as tape: loss = ...`` then ``tape.gradient(loss, weights)``.

    Trainable variables are watched as they are read (``watch_accessed_variables``), tensors when
    ``watch`` names them.  A tape answers once, unless it is ``persistent``.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self.reset()

    def reset(self) -> None:
        """Forget everything recorded so far."""
        self._records: list[Record] = []
        self._tracked: dict[int, Any] = {}  # id → object; holding it keeps the id from being reused
        self._versions: dict[int, int] = {}
        self._used = False

    def __enter__(self) -> GradientTape:
        if self in recording.tapes:
            raise ValueError("Tape is already recording")
        recording.tapes = (*recording.tapes, self)
        return self

    def __exit__(self, *exc: object) -> None:
        recording.tapes = tuple(t for t in recording.tapes if t is not self)

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Within the block this tape records nothing."""
        before = recording.tapes
        self.__exit__()
        try:
            yield
        finally:
            recording.tapes = before

    def watch(self, tensor: Any) -> None:
        """Track every tensor and variable of a nested structure.

        Raises ValueError for what is neither.
        """
        for leaf in tree.flatten(tensor):
            if isinstance(leaf, Variable):
                self._watch_variable(leaf)
            elif isinstance(leaf, Tensor):
                if leaf.dtype.kind == "f":  # whole numbers have no derivative
                    self._tracked[id(leaf)] = leaf
            else:
                raise ValueError(f"expected a Tensor or Variable to watch, received {leaf!r}")

    def _watch_variable(self, variable: Variable) -> None:
        if id(variable) not in self._tracked:
            self._tracked[id(variable)] = variable
            self._versions[id(variable)] = variable._version

    def watched_variables(self) -> tuple[Variable, ...]:
        return tuple(x for x in self._tracked.values() if isinstance(x, Variable))

    def _record(self, record: Record) -> None:
        """Keep the call if anything it read leads back to something watched."""
        if record[0].constant:
            return
        tracked, found = self._tracked, False
        for x in record[1]:
            if id(x) in tracked:
                found = True
            elif self._watch_variables and isinstance(x, Variable) and x._trainable:
                self._watch_variable(x)
                found = True
        if found:
            self._records.append(record)
            output = record[4]
            for y in output if type(output) is tuple else (output,):
                tracked[id(y)] = y

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """∂(Σ target)/∂source for each source, in the structure of ``sources``.

        Where there is no path the answer is None (``unconnected_gradients="zero"``: zeros).
        ``output_gradients`` weighs the elements of the targets.

        Raises RuntimeError on a second call of a tape that is not persistent, and where a variable
        was updated in place since it was read.
        """
        if self._used:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians); make it with persistent=True"
            )
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(
                f"unconnected_gradients must be 'none' or 'zero', received {unconnected_gradients}"
            )
        self._check_versions()
        if not self._persistent:
            self._used = True
            self.__exit__()
        found = self._backward(target, tree.flatten(sources), output_gradients)
        if unconnected_gradients == "zero":
            flat = tree.flatten(sources)
            found = [
                Tensor(np.zeros(s.shape, s.dtype)) if g is None else g
                for g, s in zip(found, flat, strict=True)
            ]
        return found[0] if not tree.is_nested(sources) else tree.pack_sequence_as(sources, found)

    def _check_versions(self) -> None:
        for variable in self.watched_variables():
            if variable._version != self._versions[id(variable)]:
                raise RuntimeError(
                    f"the variable {variable.path!r} was updated in place after this tape read it: "
                    "its gradient would be wrong. Compute all gradients before applying any"
                )

    @np.errstate(all="ignore")  # infinities and NaN are gradients like any other
    def _backward(self, target: Any, sources: list[Any], seeds: Any) -> list[Tensor | None]:
        account = recording.account
        on_tensors = len(recording.tapes) > (account is not None)
        wanted = {id(s) for s in sources}
        tracked = self._tracked
        cotangents: dict[int, Any] = {}
        targets = tree.flatten(target)
        given = [None] * len(targets) if seeds is None else tree.flatten(seeds)
        for y, seed in zip(targets, given, strict=True):
            dy = _seed(y, seed)
            _add(cotangents, id(y), Tensor(dy) if on_tensors else dy)
        for op, inputs, arrays, static, output in self._reversed():
            several = type(output) is tuple
            dy = (
                _collect(cotangents, output, wanted, on_tensors)
                if several
                else _take(cotangents, id(output), wanted)
            )
            if dy is None:
                continue
            needed = [id(x) in tracked for x in inputs]
            if on_tensors:
                live = [_live(x, a) for x, a in zip(inputs, arrays, strict=True)]
                dxs = op.pullback(dy, output, live, static, needed, reference=True)
            else:
                y = tuple(t._value for t in output) if several else output._value
                if account is None:
                    dxs = op.pullback(dy, y, arrays, static, needed)
                else:
                    dxs = account.pullback(op, dy, y, arrays, static, needed)
            for x, dx in zip(inputs, dxs, strict=True):
                if dx is not None:
                    if type(x) is Variable and dx.dtype != x._value.dtype:
                        dx = dx.astype(x._value.dtype)  # it was read in a compute dtype
                    _add(cotangents, id(x), dx)
        found = [cotangents.get(id(s)) for s in sources]
        return [g if g is None or isinstance(g, Tensor) else Tensor(g) for g in found]

    def _reversed(self) -> Iterator[Record]:
        """The records from last to first; freed as they go unless the tape is persistent."""
        if self._persistent:
            yield from reversed(self._records)
            return
        records, self._records = self._records, []
        while records:
            record = records.pop()
            yield record
            for y in record[4] if type(record[4]) is tuple else (record[4],):
                self._tracked.pop(id(y), None)
        self._tracked = {}


def _seed(y: Any, seed: TensorLike) -> Array:
    if not isinstance(y, Tensor | Variable):
        raise TypeError(f"the target of a gradient must be a Tensor, received {y!r}")
    dtype = y._value.dtype
    if seed is None:
        return np.ones(y.shape, dtype)
    return np.broadcast_to(np.asarray(seed, dtype), y.shape)


def _live(x: Any, array: Any) -> Any:
    return x if isinstance(x, Tensor | Variable) else array


def _add(cotangents: dict[int, Any], key: int, dx: Any) -> None:
    so_far = cotangents.get(key)
    cotangents[key] = dx if so_far is None else so_far + dx
    if so_far is not None and recording.account is not None:
        recording.account.added(so_far, dx, cotangents[key])


def _take(cotangents: dict[int, Any], key: int, wanted: set[int]) -> Any:
    return cotangents.get(key) if key in wanted else cotangents.pop(key, None)


def _collect(
    cotangents: dict[int, Any], outputs: tuple[Tensor, ...], wanted: set[int], on_tensors: bool
) -> Any:
    """The cotangents of an op with several outputs; zeros for those that nobody used."""
    dys = [_take(cotangents, id(y), wanted) for y in outputs]
    if all(dy is None for dy in dys):
        return None
    zeros = [
        np.zeros_like(y._value) if dy is None else dy for y, dy in zip(outputs, dys, strict=True)
    ]
    if on_tensors:
        return tuple(z if isinstance(z, Tensor) else Tensor(z) for z in zeros)
    return tuple(zeros)
