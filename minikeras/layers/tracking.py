"""Lists and dictionaries that tell their layer what joins and leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minikeras import tree


class TrackedList(list[Any]):
    """A list that is an attribute of a layer: layers and variables in it belong to the layer."""

    def __init__(self, values: Iterable[Any], owner: Any) -> None:
        self._owner = owner
        super().__init__(map(owner._adopt, values))

    def append(self, value: Any) -> None:
        super().append(self._owner._adopt(value))

    def insert(self, index: Any, value: Any) -> None:
        super().insert(index, self._owner._adopt(value))

    def extend(self, values: Iterable[Any]) -> None:
        super().extend(map(self._owner._adopt, values))

    def __iadd__(self, values: Iterable[Any]) -> TrackedList:  # type: ignore[misc]
        self.extend(values)
        return self

    def remove(self, value: Any) -> None:
        del self[next(i for i, known in enumerate(self) if known is value or known == value)]

    def pop(self, index: Any = -1) -> Any:
        value = super().pop(index)
        self._owner._release(value)
        return value

    def __delitem__(self, index: Any) -> None:
        gone = self[index] if isinstance(index, slice) else [self[index]]
        super().__delitem__(index)
        for value in gone:
            self._owner._release(value)

    def clear(self) -> None:
        del self[:]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return list, (list(self),)  # a copy belongs to nobody


class TrackedDict(dict[Any, Any]):
    """The same for a dictionary."""

    def __init__(self, values: dict[Any, Any], owner: Any) -> None:
        self._owner = owner
        super().__init__({key: owner._adopt(value) for key, value in values.items()})

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, self._owner._adopt(value))

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: Any, *default: Any) -> Any:
        known = key in self
        value = super().pop(key, *default)
        if known:
            self._owner._release(value)
        return value

    def popitem(self) -> tuple[Any, Any]:
        key = next(reversed(self))
        return key, self.pop(key)

    def __delitem__(self, key: Any) -> None:
        self.pop(key)

    def clear(self) -> None:
        for key in list(self):
            del self[key]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (dict(self),)


def tracked(value: Any, owner: Any) -> Any:
    """A collection as one that tells ``owner``; anything else as it is."""
    if isinstance(value, tuple):
        items = map(owner._adopt, value)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if type(value) is list:
        return TrackedList(value, owner)
    return TrackedDict(value, owner) if type(value) is dict else value


tree.register(TrackedList, lambda xs: (xs, None), lambda _, xs: list(xs))
tree.register(
    TrackedDict,
    lambda d: ([d[k] for k in sorted(d)], sorted(d), sorted(d)),
    lambda keys, values: dict(zip(keys, values, strict=True)),
)
