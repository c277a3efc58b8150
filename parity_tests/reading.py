"""What the code of a test mentions: attributes, strings, and those of the functions it uses."""

from __future__ import annotations

import dis
import functools
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

# The packages whose names are those of Keras; np.sum is no mention of ops.sum.
KERAS = ("minikeras", "keras", "parity_tests")
CHECKS = "parity_tests.checks."
IS_LOADED_AT_ONCE = sys.version_info >= (3, 12)  # methods as other attributes, with a mark


def mentioned(function: Any, given: Iterable[Any] = ()) -> set[str]:
    """Words in a function, in what it closes over, and in the functions beside it that it uses.

    ``given`` are its arguments, of which strings and functions count.
    """
    found: set[str] = set()
    for part in _parts(function, given):
        if isinstance(part, str):
            found.add(part)
        elif isinstance(part, FunctionType | type):
            found.add(part.__name__)
    return found


def compares(function: Any, given: Iterable[Any] = ()) -> bool:
    """Whether a function uses Keras, or one of the checks that do."""
    return any(
        (isinstance(part, ModuleType) and _package(part) == "keras")
        or str(getattr(part, "__module__", "")).startswith(CHECKS)
        for part in _parts(function, given)
    )


def _parts(function: Any, given: Iterable[Any]) -> Iterator[Any]:
    for part in (function, *given):
        yield from _reached(part) if isinstance(part, FunctionType) else _reach(part)


@functools.cache
def _reached(function: FunctionType) -> tuple[Any, ...]:
    return tuple(_reach(function))


def _reach(start: Any) -> Iterator[Any]:
    """The strings, functions, classes and modules that a function reaches."""
    todo: list[Any] = [start]
    seen: set[int] = set()
    home = getattr(start, "__module__", None)
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            yield part
        elif id(part) in seen:
            continue
        elif isinstance(part, list | tuple):
            todo += part
        elif isinstance(part, functools.partial):
            todo += [part.func, *part.args]
        elif isinstance(part, ModuleType):
            yield part
        elif isinstance(part, type):
            yield part
            if part.__module__ == home:
                todo += vars(part).values()
        elif isinstance(part, FunctionType):
            yield part
            if part is start or part.__module__ == home:
                todo += _of_code(part.__code__, part.__globals__)
                todo += [*_closed_over(part), *(part.__defaults__ or ())]
                todo += (part.__kwdefaults__ or {}).values()
        elif hasattr(part, "__name__"):  # a compiled function, an operation
            yield str(part.__name__)
        elif type(part).__module__.partition(".")[0] == "minikeras":  # a loss, a policy
            yield type(part).__name__
        seen.add(id(part))


def _of_code(code: CodeType, names: dict[str, Any]) -> Iterator[Any]:
    """The attributes, strings and global objects of a code, and of the code inside it.

    `x.shape` of a local variable counts if it is called or has an attribute itself.
    """
    depth = 0  # of attributes; below 0 in those of np or tf
    constant: Any = None
    for instruction in dis.get_instructions(code):
        kind, word = instruction.opname, instruction.argval
        if isinstance(constant, str | tuple) and kind != "CALL_KW":  # no names of arguments
            yield constant
        constant = word if kind == "LOAD_CONST" else None
        if kind in ("LOAD_GLOBAL", "LOAD_NAME"):
            value = names.get(word)
            is_module = isinstance(value, ModuleType)
            depth = int(is_module) if not is_module or _package(value) in KERAS else -9
            if depth >= 0 and value is not None and not isinstance(value, dict | list | tuple):
                yield value  # a table says what other tests compare
        elif kind in ("LOAD_ATTR", "LOAD_METHOD"):
            is_called = kind == "LOAD_METHOD" or (IS_LOADED_AT_ONCE and (instruction.arg or 0) & 1)
            if depth > 0 or (depth == 0 and is_called):
                yield word
            depth += 1
        elif kind not in ("PUSH_NULL", "PRECALL", "CACHE"):
            depth = 0
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _of_code(part, names)


def _package(module: ModuleType) -> str:
    return module.__name__.partition(".")[0]


def _closed_over(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
