"""What the docstrings of optimizers say: formulas with their comments, symbols of arguments."""

from __future__ import annotations

import functools
import inspect
import re
import unicodedata
from typing import Any

_LINE = re.compile(r"^\s*(?P<name>\S+)\s+(?P<formula>[←=] .*?)(?:\s{2,}(?P<comment>\S.*))?$")
_CONDITION = re.compile(r"^if ")
_ARGUMENTS = re.compile(r"^(?P<names>\w+(?:, \w+)*): (?P<symbols>[^,.;]+?)[,.;]", re.MULTILINE)


def normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def formulas(optimizer: Any) -> dict[str, tuple[str, str]]:
    """A dictionary of name → (formula, comment), read from the docstrings of the classes.

    A subclass overrides its bases.  A line whose comment begins with "if" counts only if the
    options it names are on, and the comment then begins with "with"; of several lines for one name
    the last counts.
    """
    found: dict[str, tuple[str, str]] = {}
    for cls in type(optimizer).__mro__:
        own: dict[str, tuple[str, str]] = {}
        for name, formula, comment in _lines(cls):
            if _holds(optimizer, comment):
                own[name] = formula, _CONDITION.sub("with ", comment)
        found = own | found
    return found


@functools.cache
def _lines(cls: type) -> list[tuple[str, str, str]]:
    """Name, formula and comment of each line with a formula in the docstring of a class."""
    lines = inspect.cleandoc(cls.__dict__.get("__doc__") or "").splitlines()
    found = filter(None, map(_LINE.match, lines))
    return [(normal(m["name"]), m["formula"], m["comment"] or "") for m in found]


@functools.cache
def symbols(cls: type) -> dict[str, str]:
    """The symbols of arguments, of which the docstring of a class speaks."""
    found: dict[str, str] = {}
    for match in _ARGUMENTS.finditer(inspect.cleandoc(cls.__dict__.get("__doc__") or "")):
        names, words = match["names"].split(", "), match["symbols"].split(" and ")
        if len(names) == len(words) and all(len(word) <= 2 for word in words):
            found |= dict(zip(names, words))
    return found


def _holds(optimizer: Any, comment: str) -> bool:
    condition, count = _CONDITION.subn("", comment)
    return not count or all(getattr(optimizer, word, False) for word in condition.split(" and "))
