"""A straight-line program: statements over named arrays, which print as Python source.

    def replayed(x0, x1):
        v_w = V_w._value
        t1 = multiply(v_w, x0)
        t2 = subtract(t1, x1)
        del t1
        return Tensor(t2)

The first letter of a name tells what it is: x inputs, v values of variables, t results of
operations, d cotangents, V variables, c constants.  All others are functions and static arguments.
"""

from __future__ import annotations

import itertools
import linecache
import weakref
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minikeras.autograd.tensor import Tensor, marked
from minikeras.autograd.variable import Variable

_numbers = itertools.count()


class Spec(NamedTuple):
    """What is known of an array before the program runs."""

    shape: tuple[int, ...]
    dtype: Any


class Call(NamedTuple):
    """``targets = function(*arguments, **static)``, all of them names.

    A tuple of targets takes a tuple apart; a tuple among the arguments is passed as one.
    ``operation``: the operation that the function computes from arrays alone, if it is one.
    """

    targets: str | tuple[str, ...]
    function: str
    arguments: tuple[str | tuple[str, ...], ...] = ()
    static: tuple[tuple[str, str], ...] = ()
    operation: str = ""

    @property
    def reads(self) -> list[str]:
        return [self.function, *_flat(self.arguments)]

    def without(self, unused: Callable[[str], bool]) -> Call:
        """The call with ``_`` in place of unused targets."""
        if isinstance(self.targets, str):
            return self
        return self._replace(targets=tuple(["_" if unused(t) else t for t in self.targets]))

    def __str__(self) -> str:
        targets = self.targets
        if not isinstance(targets, str):
            targets = ", ".join(targets) + ("," if len(targets) == 1 else "")
        arguments = [a if isinstance(a, str) else _tuple(a) for a in self.arguments]
        arguments += [f"{name}={value}" for name, value in self.static]
        return f"{targets} = {self.function}({', '.join(arguments)})"


class Store(NamedTuple):
    """A variable gets another array."""

    variable: str
    array: str

    @property
    def reads(self) -> list[str]:
        return [self.array]

    def __str__(self) -> str:
        return f"{self.variable}._value = {self.array}"


class Output(NamedTuple):
    """A tensor of the result: the name of its array, and the attributes set on the tensor."""

    array: str
    marks: tuple[tuple[str, Output | Gradient], ...] = ()


class Gradient(NamedTuple):
    """Slices or a product in the result: their name."""

    name: str


class Program:
    """The statements, the objects that they name, and the result: a structure of outputs."""

    def __init__(self, inputs: list[str]) -> None:
        self.inputs = inputs
        self.statements: list[Call | Store] = []
        self.objects: dict[str, Any] = {"Tensor": Tensor, "marked": marked}
        self.specs: dict[str, Spec] = {}
        self.result: Any = None

    def needed_statements(self) -> list[tuple[Call | Store, list[str]]]:
        """What the result and the variables need, each with the arrays that it reads last."""
        needed = set(outputs_of(self.result))
        found: list[tuple[Call | Store, list[str]]] = []
        for statement in reversed(self.statements):
            if isinstance(statement, Call):
                if needed.isdisjoint(_flat((statement.targets,))):
                    continue
                statement = statement.without(lambda target: target not in needed)
            last = dict.fromkeys(n for n in statement.reads if n not in needed and n[0] in "td")
            needed.update(statement.reads)
            found.append((statement, [n for n in last if n not in self.objects]))
        return found[::-1]

    @property
    def source(self) -> str:
        """The program as Python: each array is dropped after it was last read."""
        lines = [f"v{n[1:]} = {n}._value" for n in self.objects if n[0] == "V"]
        for statement, last in self.needed_statements():
            lines.append(str(statement))
            if last:
                lines.append(f"del {', '.join(last)}")
        lines.append(f"return {_text(self.result)}")
        return "\n    ".join([f"def replayed({', '.join(self.inputs)}):", *lines]) + "\n"

    def agrees_with(self, other: Program) -> bool:
        return self.source == other.source and _same(self.objects, other.objects)

    def compiled(self) -> Callable[..., Any]:
        """The program as a function.  Tracebacks and debuggers show its lines."""
        source, file = self.source, f"<replay {next(_numbers)}>"
        scope = dict(self.objects)
        exec(compile(source, file, "exec"), scope)
        function: Callable[..., Any] = scope["replayed"]
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        weakref.finalize(function, linecache.cache.pop, file, None).atexit = False
        return function


def _flat(names: tuple[str | tuple[str, ...], ...]) -> Iterator[str]:
    for name in names:
        yield from (name,) if isinstance(name, str) else name


def _tuple(texts: tuple[str, ...] | list[str]) -> str:
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"


def outputs_of(result: Any) -> Iterator[str]:
    """The names of the arrays in a result."""
    if isinstance(result, Output):
        yield result.array
        for _, mark in result.marks:
            yield from outputs_of(mark)
    elif isinstance(result, Gradient):
        yield result.name
    elif isinstance(result, dict | list | tuple):
        for part in result.values() if isinstance(result, dict) else result:
            yield from outputs_of(part)


def _text(result: Any) -> str:
    if isinstance(result, Output):
        tensor = f"Tensor({result.array})"
        marks = "".join(f", {mark}={_text(value)}" for mark, value in result.marks)
        return f"marked({tensor}{marks})" if marks else tensor
    if isinstance(result, Gradient):
        return result.name
    if isinstance(result, dict):
        return "{" + ", ".join(f"{k!r}: {_text(v)}" for k, v in result.items()) + "}"
    if isinstance(result, list):
        return f"[{', '.join(map(_text, result))}]"
    return _tuple([*map(_text, result)]) if isinstance(result, tuple) else repr(result)


def _same(a: Any, b: Any) -> bool:
    """Whether two objects are one, or constants of equal value."""
    if a is b:
        return True
    if isinstance(a, Variable | Tensor) or type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)
