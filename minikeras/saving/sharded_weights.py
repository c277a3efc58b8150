"""Weights in several files of a limited size, and the ``.weights.json`` that lists them.

The list maps each group, such as ``/layers/dense/vars``, to the name of its file, or to a list of
names if it has several variables.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from minikeras import files
from minikeras.messages import describe
from minikeras.saving.json_text import parse_object
from minikeras.saving.limits import LIMITS, LoadError
from minikeras.saving.opening import opened
from minikeras.saving.weights_store import (
    Entry,
    WeightsReader,
    WeightsWriter,
    array_of,
    join_vars,
)
from minikeras.types import Array

_SHARD = re.compile(r"[^/\\]+_\d{5,}\.weights\.h5")


class ShardedWriter:
    """Weights that are written to files beside ``path``, which get their names at the end.

    path: of the list, ending in ``.weights.json``.
    max_shard_size: of a file's variables, in gigabytes.
    """

    def __init__(self, path: str, max_shard_size: float) -> None:
        self._path, self._most = path, float(max_shard_size) * 1024**3
        self._files = contextlib.ExitStack()
        self._count, self._size, self._total = 0, 0.0, 0.0
        self._homes: dict[str, str | list[str]] = {}

    def __enter__(self) -> ShardedWriter:
        with contextlib.ExitStack() as guard:
            guard.enter_context(self._files)
            # The list is entered first: it is the last to get its name.
            self._list = self._files.enter_context(files.written(self._path))
            self._open_next()
            guard.pop_all()
        return self

    def __exit__(self, *exc: Any) -> Any:
        if exc[0] is None:
            content = {"metadata": {"total_size": self._total}, "weight_map": self._homes}
            with open(self._list, "w") as file:
                json.dump(content, file, indent=4)
        return self._files.__exit__(*exc)

    def entry(self, path: str, name: str | None) -> MutableMapping[str, Any]:
        """Where the object at ``path`` puts its variables."""
        return _ShardedEntry(self, path, Entry(self.file, path, name))

    def _open_next(self) -> None:
        base = os.path.basename(self._path).removesuffix(".json").replace(".weights", "")
        self.name = f"{base}_{self._count:05}.weights.h5"
        self._count += 1
        shard = os.path.join(os.path.dirname(self._path), self.name)
        unfinished = self._files.enter_context(files.written(shard))
        self.file = self._files.enter_context(WeightsWriter(unfinished)).file

    def make_room(self, key: str, array: Array) -> bool:
        """Count an array, and begin a new file if it no longer fits into this one.

        Returns whether there is a new file.  Raises ValueError if it would not fit into any.
        """
        if array.nbytes > self._most:
            raise ValueError(
                f"The size of {key} is {array.nbytes} bytes, which exceeds the maximum shard size, "
                f"{self._most:g} bytes. You can increase the `max_shard_size` parameter."
            )
        self._total += array.nbytes
        self._size += array.nbytes
        if self._size <= self._most:
            return False
        self._size = float(array.nbytes)
        self._open_next()
        return True

    def note(self, path: str) -> None:
        """The present file holds variables of the object at ``path``."""
        group = f"/{join_vars(path)}"
        if group not in self._homes:
            self._homes[group] = self.name
            return
        names = self._homes[group]
        if isinstance(names, str):
            names = self._homes[group] = [names]
        if self.name not in names:
            names.append(self.name)


class _ShardedEntry(MutableMapping[str, Any]):
    """The group of one object, in one file or several."""

    def __init__(self, writer: ShardedWriter, path: str, first: Entry) -> None:
        self._writer, self._path, self._parts = writer, path, [first]

    def __setitem__(self, key: str, value: Any) -> None:
        array = array_of(value)
        if self._writer.make_room(key, array):
            self._parts.append(Entry(self._writer.file, self._path, None))
        self._parts[-1][key] = array
        self._writer.note(self._path)

    def _part(self, key: str) -> Entry:
        for part in self._parts:
            if key in part:
                return part
        raise KeyError(key)

    def __getitem__(self, key: str) -> Array:
        return self._part(key)[key]

    def __delitem__(self, key: str) -> None:
        del self._part(key)[key]

    def __iter__(self) -> Iterator[str]:
        return (key for part in self._parts for key in part)

    def __len__(self) -> int:
        return sum(map(len, self._parts))


class ShardedReader:
    """The weights that ``ShardedWriter`` wrote; each file is opened when it is needed.

    Raises LoadError if the list is damaged, or names anything but files beside it.
    """

    def __init__(self, path: str) -> None:
        self._path, self._files = path, contextlib.ExitStack()
        self._readers: dict[str, WeightsReader] = {}
        with opened(path) as file:
            content = parse_object(file.read(LIMITS.json_bytes + 1), path)
        homes = content.get("weight_map")
        if not isinstance(homes, dict):
            raise LoadError(f"{path}: weight_map is {describe(homes)}; expected an object")
        self._homes = {group: self._names(group, names) for group, names in homes.items()}

    def _names(self, group: str, names: Any) -> list[str]:
        found = names if isinstance(names, list) else [names]
        for name in found:
            if not isinstance(name, str) or not _SHARD.fullmatch(name):
                raise LoadError(
                    f"{self._path}: the file of {describe(group)} is {describe(name)}; expected "
                    "a name such as 'model_00000.weights.h5'"
                )
        return found

    def __enter__(self) -> ShardedReader:
        return self

    def __exit__(self, *exc: Any) -> None:
        self._files.close()

    def entry(self, path: str) -> Mapping[str, Array]:
        """What the files hold for the object at ``path``."""
        names = self._homes.get(f"/{join_vars(path)}", [])
        return collections.ChainMap(*(self._reader(name).entry(path) for name in names))  # type: ignore[arg-type]  # never written

    def has(self, path: str) -> bool:
        """Whether the list names anything below ``path``."""
        return any(f"{group}/".startswith(f"/{path}/") for group in self._homes)

    def _reader(self, name: str) -> WeightsReader:
        if name not in self._readers:
            shard = os.path.join(os.path.dirname(self._path), name)
            self._readers[name] = self._files.enter_context(WeightsReader(shard))
        return self._readers[name]
