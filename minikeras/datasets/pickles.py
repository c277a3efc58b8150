"""Reads pickles that hold arrays, lists, dicts, strings and numbers; of anything else, nothing.

Three data sets are pickles: CIFAR as whole files, the texts of IMDB and Reuters as arrays of lists.
A pickle is a program for a machine with a stack. Python's machine can call whatever the program
names, and its memo can be made to fill the memory. This one has the instructions that build plain
values; for an array it takes the dtype, the shape and the bytes, and makes the array itself.
Nothing is imported, called or allocated beyond the bytes that are there.

Source: Python's ``pickletools``, which describes every instruction.
"""

from __future__ import annotations

import pickle
import re
import struct
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from minikeras.messages import describe
from minikeras.saving.limits import LoadError
from minikeras.types import Array

_NDARRAY, _DTYPE, _RECONSTRUCT = "numpy.ndarray", "numpy.dtype", "_reconstruct"
_GLOBALS = {
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _DTYPE,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
}
_PLAIN_DTYPE = re.compile(r"b1|[iu][1248]|f[248]|O8?")
# Most of a file of texts are small integers.  A run of the instructions K, M and J, which push
# integers of 1, 2 and 4 bytes, can mean nothing else, and Python's machine is fast.
_INTEGERS = re.compile(rb"(?:K.|M..|J....){1,4096}+", re.DOTALL)


class PickleError(LoadError, pickle.UnpicklingError):
    """A pickle is damaged, or asks for something else than arrays and plain values."""


class _Global:
    """A name of NumPy that a pickle may use: what it stands for is not looked up."""

    def __init__(self, what: str) -> None:
        self.what = what


class _Unfinished:
    """An array or dtype whose contents come with the next instruction."""

    def __init__(self, code: str | None) -> None:
        self.code = code  # of a dtype; None for an array
        self.places: list[int] = []  # in the memo


def loads(data: bytes, where: str, encoding: str = "ascii") -> Any:
    """The value of a pickle of protocol 2 to 5.

    where: the file, for messages.
    encoding: of the strings of Python 2; "bytes" leaves them as they are.

    Raises PickleError, which is a LoadError, for any other content.
    """
    machine = _Machine(data, where, encoding)
    try:
        return machine.run()
    except PickleError:
        raise
    except (IndexError, struct.error, KeyError, TypeError, ValueError, AttributeError) as error:
        raise PickleError(f"{where}: the pickle is damaged: {error}") from None


