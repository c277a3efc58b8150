"""Lists and dicts that report to a layer what is added to them and what is removed."""

from __future__ import annotations

import collections.abc
import functools
from collections.abc import Iterable
from typing import Any

from minikeras import tree

# The methods of these abstract classes call `insert`, `__setitem__` and `__delitem__`, which report
# to the layer; those of `list` and `dict` do not.  The classes below use them, and derive from
# `list` and `dict` for JSON and `isinstance`.
_Sequence: Any = collections.abc.MutableSequence
_Mapping: Any = collections.abc.MutableMapping


class TrackedList(list[Any]):
    """A list that is an attribute of a layer: layers and variables in it belong to the layer.

    Parity: an element that is assigned to an index is not reported.
    """

    def __init__(self, values: Iterable[Any], owner: Any) -> None:
        self._owner = owner
        super().__init__(map(owner._adopt, values))

    def insert(self, index: Any, value: Any) -> None:
        super().insert(index, self._owner._adopt(value))

    def __delitem__(self, index: Any) -> None:
        removed = self[index] if isinstance(index, slice) else [self[index]]
        super().__delitem__(index)
        for value in removed:
            self._owner._release(value)

    append, extend, __iadd__ = _Sequence.append, _Sequence.extend, _Sequence.__iadd__
    pop, remove, clear = _Sequence.pop, _Sequence.remove, _Sequence.clear

    def __reduce_ex__(self, protocol: Any) -> Any:
        return list, (list(self),)  # a copy belongs to no layer


class TrackedDict(dict[Any, Any]):
    """The same for a dict."""

    def __init__(self, values: dict[Any, Any], owner: Any) -> None:
        self._owner = owner
        super().__init__({key: owner._adopt(value) for key, value in values.items()})

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, self._owner._adopt(value))

    def __delitem__(self, key: Any) -> None:
        value = self[key]
        super().__delitem__(key)
        self._owner._release(value)

    update, clear, pop = _Mapping.update, _Mapping.clear, _Mapping.pop

    def popitem(self) -> tuple[Any, Any]:
        key, value = super().popitem()
        self._owner._release(value)
        return key, value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (dict(self),)


def tracked(value: Any, owner: Any) -> Any:
    """A list or dict as one that reports to ``owner``, a tuple with its items reported."""
    if isinstance(value, tuple):
        items = map(owner._adopt, value)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if type(value) is list:
        _register()
        return TrackedList(value, owner)
    if type(value) is dict:
        _register()
        return TrackedDict(value, owner)
    return value


@functools.cache  # once, before there is an instance, so that the import does not load optree
def _register() -> None:
    tree.register(TrackedList, lambda xs: (xs, None), lambda _, xs: list(xs))
    tree.register(
        TrackedDict,
        lambda d: ([d[k] for k in sorted(d)], sorted(d), sorted(d)),
        lambda keys, values: dict(zip(keys, values, strict=True)),
    )
