"""The layout of ``.weights.h5``: each object has a group ``<path>/vars`` with its variables.

A group's data sets are called "0", "1", ... in the order of the object's variables, or by the names
that its own ``save_own_variables`` uses.  The attribute ``name`` of the group is the object's name.

Objects see a group as a mapping from names to arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np

from minikeras.autograd import Tensor, Variable
from minikeras.optional import Library
from minikeras.saving.hdf5 import Dataset, Group, open_hdf5
from minikeras.saving.limits import LoadError
from minikeras.types import Array

h5py = Library("h5py")

_KERAS_2_13 = "_layer_checkpoint_dependencies"  # what 2.13 called the group "layers"


class Entry(MutableMapping[str, Any]):
    """The group of one object in a file that is written; it is made when it is first needed."""

    def __init__(self, file: Any, path: str, name: str | None) -> None:
        self._file, self._path = file, path
        self._group: Any = None
        if name:
            self._make_group().attrs["name"] = name

    def _make_group(self) -> Any:
        if self._group is None:
            home = self._file.create_group(self._path) if self._path else self._file
            self._group = home.create_group("vars")
        return self._group

    def __setitem__(self, key: str, value: Any) -> None:
        self._make_group()[key] = array_of(value)

    def __getitem__(self, key: str) -> Array:
        if key not in self:
            raise KeyError(key)
        return np.array(self._group[key])

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        del self._group[key]

    def __contains__(self, key: object) -> bool:
        return self._group is not None and key in self._group

    def __iter__(self) -> Iterator[str]:
        return iter(() if self._group is None else self._group)

    def __len__(self) -> int:
        return 0 if self._group is None else len(self._group)


class WeightsWriter:
    """A ``.weights.h5`` that is written to a path or a binary file."""

    def __init__(self, file: Any) -> None:
        self.file = h5py.File(file, "w")

    def __enter__(self) -> WeightsWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.file.close()

    def entry(self, path: str, name: str | None) -> MutableMapping[str, Any]:
        """Where the object at ``path`` puts its variables."""
        return Entry(self.file, path, name)


class Stored(Mapping[str, Array]):
    """The group of one object in a file that is read; empty if the file has none."""

    def __init__(self, group: Group | None = None) -> None:
        self._group = group

    def __getitem__(self, key: str) -> Array:
        if key not in self:
            raise KeyError(key)
        found = self._group and self._group[key]
        if not isinstance(found, Dataset):
            raise LoadError(f"{found} is not an array")
        return found.read()

    def __contains__(self, key: object) -> bool:
        return self._group is not None and key in self._group

    def __iter__(self) -> Iterator[str]:
        return iter([] if self._group is None else self._group.keys())

    def __len__(self) -> int:
        return 0 if self._group is None else len(self._group.keys())


class WeightsReader:
    """A ``.weights.h5`` that is read from a path or a binary file."""

    def __init__(self, file: Any, where: str = "") -> None:
        self._file = open_hdf5(file, where)
        self.file_bytes = self._file.file_bytes

    def __enter__(self) -> WeightsReader:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def entry(self, path: str) -> Mapping[str, Array]:
        """What the file holds for the object at ``path``.

        Raises LoadError if a link or an array stands where the group should.
        """
        old = path.replace("layers", _KERAS_2_13) if _KERAS_2_13 in self._file else path
        for home in dict.fromkeys((path, old)):
            if join_vars(home) in self._file:
                found = self._file[join_vars(home)]
                if not isinstance(found, Group):
                    raise LoadError(f"{found} is not a group")
                return Stored(found)
        return Stored()

    def has(self, path: str) -> bool:
        """Whether the file holds anything below ``path``."""
        return path in self._file


def join_vars(path: str) -> str:
    """The group of the variables of the object at ``path``."""
    return f"{path}/vars" if path else "vars"


def array_of(value: Any) -> Array:
    """The array of anything that can be saved, not copied if it is a variable."""
    if isinstance(value, Variable | Tensor):
        return value._value
    return np.asarray(value)
