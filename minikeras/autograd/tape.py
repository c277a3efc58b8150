"""Reverse-mode differentiation.

A tape is a Wengert list: the operations of one forward pass, in the order in which they ran.  That
order is already topological, so the backward pass is a single reversed loop.  While an outer tape
is recording, the loop runs on tensors instead of arrays.  The backward pass is then recorded too,
and the outer tape can differentiate it.  Second derivatives need nothing else.

Parity: gradients of a tensor with three uses or more are added in TensorFlow's order.  Its tape
walks the graph breadth first, and adds gradients in the order in which they arrive.  In a compiled
function the addends are sorted by the names of the operations that made them; these begin with the
names of the layers.  The input gradient of a normalizing layer is three addends there.

Source: experiments with TensorFlow's eager tape, and graphs that Grappler leaves.
"""

from __future__ import annotations

import collections
import contextlib
import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import frames, tf_function, tree
from minikeras.autograd.drawing import Drawing, draw
from minikeras.autograd.indexed_slices import IndexedSlices
from minikeras.autograd.listeners import Observe, OpCall, is_taped, recording
from minikeras.autograd.primitive import unobserved
from minikeras.autograd.tensor import Tensor, marked
from minikeras.autograd.variable import Variable
from minikeras.declare import names
from minikeras.messages import count
from minikeras.types import Array, TensorLike

_NO_PLACE = "", 0  # of what no layer made: a sum of gradients, a target's own gradient
_LAST_PLACE = "~", 0  # of a gradient without a name: "mul" comes after "gradient_tape"


