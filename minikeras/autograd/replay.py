"""What a function computes, written down once and run again without the Python around it.

Layers, losses and the tape decide anew at every call what is to be computed, and for a small model
the decisions take longer than the arithmetic.  `Replay` watches a function twice while it runs as
always, and writes down each kernel call as a line of Python:

    t1 = _matmul(x0, v0)
    t2 = add(t1, v1)
    ...
    d7, d8 = add_vjp(d6, t2, t1, v1)

From then on it runs these lines, for inputs of the same shapes and dtypes.  ``Replay.source`` shows
them.  Kernels, order and therefore bits are those of the calls that were watched.

A function is replayed only if both accounts agree in every line and constant, and if nobody looked
at a number: a value that was printed, tested or turned into an array may have decided something.
Such functions run as always, as do those that change variables by arrays from elsewhere and those
in which shapes depend on values.

Parity: whatever else Python does in the function it does while it is watched and never again, as
in Keras's compiled functions.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minikeras import settings, tree
from minikeras.autograd.tensor import Tensor, recording
from minikeras.autograd.variable import Variable, scopes
from minikeras.types import Array

_settings = settings._settings
_MARKS = ("_keras_mask", "_keras_logits")


class _Line(NamedTuple):
    targets: tuple[str, ...]
    call: str
    reads: list[str]
    kept: bool = False  # whether or not its targets are read

    def __str__(self) -> str:
        comma = "," if self.targets[-1] == "" else ""
        return f"{', '.join(t for t in self.targets if t)}{comma} = {self.call}"


class Account:
    """The lines of one call, and the objects that they name.

    It stands among the tapes that record, and is told of gradients and assignments besides.
    Names: x inputs, v variables, c constants, t results, d derivatives.
    """

    def __init__(self, inputs: list[Array]) -> None:
        self.refused: str | None = None
        self.objects: dict[str, Any] = {"asarray": np.asarray, "array": np.array, "Tensor": Tensor}
        self._inputs = [f"x{i}" for i in range(len(inputs))]
        self._lines: list[_Line] = []
        self._names: dict[int, tuple[Any, str]] = {}  # by id, which later arrays may get again
        self._count = 0
        for array, name in zip(inputs, self._inputs):
            self._call(array, name)

    def refuse(self, reason: str) -> None:
        self.refused = self.refused or reason

    # Names

    def _call(self, array: Array, name: str) -> str:
        # NumPy's numbers, which derivatives without axes may be, take no weak references.
        held = weakref.ref(array) if isinstance(array, np.ndarray) else lambda: array
        self._names[id(array)] = held, name
        return name

    def _find(self, array: Array) -> str | None:
        called, name = self._names.get(id(array), (lambda: None, None))
        return name if called() is array else None

    def _new(self, kind: str, array: Array) -> str:
        self._count += 1
        return self._call(array, f"{kind}{self._count}")

    def _bind(self, name: str, thing: Any) -> str:
        """The name of an object: ``name``, with a number if that means something else."""
        base, number = name, 1
        while self.objects.setdefault(name, thing) is not thing:
            number += 1
            name = f"{base}_{number}"
        return name

    def _name(self, array: Array, source: Any = None) -> str:
        """What the lines call ``array``, which an operation got from its input ``source``."""
        known = self._find(array)
        if known is not None:
            return known
        if isinstance(source, Variable):
            if array is not source._value:
                self.refuse(f"the variable {source.path} is read in another dtype")
            return self._call(array, f"v{self._variable(source)[1:]}")
        return self._call(array, self._bind("c", array))

    def _variable(self, variable: Variable) -> str:
        return self._bind(f"V_{variable.name}" if variable.name.isidentifier() else "V", variable)

    def _static(self, static: dict[str, Any]) -> str:
        texts = [
            f"{k}={v!r}" if _is_plain(v) else f"{k}={self._bind(k, v)}" for k, v in static.items()
        ]
        return "".join(f", {text}" for text in texts)

    # What the watched call tells

    def _record(self, record: Any) -> None:
        """An operation ran."""
        op, inputs, arrays, static, output = record
        if self.refused:
            return
        if getattr(op, "shape_rule", None) is None:
            return self.refuse(f"{op!r} has a derivative or a shape that only a call can tell")
        shape = op.shape_rule(*[array.shape for array in arrays], **static)
        if any(None in part for part in (shape if isinstance(shape, list) else [shape])):
            return self.refuse(f"the shape of what {op!r} returns depends on values")
        reads = [self._name(array, x) for array, x in zip(arrays, inputs)]
        function = self._bind(op.__name__, _bare(op._kernels(arrays, static)[0]))
        call = f"{function}({', '.join(reads)}{self._static(static)})"
        if type(output) is tuple:
            targets = tuple([self._new("t", y._value) for y in output])
        else:
            if not output._value.ndim:
                call = f"asarray({call})"  # of arrays without axes NumPy makes numbers
            targets = (self._new("t", output._value),)
        self._lines.append(_Line(targets, call, reads))
        return None

    def assigned(self, variable: Variable, value: Array, array: Array) -> None:
        """``variable`` was given ``array``, a copy of ``value``."""
        source = self._find(value)
        if source is None:
            return self.refuse(f"{variable.path} was given a value from outside")
        target = self._new("t", array)
        self._lines.append(_Line((target,), f"array({source}, {array.dtype.name!r})", [source]))
        self._lines.append(_Line((f"{self._variable(variable)}._value",), target, [target], True))
        return None

    def pullback(
        self, op: Any, dy: Any, y: Any, arrays: list[Any], static: Any, needed: list[bool]
    ) -> list[Any]:
        """The cotangents of an operation's inputs: ``op.pullback``, written down."""
        if self.refused or not hasattr(op, "_kernels"):
            self.refuse(f"{op!r} has a derivative of its own")
            return list(op.pullback(dy, y, arrays, static, needed))
        rule = op._kernels(arrays, static)[1]
        if rule is None:
            raise NotImplementedError(f"{op.__name__} has no gradient")
        before, recording.tapes = recording.tapes, ()  # the operations within are the rule's
        try:
            parts = rule(dy, y, *arrays, **static)
            alone = type(parts) is not tuple
            reads: list[str] = []
            texts = []
            for argument in (dy, y, *arrays):
                several = type(argument) is tuple
                names = [self._name(a) for a in (argument if several else (argument,))]
                texts.append(f"({', '.join(names)},)" if several else names[0])
                reads += names
            function = self._bind(f"{op.__name__}_vjp", _bare(rule))
            targets: list[str] = []
            fitted: list[_Line] = []
            found: list[Any] = []
            for part, x, need in zip((parts,) if alone else parts, arrays, needed, strict=True):
                if not need or part is None:
                    targets.append("_")
                    found.append(None)
                    continue
                self._count += 1
                name = text = f"d{self._count}"
                targets.append(name)
                if callable(part):
                    text, part = f"{text}()", part()
                if type(part) is Tensor:
                    text, part = f"{text}._value", part._value
                if part.shape != x.shape:
                    text, part = self._folded(op, text, part, x)
                if text == name:
                    self._call(part, name)
                else:
                    fitted.append(_Line((self._new("d", part),), text, [name]))
                found.append(part)
        finally:
            recording.tapes = before
        call = f"{function}({', '.join(texts)}{self._static(static)})"
        only = not alone and len(targets) == 1
        self._lines += [_Line((*targets, "") if only else tuple(targets), call, reads), *fitted]
        return found

    def _folded(self, op: Any, text: str, dx: Array, x: Array) -> tuple[str, Array]:
        """The sum of ``dx`` over the axes along which ``x`` was stretched."""
        inner = Account([dx])
        inner.objects = self.objects
        recording.tapes = (inner,)
        folded = op._fit(dx, x, False)
        recording.tapes = ()
        calls = [line.call for line in inner._lines]
        if len(calls) > 1:
            self.refuse(f"the gradient of {op!r} is summed in several steps")
        text = calls[0].replace("x0", text, 1) if calls else text
        return f"{text}.reshape({x.shape})", folded

    def added(self, a: Array, b: Array, total: Array) -> None:
        """Two gradients of one tensor were added."""
        reads = [self._name(a), self._name(b)]
        self._lines.append(_Line((self._new("d", total),), " + ".join(reads), reads))

    # The account as a function

    def source(self, outputs: Any) -> str:
        """The lines that outputs and variables need; each array is dropped when last read."""
        wanted: list[str] = []
        result = self._structure(outputs, wanted)
        needed, backwards = {*wanted}, []
        for line in reversed(self._lines):
            if not (line.kept or needed.intersection(line.targets)):
                continue
            last = dict.fromkeys(n for n in line.reads if n not in needed and n[0] in "td")
            if last:
                backwards.append(f"del {', '.join(last)}")
            needed.update(line.reads)
            targets = tuple([t if t in needed or line.kept or not t else "_" for t in line.targets])
            backwards.append(str(line._replace(targets=targets)))
        loads = [f"v{n[1:]} = {n}._value" for n in self.objects if n[0] == "V"]
        body = [*loads, *reversed(backwards), f"return {result}"]
        return "\n    ".join([f"def replayed({', '.join(self._inputs)}):", *body]) + "\n"

    def _structure(self, value: Any, names: list[str]) -> str:
        if value is None:
            return "None"
        if type(value) in (list, tuple):
            inside = "".join(f"{self._structure(v, names)}, " for v in value)
            return f"[{inside}]" if type(value) is list else f"({inside})"
        if type(value) is dict:
            pairs = [(self._bind("key", k), self._structure(v, names)) for k, v in value.items()]
            return "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
        if type(value) is not Tensor:
            self.refuse(f"the result holds a {type(value).__name__}")
            return "None"
        names.append(self._name(value._value))
        text = f"Tensor({names[-1]})"
        for mark in _MARKS:
            if getattr(value, mark, None) is not None:
                self._bind("marked", _marked)
                text = f"marked({text}, {mark!r}, {self._structure(getattr(value, mark), names)})"
        return text


