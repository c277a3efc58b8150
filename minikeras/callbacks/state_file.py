"""Nests of plain values and arrays in one file, written whole or not at all.

A file is a zip archive without compression.  ``state.json`` holds the nest; each array in it is an
entry of its own, with its bytes in the order of C.  Reading runs nothing and trusts nothing: sizes
are compared with those of the file before memory is taken for them.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
from typing import Any

import numpy as np

from minikeras import dtypes, files
from minikeras.autograd import Tensor, Variable
from minikeras.messages import describe
from minikeras.types import Array

_NEST = "state.json"
_LONGEST = 2**28  # bytes of text
_DEEPEST = 100
_PIECE = 2**20  # bytes read at once


def write(path: str | os.PathLike[str], state: Any) -> None:
    """Write a nest of numbers, strings, None, arrays, lists, tuples and dicts with string keys.

    Raises TypeError for anything else, OSError if the file cannot be written.
    """
    arrays: list[Array] = []
    text = json.dumps(_plain(state, arrays))
    with (
        files.written(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.writestr(_NEST, text)
        for i, array in enumerate(arrays):
            with archive.open(f"{i}.array", "w", force_zip64=True) as entry:
                entry.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def read(path: str | os.PathLike[str]) -> Any:
    """What ``write`` wrote, tuples as lists.

    Raises OSError, naming the file, if it is damaged or something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            _check_sizes(entries, os.path.getsize(path))
            return _restored(json.loads(archive.read(_NEST)), archive, 0)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError, RecursionError) as error:
        raise OSError(f"{os.fspath(path)!r} is damaged, or no backup: {error}") from error


def _check_sizes(entries: dict[str, zipfile.ZipInfo], available: int) -> None:
    for entry in entries.values():
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise ValueError(f"{entry.filename} is compressed")
    if sum(entry.file_size for entry in entries.values()) > available:
        raise ValueError("its entries are longer than the file")
    if entries[_NEST].file_size > _LONGEST:
        raise ValueError(f"{_NEST} has {entries[_NEST].file_size} bytes")


def _plain(value: Any, arrays: list[Array]) -> Any:
    """A value as JSON: dicts as ["dict", {}], arrays as ["array", number, dtype, shape]."""
    if isinstance(value, Tensor | Variable):
        value = value._value
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"an array of dtype {array.dtype} cannot be saved, expected numbers")
        arrays.append(array)
        kind = "array" if isinstance(value, np.ndarray) else "number"
        return [kind, len(arrays) - 1, array.dtype.name, list(array.shape)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return ["dict", {key: _plain(inner, arrays) for key, inner in value.items()}]
    if isinstance(value, list | tuple):
        return ["list", [_plain(inner, arrays) for inner in value]]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(
        f"a backup holds numbers, strings, None, arrays, and lists and dicts of these; received "
        f"{describe(value)}"
    )


def _restored(value: Any, archive: zipfile.ZipFile, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise ValueError("an object has no name")
        return value
    kind, inside, *more = value
    if kind == "dict":
        return {key: _restored(inner, archive, depth + 1) for key, inner in inside.items()}
    if kind == "list":
        return [_restored(inner, archive, depth + 1) for inner in inside]
    if kind not in ("array", "number"):
        raise ValueError(f"{describe(kind)} is no kind of value")
    dtype, shape = dtypes.of(more[0]), [int(n) for n in more[1]]
    entry = archive.getinfo(f"{int(inside)}.array")
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.itemsize != entry.file_size:
        raise ValueError(f"{entry.filename} has {entry.file_size} bytes, not those of {shape}")
    array = np.empty(shape, dtype)
    whole, start = array.reshape(-1).view(np.uint8).data, 0
    with archive.open(entry) as file:
        while piece := file.read(_PIECE):
            whole[start : start + len(piece)] = piece
            start += len(piece)
    return array if kind == "array" else array[()]
