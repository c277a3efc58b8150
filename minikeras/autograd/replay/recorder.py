"""Writes down what a function computes while it runs.

The recorder observes the engine (see ``autograd.listeners``) and adds a statement to its program
for each call of a kernel or of a derivative.  It knows an array by identity: an operation's output
is the same object when the next operation reads it.  An array that no statement made is a constant.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import twins
from minikeras.autograd.indexed_slices import IndexedSlices
from minikeras.autograd.listeners import Observer, OpCall, nothing_recorded
from minikeras.autograd.primitive import Primitive
from minikeras.autograd.replay.fusing import with_fused_chains
from minikeras.autograd.replay.program import Call, Gradient, Output, Program, Spec, Store
from minikeras.autograd.tensor import MARKS, Tensor
from minikeras.autograd.variable import Variable
from minikeras.tf_function import Product
from minikeras.types import Array


class Recorder(Observer):
    """The program of one call.  ``refused``: why it cannot stand for other calls."""

    is_tape = False

    def __init__(self, inputs: list[Array]) -> None:
        self.refused: str | None = None
        self.program = Program([f"x{i}" for i in range(len(inputs))])
        self._count = 0  # of the names that were made
        # By id, with a weak reference: arrays must be freed during the call as they always are, and
        # another array may then get the id of a freed one.
        self._names: dict[int, tuple[Callable[[], Any], str]] = {}
        for array, name in zip(inputs, self.program.inputs):
            self._set_name(array, name)

    def refuse(self, reason: str) -> None:
        self.refused = self.refused or reason

    # What the engine reports

    def on_operation(self, call: OpCall) -> None:
        if self.refused:
            return
        op, arrays, static, output = call.op, call.arrays, call.static, call.output
        if not isinstance(op, Primitive) or op.shape_rule is None:
            return self.refuse(f"{op!r} has a derivative or a shape that only a call can tell")
        shape = op.shape_rule(*[array.shape for array in arrays], **static)
        if any(None in part for part in (shape if isinstance(shape, list) else [shape])):
            return self.refuse(f"the shape of what {op!r} returns depends on values")
        arguments = tuple([self._name(a, x) for a, x in zip(arrays, call.inputs)])
        rule = op.rules(arrays, static)[0]
        operation = "" if static else op.__name__
        if type(output) is tuple:
            targets = tuple([self._new_name("t", y._value) for y in output])
            self._write(targets, op.__name__, rule, arguments, static)
        elif output.ndim:
            target = self._new_name("t", output._value)
            self._write(target, op.__name__, rule, arguments, static, operation)
        else:  # of arrays without axes NumPy makes numbers
            number = self._numbered("t")
            self._write(number, op.__name__, rule, arguments, static)
            target = self._new_name("t", output._value)
            self._write(target, "asarray", np.asarray, (number,), {})
        return None

    def on_assign(self, variable: Variable, value: Array, array: Array) -> None:
        source = self._known_name(value)
        if source is None:
            return self.refuse(f"{variable.path} was given a value from outside")
        copy = self._new_name("t", array)
        self._write(copy, "array", np.array, (source,), {"dtype": array.dtype.name})
        self.program.statements.append(Store(self._variable(variable), copy))
        return None

    def on_value_observed(self, copied: Any) -> None:
        self.refuse("a value was looked at")

    def observe(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def observed(*arguments: Any, **static: Any) -> Any:
            names = tuple([self._argument(x) for x in arguments])
            known = self._known_name(function)  # of a gradient that a vjp returned as a function
            with nothing_recorded():  # operations within a vjp are part of it
                result = function(*arguments, **static)
            parts = result if type(result) is tuple else (result,)
            targets = tuple(["_" if dx is None else self._new_name("d", dx) for dx in parts])
            target = targets if type(result) is tuple else targets[0]
            if known is None:
                self._write(target, function.__name__, function, names, static)
            else:
                self.program.statements.append(Call(target, known))
            steps = [self.observe(dx) if callable(dx) else dx for dx in parts]
            return tuple(steps) if type(result) is tuple else steps[0]

        return observed

    # Names

    def _numbered(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _set_name(self, thing: Any, name: str) -> str:
        # NumPy's numbers, which derivatives without axes may be, take no weak references.
        held = (lambda: thing) if isinstance(thing, np.generic) else weakref.ref(thing)
        self._names[id(thing)] = held, name
        if isinstance(thing, np.ndarray):
            self.program.specs[name] = Spec(thing.shape, thing.dtype)
        return name

    def _new_name(self, letter: str, thing: Any) -> str:
        return self._set_name(thing, self._numbered(letter))

    def _known_name(self, thing: Any) -> str | None:
        held, name = self._names.get(id(thing), (lambda: None, None))
        return name if held() is thing else None

    def _name(self, array: Any, source: Any = None) -> str:
        """The name of ``array``, which an operation got from its input ``source``."""
        known = self._known_name(array)
        if known is not None:
            return known
        if isinstance(source, Variable):
            if array is not source._value:
                self.refuse(f"the variable {source.path} is read in another dtype")
            return self._set_name(array, f"v{self._variable(source)[1:]}")
        return self._set_name(array, self._bind("c", array))

    def _argument(self, value: Any) -> str | tuple[str, ...]:
        return tuple(map(self._name, value)) if type(value) is tuple else self._name(value)

    def _variable(self, variable: Variable) -> str:
        return self._bind(f"V_{variable.name}" if variable.name.isidentifier() else "V", variable)

    def _bind(self, name: str, thing: Any) -> str:
        """The name of an object: ``name``, with a number if that names another object."""
        base, number = name, 1
        while self.program.objects.setdefault(name, thing) is not thing:
            number += 1
            name = f"{base}_{number}"
        return name

    # Statements

    def _write(
        self,
        targets: str | tuple[str, ...],
        name: str,
        function: Any,
        arguments: tuple[str | tuple[str, ...], ...],
        static: dict[str, Any],
        operation: str = "",
    ) -> None:
        # A replay runs in one np.errstate for all calls.
        name = name if name.isidentifier() else "f"  # a lambda has no name
        function = self._bind(name, getattr(function, "unguarded", function))
        texts = [(k, repr(v) if _is_plain(v) else self._bind(k, v)) for k, v in static.items()]
        call = Call(targets, function, arguments, tuple(texts), operation)
        self.program.statements.append(call)

    def finish(self, outputs: Any) -> None:
        """The structure of tensors that the function returned becomes the program's result."""
        self.program.result = self._result(outputs)
        if twins.are_wanted():
            self.program.statements = with_fused_chains(self.program, self._bind)

    def _result(self, value: Any) -> Any:
        if type(value) in (list, tuple):
            return type(value)([self._result(v) for v in value])
        if type(value) is dict:
            return {k: self._result(v) for k, v in value.items()}
        if value is None:
            return None
        if type(value) in (IndexedSlices, Product):
            return Gradient(self._name(value))
        if type(value) is not Tensor:
            return self.refuse(f"the result holds a {type(value).__name__}")
        marks = [(mark, getattr(value, mark, None)) for mark in MARKS]
        name = self._name(value._value)
        return Output(name, tuple([(m, self._result(v)) for m, v in marks if v is not None]))


def _is_plain(value: Any) -> bool:
    """Whether the text of a value can stand in the program."""
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, str)
