"""Values that are found by the end of their path: ``"hidden/kernel"``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from minikeras.messages import did_you_mean


class ByPath(Mapping[str, Any]):
    """Values by path; the last names of a path are enough if only one path ends in them."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def path(self, name: str) -> str:
        """The whole path.  Raises KeyError if none or several end in ``name``."""
        ends = [path for path in self._values if path == name or path.endswith(f"/{name}")]
        if name in self._values or len(ends) == 1:
            return name if name in self._values else ends[0]
        if ends:
            raise KeyError(f"{name!r} is the end of several paths: {ends}")
        hint = did_you_mean(name, [*self._values]) or f" There are {[*self._values]}."
        raise KeyError(f"there is no {name!r}.{hint}")

    def __getitem__(self, name: str) -> Any:
        return self._values[self.path(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{len(self)} values by path: {[*self._values]}>"
