"""The docstrings of generated constructors: what the classes say about each argument."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable

_ENTRY = re.compile(r"^(\w+(?:, \w+)*): .+(?:\n +.+)*", re.MULTILINE)


@functools.cache  # a base's docstring is asked for by each of its subclasses
def _entries(docstring: str) -> dict[str, str]:
    """The description of each argument that a docstring describes."""
    return {
        name: entry[0]
        for entry in _ENTRY.finditer(inspect.cleandoc(docstring))
        for name in entry[1].split(", ")
    }


def describe_arguments(cls: type, names: Iterable[str]) -> str:
    """The lines on ``names`` from the docstrings of a class and its bases, in that order.

    A line describes one argument or several, and goes on in indented lines:

        padding: "valid", or "same" for outputs of the size of the inputs.
        kernel_initializer, bias_initializer: functions of (shape, dtype), or their names.

    The description in a class overrides that in its base.  The descriptions of a function ``fn``
    hold for the loss or metric that calls it, too.
    """
    entries: dict[str, str] = {}
    for described in (getattr(cls, "fn", None), *reversed(cls.__mro__)):
        entries |= _entries(described.__doc__ or "")
    return "\n".join(dict.fromkeys(entries[name] for name in names if name in entries))