class _Machine:
    def __init__(self, data: bytes, where: str, encoding: str) -> None:
        self._data, self._where, self._encoding = data, where, encoding
        self._position = 0
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> Any:
        data, actions = self._data, _ACTIONS
        while (code := data[self._position]) != _STOP:
            if code in _STARTS_INTEGERS:
                self._push_integers()
                continue
            self._position += 1
            action = actions.get(code)
            if action is None:
                self._refuse(f"the instruction {bytes([code])!r}, which no array needs")
            action(self)
        if len(self._stack) != 1 or isinstance(self._stack[0], _Global | _Unfinished):
            self._refuse("it does not end with one value")
        return self._stack[0]

    def _push_integers(self) -> None:
        run = _INTEGERS.match(self._data, self._position)
        if run is None:
            self._refuse("it is cut off")
        self._stack += pickle.loads(b"(%bl." % run[0])
        self._position = run.end()

    def _refuse(self, what: str) -> NoReturn:
        raise PickleError(f"{self._where}: the pickle holds {what}. Nothing of it was run")

    # Reading

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self._position + count
        if count < 0 or end > len(self._data):
            self._refuse(f"{count} bytes where {len(self._data) - self._position} are left")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        end = self._data.index(b"\n", self._position)
        taken = self.take(end - self._position)
        self._position += 1
        return taken.decode("ascii")

    # The stack

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def pop(self) -> Any:
        if self._marks and len(self._stack) <= self._marks[-1]:
            raise IndexError("a mark is in the way")
        return self._stack.pop()

    def popped(self) -> list[Any]:
        """What stands above the last mark, which is removed."""
        start = self._marks.pop()
        above = self._stack[start:]
        del self._stack[start:]
        return above

    def mark(self) -> None:
        self._marks.append(len(self._stack))

    def remember(self, number: int) -> None:
        value = self._stack[-1]
        self._memo[number] = value
        if isinstance(value, _Unfinished):
            value.places.append(number)

    def memoize(self) -> None:
        self.remember(len(self._memo))

    def recall(self, number: int) -> None:
        self.push(self._memo[number])

    def push_tuple(self, count: int | None = None) -> None:
        values = self.popped() if count is None else [self.pop() for _ in range(count)][::-1]
        self.push(tuple(values))

    def extend(self, values: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            self._refuse(f"elements of {describe(target)}; expected those of a list")
        target.extend(values)

    def update(self, values: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not dict or len(values) % 2:
            self._refuse(f"items of {describe(target)}; expected those of a dict")
        target.update(zip(values[::2], values[1::2]))

    def push_text(self, raw: bytes) -> None:
        """A string of Python 2."""
        self.push(raw if self._encoding == "bytes" else raw.decode(self._encoding))

    # Arrays

    def push_global(self, module: Any, name: Any) -> None:
        what = _GLOBALS.get((module, name)) if isinstance(module, str) else None
        if what is None:
            self._refuse(f"the name {describe(f'{module}.{name}')}; arrays need none but NumPy's")
        self.push(_Global(what))

    def reduce(self) -> None:
        arguments, function = self.pop(), self.pop()
        what = getattr(function, "what", None)
        if what == _DTYPE:
            self.push(_Unfinished(_text(arguments[0])))
        elif what == _RECONSTRUCT and getattr(arguments[0], "what", None) == _NDARRAY:
            self.push(_Unfinished(None))
        else:
            self._refuse("a call of something else than NumPy's constructors of arrays")

    def build(self) -> None:
        state, unfinished = self.pop(), self.pop()
        if type(unfinished) is not _Unfinished or type(state) is not tuple:
            self._refuse(f"a state of {describe(unfinished)}; expected that of an array")
        is_array = unfinished.code is None
        built = self._array(state) if is_array else self._dtype(unfinished.code or "", state)
        self.push(built)
        for place in unfinished.places:
            self._memo[place] = built

    def _dtype(self, code: str, state: tuple[Any, ...]) -> np.dtype[Any]:
        order = _text(state[1])
        is_plain = all(part is None for part in state[2:5])  # a subarray, names, fields
        if not is_plain or not _PLAIN_DTYPE.fullmatch(code) or order not in ("<", ">", "|", "="):
            self._refuse(f"the dtype {describe(code)}; expected numbers or lists")
        return np.dtype(code[:1] if code[0] == "O" else f"{order}{code}")

    def _array(self, state: tuple[Any, ...]) -> Array:
        _, shape, dtype, is_fortran, content = state
        if not isinstance(dtype, np.dtype) or type(shape) is not tuple:
            self._refuse("an array without shape or dtype")
        array = array_of(content, dtype, shape, bool(is_fortran), self._where)
        return array.astype(dtype.newbyteorder("="), copy=False)  # as NumPy does for pickles


def array_of(
    content: Any, dtype: np.dtype[Any], shape: tuple[Any, ...], is_fortran: bool, where: str
) -> Array:
    """An array of bytes, or of objects in a list, if they are as many as the shape says.

    Raises PickleError if not; nothing is allocated then.
    """
    count = 1
    for size in shape:
        if type(size) is not int or size < 0 or len(shape) > 32:
            raise PickleError(f"{where}: an array has the shape {describe(shape)}")
        count *= size
    unit = 1 if dtype.hasobject else dtype.itemsize
    kind: Any = list if dtype.hasobject else bytes
    if type(content) is not kind or len(content) != count * unit:
        raise PickleError(
            f"{where}: an array of shape {describe(shape)} and dtype {dtype} does not have the "
            f"{count * unit} {'elements' if dtype.hasobject else 'bytes'} that it declares"
        )
    if dtype.hasobject:
        flat = np.empty(count, dtype)
        for i, element in enumerate(content):
            flat[i] = element
    else:
        flat = np.array(np.frombuffer(content, dtype))
    return flat.reshape(shape, order="F" if is_fortran else "C")


def _text(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


_STOP = ord(".")
_STARTS_INTEGERS = frozenset(b"KMJ")
# Instruction → what it does.
_ACTIONS: dict[int, Callable[[_Machine], None]] = {
    code[0]: action
    for code, action in {
        b"\x80": lambda m: m.take(1) and None,  # protocol
        b"\x95": lambda m: m.take(8) and None,  # frame
        b"(": _Machine.mark,
        b"N": lambda m: m.push(None),
        b"\x88": lambda m: m.push(True),
        b"\x89": lambda m: m.push(False),
        b"\x8a": lambda m: m.push(int.from_bytes(m.take(m.number("<B")), "little", signed=True)),
        b"G": lambda m: m.push(m.number(">d")),
        b"C": lambda m: m.push(m.take(m.number("<B"))),
        b"B": lambda m: m.push(m.take(m.number("<I"))),
        b"\x8e": lambda m: m.push(m.take(m.number("<Q"))),
        b"U": lambda m: m.push_text(m.take(m.number("<B"))),
        b"T": lambda m: m.push_text(m.take(m.number("<i"))),
        b"\x8c": lambda m: m.push(m.take(m.number("<B")).decode("utf-8")),
        b"X": lambda m: m.push(m.take(m.number("<I")).decode("utf-8")),
        b"\x8d": lambda m: m.push(m.take(m.number("<Q")).decode("utf-8")),
        b")": lambda m: m.push(()),
        b"\x85": lambda m: m.push_tuple(1),
        b"\x86": lambda m: m.push_tuple(2),
        b"\x87": lambda m: m.push_tuple(3),
        b"t": lambda m: m.push_tuple(),
        b"]": lambda m: m.push([]),
        b"a": lambda m: m.extend([m.pop()]),
        b"e": lambda m: m.extend(m.popped()),
        b"}": lambda m: m.push({}),
        b"s": lambda m: m.update([m.pop(), m.pop()][::-1]),
        b"u": lambda m: m.update(m.popped()),
        b"q": lambda m: m.remember(m.number("<B")),
        b"r": lambda m: m.remember(m.number("<I")),
        b"\x94": _Machine.memoize,
        b"h": lambda m: m.recall(m.number("<B")),
        b"j": lambda m: m.recall(m.number("<I")),
        b"c": lambda m: m.push_global(m.line(), m.line()),
        b"\x93": lambda m: m.push_global(*[m.pop(), m.pop()][::-1]),
        b"R": _Machine.reduce,
        b"b": _Machine.build,
    }.items()
}
