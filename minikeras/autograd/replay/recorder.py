"""Writes down what a function computes while it runs.

The recorder observes the engine (see ``autograd.listeners``) and adds a statement to its program
for each kernel call.  It knows an array by identity: an operation's output is the same object when
the next operation reads it.  An array that no statement made is a constant.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.autograd.listeners import Observer, Record, nothing_recorded, values
from minikeras.autograd.primitive import Primitive, registry, stretched_axes
from minikeras.autograd.replay.program import Call, Output, Program, Store
from minikeras.autograd.tensor import MARKS, Tensor
from minikeras.autograd.variable import Variable
from minikeras.types import Array, Shape


class Recorder(Observer):
    """The program of one call.  ``refused``: why it cannot stand for other calls."""

    def __init__(self, inputs: list[Array]) -> None:
        self.refused: str | None = None
        self.program = Program([f"x{i}" for i in range(len(inputs))])
        # By id, with a weak reference: arrays must be freed during the call as they always are, and
        # another array may then get the id of a freed one.
        self._names: dict[int, tuple[Callable[[], Any], str]] = {}
        for array, name in zip(inputs, self.program.inputs):
            self._set_name(array, name)

    def refuse(self, reason: str) -> None:
        self.refused = self.refused or reason

    # What the engine reports

    def on_operation(self, record: Record) -> None:
        op, inputs, arrays, static, output = record
        if self.refused:
            return
        if not isinstance(op, Primitive) or op.shape_rule is None:
            return self.refuse(f"{op!r} has a derivative or a shape that only a call can tell")
        shape = op.shape_rule(*[array.shape for array in arrays], **static)
        if any(None in part for part in (shape if isinstance(shape, list) else [shape])):
            return self.refuse(f"the shape of what {op!r} returns depends on values")
        arguments = tuple([self._name(a, x) for a, x in zip(arrays, inputs)])
        call = self._call(op.__name__, op.rules(arrays, static)[0], arguments, static)
        made = values(output)
        if type(made) is tuple:
            targets: Any = tuple([self._new_name("t", y) for y in made])
        elif made.ndim:
            targets = self._new_name("t", made)
        else:
            targets = self.program.new_name("t")
        self.program.statements.append(call._replace(targets=targets))
        if type(made) is not tuple and not made.ndim:  # of arrays without axes NumPy makes numbers
            self._write(self._new_name("t", made), "asarray", np.asarray, (targets,))
        return None

    def on_assign(self, variable: Variable, value: Array, array: Array) -> None:
        source = self._known_name(value)
        if source is None:
            return self.refuse(f"{variable.path} was given a value from outside")
        copy = self._new_name("t", array)
        self._write(copy, "array", np.array, (source,), dtype=array.dtype.name)
        self.program.statements.append(Store(self._variable(variable), copy))
        return None

    def on_add(self, a: Array, b: Array) -> Array:
        total = _plus(a, b)
        arguments = (self._name(a), self._name(b))
        self._write(self._new_name("d", total), "plus", _plus, arguments)
        return total

    def on_observe(self) -> None:
        self.refuse("a value was looked at")

    def on_pullback(self, record: Record, dy: Any, needed: list[bool]) -> list[Any]:
        """``Primitive.pullback``, one statement after the other."""
        op, _, arrays, static, output = record
        y = values(output)
        with nothing_recorded():  # operations within a vjp are part of it
            if self.refused or not isinstance(op, Primitive):
                self.refuse(f"{op!r} has a derivative of its own")
                return op.pullback(dy, y, arrays, static, needed)
            rule = op.rules(arrays, static)[1]
            if rule is None:
                raise NotImplementedError(f"{op.__name__} has no gradient")
            arguments = tuple([self._argument(x) for x in (dy, y, *arrays)])
            call = self._call(f"{op.__name__}_vjp", rule, arguments, static)
            dxs = rule(dy, y, *arrays, **static)
            parts = dxs if type(dxs) is tuple else (dxs,)
            wanted = [need and dx is not None for dx, need in zip(parts, needed, strict=True)]
            names = tuple([self.program.new_name("d") if want else "_" for want in wanted])
            targets = names if type(dxs) is tuple else names[0]
            self.program.statements.append(call._replace(targets=targets))
            return [
                self._fit(op, dx, name, x.shape) if want else None
                for dx, name, want, x in zip(parts, names, wanted, arrays, strict=True)
            ]

    def _fit(self, op: Primitive, dx: Any, name: str, shape: Shape) -> Array:
        """``Primitive._fit``, one statement after the other."""

        def run(text: str, function: Callable[..., Any], *arguments: str, **static: Any) -> None:
            nonlocal dx, name
            dx = function(*([dx] if arguments else []), **static)
            name = self.program.new_name("d")
            self._write(name, text, function, arguments, **static)

        if callable(dx):
            dx = dx()
            made, name = name, self.program.new_name("d")
            self.program.statements.append(Call(name, made))
        if type(dx) is Tensor:
            run("array_of", _array_of, name)
        if dx.shape != shape:
            axes = stretched_axes(dx.shape, op.checked(dx.shape, shape))
            if axes:
                static = {"axis": axes, "keepdims": False}
                run("sum_axes", registry["_sum"].rules([dx], static)[0], name, **static)
            run("reshape", _reshape, name, shape=shape)
        self._set_name(dx, name)
        return dx

    # Names

    def _set_name(self, array: Array, name: str) -> str:
        # NumPy's numbers, which derivatives without axes may be, take no weak references.
        held = weakref.ref(array) if isinstance(array, np.ndarray) else lambda: array
        self._names[id(array)] = held, name
        return name

    def _new_name(self, letter: str, array: Array) -> str:
        return self._set_name(array, self.program.new_name(letter))

    def _known_name(self, array: Array) -> str | None:
        held, name = self._names.get(id(array), (lambda: None, None))
        return name if held() is array else None

    def _name(self, array: Array, source: Any = None) -> str:
        """The name of ``array``, which an operation got from its input ``source``."""
        known = self._known_name(array)
        if known is not None:
            return known
        if isinstance(source, Variable):
            if array is not source._value:
                self.refuse(f"the variable {source.path} is read in another dtype")
            return self._set_name(array, f"v{self._variable(source)[1:]}")
        return self._set_name(array, self.program.bind("c", array))

    def _argument(self, value: Any) -> str | tuple[str, ...]:
        return tuple(map(self._name, value)) if type(value) is tuple else self._name(value)

    def _variable(self, variable: Variable) -> str:
        name = f"V_{variable.name}" if variable.name.isidentifier() else "V"
        return self.program.bind(name, variable)

    # Statements

    def _call(self, name: str, function: Any, arguments: Any, static: dict[str, Any]) -> Call:
        """The call without its target.  A replay runs in one ``np.errstate`` for all calls."""
        function = self.program.bind(name, getattr(function, "unguarded", function))
        texts = [(name, self.program.literal(name, value)) for name, value in static.items()]
        return Call("_", function, arguments, tuple(texts))

    def _write(
        self, target: str, name: str, function: Any, arguments: tuple[str, ...], **static: Any
    ) -> None:
        call = self._call(name, function, arguments, static)
        self.program.statements.append(call._replace(targets=target))

    def finish(self, outputs: Any) -> None:
        """The structure of tensors that the function returned becomes the program's result."""
        self.program.result = self._result(outputs)

    def _result(self, value: Any) -> Any:
        if type(value) in (list, tuple):
            return type(value)([self._result(v) for v in value])
        if type(value) is dict:
            return {k: self._result(v) for k, v in value.items()}
        if value is None:
            return None
        if type(value) is not Tensor:
            return self.refuse(f"the result holds a {type(value).__name__}")
        marks = [(mark, getattr(value, mark, None)) for mark in MARKS]
        name = self._name(value._value)
        return Output(name, tuple([(m, self._result(v)) for m, v in marks if v is not None]))


def _plus(a: Array, b: Array) -> Array:
    return a + b


def _array_of(tensor: Tensor) -> Array:
    return tensor._value


def _reshape(x: Array, shape: tuple[int, ...]) -> Array:
    return x.reshape(shape)