class GradientTape:
    """``with GradientTape() as tape: loss = ...`` then ``tape.gradient(loss, weights)``.

    Trainable variables are watched as they are read (``watch_accessed_variables``), tensors when
    ``watch`` names them.  ``gradient`` can be called once, or often if the tape is ``persistent``.
    """

    is_tape = True

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self.reset()

    def reset(self) -> None:
        """Forget everything recorded so far."""
        self._calls: list[OpCall] = []
        # What gradients may flow through, by id.  Holding an object keeps its id from being reused.
        self._tracked: dict[int, Any] = {}
        self._used = False
        self._watched: tuple[Variable, ...] = ()  # when ``gradient`` freed the rest
        self._cut = False  # whether an array or a number was made of something tracked

    def __repr__(self) -> str:
        outputs = {id(y) for call in self._calls for y in tree.flatten(call.output)}
        n, m = len(self._calls), len(self._tracked.keys() - outputs)
        return f"<GradientTape: {count(n, 'operation')} recorded, watching {count(m, 'tensor')}>"

    def __enter__(self) -> GradientTape:
        if self in recording.listeners:
            raise ValueError("Tape is already recording")
        recording.listeners = (*recording.listeners, self)
        return self

    def __exit__(self, *exc: object) -> None:
        recording.listeners = tuple(t for t in recording.listeners if t is not self)

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Within the block this tape records nothing."""
        before = recording.listeners
        self.__exit__()
        try:
            yield
        finally:
            recording.listeners = before

    def watch(self, tensor: Any) -> None:
        """Track every tensor and variable of a nested structure.

        Raises ValueError for what is neither.
        """
        for leaf in tree.flatten(tensor):
            if isinstance(leaf, Variable):
                self._tracked[id(leaf)] = leaf
            elif isinstance(leaf, Tensor):
                if leaf.dtype.kind == "f":  # whole numbers have no derivative
                    self._tracked[id(leaf)] = leaf
            else:
                raise ValueError(f"expected a Tensor or Variable to watch, received {leaf!r}")

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that were read while the tape recorded, also after ``gradient``."""
        now = (x for x in self._tracked.values() if isinstance(x, Variable))
        return self._watched or tuple(now)

    def on_operation(self, call: OpCall) -> None:
        """Record the call if one of its inputs depends on something watched."""
        if call.op.constant:
            return
        tracked, found = self._tracked, False
        for x in call.inputs:
            if id(x) in tracked:
                found = True
            elif self._watch_variables and isinstance(x, Variable) and x._trainable:
                tracked[id(x)] = x
                found = True
        if found:
            if tf_function.is_inside():
                call.place = names.current_path() + "_", len(self._calls)
            self._calls.append(call)
            for y in _outputs(call):
                tracked[id(y)] = y

    def on_value_observed(self, copied: Any) -> None:
        self._cut = self._cut or id(copied) in self._tracked

    @frames.filter_traceback
    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """∂(Σ target)/∂source for each source, in the structure of ``sources``.

        A source on which no target depends gets None, or zeros with
        ``unconnected_gradients="zero"``.  ``output_gradients`` weighs the elements of the targets.

        Raises RuntimeError on a second call of a tape that is not persistent.
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
        if not self._persistent:
            self._used = True
            self._watched = self.watched_variables()
            self.__exit__()
        flat = tree.flatten(sources)
        found = self._backward(target, flat, output_gradients)
        if unconnected_gradients == "zero":
            zeros = (Tensor(np.zeros(s.shape, s.dtype)) for s in flat)
            found = [zero if g is None else g for g, zero in zip(found, zeros, strict=True)]
        return found[0] if not tree.is_nested(sources) else tree.pack_sequence_as(sources, found)

    @frames.filter_traceback
    def draw(self, target: Any = None, **names: Any) -> Drawing:
        """The graph of what was recorded, with the value and gradient of everything in it.

        target: the tensor whose gradients are shown; by default the result of the last operation.
        names: what to call tensors in the drawing: ``tape.draw(loss, x=x, w=w)``.  Variables have
            their paths.

        A notebook shows the drawing.  The tape can still be used for ``gradient``.

        Raises ValueError if the tape holds no operations: none depended on anything watched, or
        ``gradient`` of a tape that is not persistent has freed them.
        """
        return draw(self, target, names)

    @np.errstate(all="ignore")  # infinities and NaN are gradients like any other
    def _backward(self, target: Any, sources: list[Any], seeds: Any) -> list[Any]:
        arithmetic = _arithmetic()
        addends: dict[int, list[Any]] = {}  # by the id of the tensor or variable
        places: dict[int, Any] = {}  # by the id of a gradient: of the operation that made it
        wanted = {id(s) for s in sources}

        def total(y: Any) -> Any:
            found = addends.get(id(y), [])
            if len(found) > 2 and tf_function.is_inside():
                found.sort(key=lambda dx: places.get(id(dx), _NO_PLACE))
            while len(found) > 1:
                found[:2] = [arithmetic.add(found[0], found[1])]
                places[id(found[0])] = _NO_PLACE
            return found[0] if found else None

        def take(y: Any) -> Any:
            dy = total(y)
            if id(y) not in wanted:
                addends.pop(id(y), None)
            return dy

        targets = tree.flatten(target)
        given = [None] * len(targets) if seeds is None else tree.flatten(seeds)
        for y, seed in zip(targets, given, strict=True):
            addends.setdefault(id(y), []).append(arithmetic.wrap(_seed(y, seed)))
        used = (id(x) for call in self._calls for x in call.inputs)
        uses = collections.Counter(key for key in used if key in self._tracked)
        sources_of = self._passed_on(wanted)
        for call in self._in_order(targets, max(uses.values(), default=0)):
            output, inputs = call.output, call.inputs
            if id(output) in sources_of:
                for x in inputs:
                    if id(x) in self._tracked:
                        addends.setdefault(id(x), []).extend(addends.get(id(output), ()))
                addends.pop(id(output), None)
                continue
            several = type(output) is tuple
            dy = _or_zeros(output, [*map(take, output)], arithmetic) if several else take(output)
            if dy is None:
                continue
            needed = [id(x) in self._tracked for x in inputs]
            for x, dx in zip(inputs, arithmetic.pullback(call, dy, needed), strict=True):
                if dx is not None:
                    if type(x) is not Variable:
                        dx = arithmetic.dense(dx)
                    elif dx.dtype != x._value.dtype:
                        dx = dx.astype(x._value.dtype)  # it was read in a compute dtype
                    is_shared = x is inputs[0] and uses[sources_of.get(id(x), id(x))] > 1
                    parts = arithmetic.terms(call, dy) if is_shared else None
                    for part in parts or (dx,):
                        if part is not dy:  # slices join as arrays; the sum's own name is first
                            places[id(part)] = _place(call, part)
                        addends.setdefault(id(x), []).append(part)
        found = [*map(total, sources)]
        return [self._finished(g, arithmetic) for g in found]

    def _finished(self, g: Any, arithmetic: _OnArrays) -> Any:
        if type(g) is tf_function.Product:
            return marked(Tensor(arithmetic.dense(g)), _product=g)
        return g if isinstance(g, Tensor | IndexedSlices | None) else Tensor(g)

    def _passed_on(self, wanted: set[int]) -> dict[int, int]:
        """Which sums pass their whole gradient on to one tensor, and to which.

        Parity: in a compiled function the terms of that gradient are not added before.
        """
        found: dict[int, int] = {}
        if not tf_function.is_inside() or is_taped():
            return found
        for call in self._calls:
            if call.op.passes and id(call.output) not in wanted:
                tracked = [x for x in call.inputs if id(x) in self._tracked]
                (first, *others), y = tracked, call.output
                is_known = tf_function.knows_batch_size() or len(tracked) == len(call.inputs)
                is_one = all(x is first for x in others) and type(first) is Tensor
                if is_one and is_known and first.shape == y.shape and first.dtype == y.dtype:
                    found[id(y)] = found.get(id(first), id(first))
        return found

    def _in_order(self, targets: list[Any], most_uses: int) -> Iterator[OpCall]:
        """The calls from last to first, or breadth first where that changes a sum."""
        if most_uses > 2 and not tf_function.is_inside():
            return self._breadth_first(targets)
        return self._reversed()

    def _breadth_first(self, targets: list[Any]) -> Iterator[OpCall]:
        """The calls that lead to the targets, each after all that use its outputs."""
        makers = {id(y): call for call in self._calls for y in _outputs(call)}
        uses: collections.Counter[int] = collections.Counter()
        reached: dict[int, OpCall] = {}
        stack = [makers[id(y)] for y in targets if id(y) in makers]
        while stack:
            call = stack.pop()
            if id(call) not in reached:
                reached[id(call)] = call
                uses.update(id(x) for x in call.inputs if id(x) in self._tracked)
                stack += [makers[id(x)] for x in call.inputs if id(x) in makers]
        missing = {k: sum(uses[id(y)] > 0 for y in _outputs(c)) for k, c in reached.items()}
        ready = collections.deque(call for k, call in reached.items() if not missing[k])
        while ready:
            call = ready.popleft()
            yield call
            for x in call.inputs:
                uses[id(x)] -= 1
                if not uses[id(x)] and id(x) in makers:
                    maker = makers[id(x)]
                    missing[id(maker)] -= 1
                    if not missing[id(maker)]:
                        ready.append(maker)
        if not self._persistent:
            self._calls, self._tracked = [], {}

    def _reversed(self) -> Iterator[OpCall]:
        """The calls from last to first; freed on the way unless the tape is persistent."""
        if self._persistent:
            yield from reversed(self._calls)
            return
        calls, self._calls = self._calls, []
        while calls:
            call = calls.pop()
            yield call
            for y in _outputs(call):
                self._tracked.pop(id(y), None)
        self._tracked = {}


def is_tracked(x: Any) -> bool:
    """Whether a tape is recording what is computed from x."""
    return any(
        isinstance(tape, GradientTape) and id(x) in tape._tracked for tape in recording.listeners
    )


def _place(call: OpCall, dx: Any) -> tuple[str, int]:
    if type(dx) is IndexedSlices:
        return _NO_PLACE
    return _LAST_PLACE if call.op.has_nameless_gradient else call.place


def _outputs(call: OpCall) -> tuple[Tensor, ...]:
    return call.output if type(call.output) is tuple else (call.output,)


class _OnArrays:
    """How the backward pass computes: on arrays, by compiled rules where there are any."""

    def __init__(self, observe: Observe = unobserved) -> None:
        self.observe, self.add = observe, observe(operator.add)

    def wrap(self, cotangent: Array) -> Any:
        return cotangent

    def dense(self, dx: Any) -> Any:
        return self.observe(_dense)(dx) if type(dx) in _LAZY else dx

    def pullback(self, call: OpCall, dy: Any, needed: list[bool]) -> list[Any]:
        output = call.output
        y = tuple([y._value for y in output]) if type(output) is tuple else output._value
        return call.op.pullback(dy, y, call.arrays, call.static, needed, self.observe)

    def terms(self, call: OpCall, dy: Any) -> Any:
        output = call.output
        y = tuple([y._value for y in output]) if type(output) is tuple else output._value
        return call.op.terms(dy, y, call.arrays, call.static, self.observe)


class _OnTensors(_OnArrays):
    """On tensors: an outer tape records the backward pass, to differentiate it."""

    def wrap(self, cotangent: Array) -> Any:
        return Tensor(cotangent)

    def pullback(self, call: OpCall, dy: Any, needed: list[bool]) -> list[Any]:
        both = zip(call.inputs, call.arrays)
        live = [x if isinstance(x, Tensor | Variable) else array for x, array in both]
        return call.op.pullback(dy, call.output, live, call.static, needed, self.observe)

    def terms(self, call: OpCall, dy: Any) -> None:
        return None


def _arithmetic() -> _OnArrays:
    observer = recording.observer
    if is_taped():
        return _OnTensors()
    return _OnArrays() if observer is None else _OnArrays(observer.observe)


_LAZY = (IndexedSlices, tf_function.Product)


def _dense(dx: IndexedSlices | tf_function.Product) -> Array:
    return dx._value


def _seed(y: Any, seed: TensorLike) -> Array:
    if not isinstance(y, Tensor | Variable):
        raise TypeError(f"the target of a gradient must be a Tensor, received {y!r}")
    dtype = y._value.dtype
    if seed is None:
        return np.ones(y.shape, dtype)
    return np.broadcast_to(np.asarray(seed, dtype), y.shape)


def _or_zeros(outputs: tuple[Tensor, ...], dys: list[Any], arithmetic: _OnArrays) -> Any:
    """The cotangents of several outputs, zeros for those without; None if all are without."""
    if all(dy is None for dy in dys):
        return None
    zeros = (arithmetic.wrap(np.zeros_like(y._value)) for y in outputs)
    return tuple([zero if dy is None else dy for zero, dy in zip(zeros, dys, strict=True)])