_QUIETED = np.errstate()(len).__code__


def _bare(function: Any) -> Any:
    """A kernel without ``np.errstate`` around it, which all lines have together."""
    quiet = getattr(function, "__code__", None) is _QUIETED
    return function.__wrapped__ if quiet else function


def _marked(tensor: Tensor, mark: str, value: Tensor) -> Tensor:
    setattr(tensor, mark, value)
    return tensor


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, str)


def _same(a: Any, b: Any) -> bool:
    """Whether two accounts mean the same by a name."""
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


class Replay:
    """A function of nested tensors, replayed once two calls with the same signature agreed.

    ``source``: the lines written last.  ``refused``: why the last watched call cannot be replayed.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._watched: dict[Any, tuple[str, dict[str, Any]]] = {}
        self._known: dict[Any, Callable[..., Any] | None] = {}
        self.source: str | None = None
        self.refused: str | None = None

    def __call__(self, *inputs: Any) -> Any:
        arrays: list[Array] = []
        key: list[Any] = [_settings["kernels"], _settings["floatx"], _settings["epsilon"]]
        for value in inputs:
            leaves: Any = (value,)
            if type(value) is not Tensor and value is not None:
                leaves = tree.flatten(value)
                key.append(tree.structure(value))
            for leaf in leaves:
                if leaf is None:
                    key.append(None)
                    continue
                array = leaf._value
                arrays.append(array)
                key.append((array.shape, array.dtype, array.flags.c_contiguous))
        if len({*map(id, arrays)}) < len(arrays):
            key += [[id(a) for a in arrays].index(id(array)) for array in arrays]  # what is one
        signature = tuple(key)
        if signature not in self._known:
            if recording.tapes or scopes.stateless is not None or scopes.autocast is not None:
                return self._function(*inputs)
            return self._watch(signature, inputs, arrays)
        replayed = self._known[signature]
        if replayed is None or recording.tapes or scopes.stateless is not None:
            return self._function(*inputs)
        with np.errstate(all="ignore"):  # as in a backward pass
            return replayed(*arrays)

    def _watch(self, signature: Any, inputs: tuple[Any, ...], arrays: list[Array]) -> Any:
        account = Account(arrays)
        recording.tapes, recording.account = (account,), account
        try:
            outputs = self._function(*inputs)
        finally:
            recording.tapes, recording.account = (), None
        written = self.source, objects = account.source(outputs), account.objects
        self.refused = account.refused
        before = self._watched.pop(signature, None)
        if before is None and not self.refused:
            self._watched[signature] = written
            return outputs
        if before is not None and not (before[0] == written[0] and _same(before[1], objects)):
            self.refused = self.refused or "two calls did not do the same"
        self._known[signature] = None
        if not self.refused:
            scope = dict(objects)
            exec(compile(self.source, "<replay>", "exec"), scope)
            self._known[signature] = scope["replayed"]
        return outputs
