"""The heaps of an HDF5 file: the global ones hold texts of variable length, the others names.

A global heap is a chain of objects, each with its size. The free space of a heap of names is a
chain, too. The library follows them without checking that they go on: an object of no size, or free
space that follows itself, holds it up forever. So the chains are followed here first.
"""

from __future__ import annotations

import struct
from typing import Any

from minikeras.saving.hdf5_headers import heap_of_names
from minikeras.saving.limits import LoadError

_MARK = b"GCOL\1\0\0\0"  # with the version, and three bytes that are 0
_SIZE = struct.Struct("<Q")
_OBJECT = struct.Struct("<2HLQ")  # number, references, nothing, size
_START = len(_MARK) + _SIZE.size
_BLOCK = 16 << 20
_NAMES = struct.Struct("<4s4x3Q")  # mark, version; size, first free space and place of the names
_FREE = struct.Struct("<2Q")  # place of the next free space, size
_NO_MORE = (1, 2**64 - 1)


def check_heaps(file: Any, where: str) -> None:
    """Raise LoadError if a heap anywhere in the file does not end where it should.

    file: open for reading, seekable.
    """
    position, rest = 0, b""
    file.seek(0)
    while block := file.read(_BLOCK):
        data = rest + block
        found = data.find(_MARK)
        while found >= 0:
            _check_heap(file, position - len(rest) + found, where)
            found = data.find(_MARK, found + 1)
        position += len(block)
        rest = data[1 - len(_MARK) :]
        file.seek(position)


def check_names(file: Any, address: int, where: str) -> None:
    """Raise LoadError if the free space between the names of a group has no end.

    file: open for reading, seekable.
    address: where the header of the group, or of another object, stands in the file.
    """
    heap = heap_of_names(file, address)
    if heap is None:
        return
    mark, _, free, names = _NAMES.unpack(_read_at(file, heap, _NAMES.size, where))
    if mark != b"HEAP":
        raise LoadError(f"{where} is damaged: it has no heap of names")
    seen = set()
    while free not in _NO_MORE:
        if free in seen:
            raise LoadError(f"{where} is damaged: the free space between its names has no end")
        seen.add(free)
        free, _ = _FREE.unpack(_read_at(file, names + free, _FREE.size, where))


def _read_at(file: Any, address: int, length: int, where: str) -> bytes:
    try:
        file.seek(address)
    except (OverflowError, ValueError):
        raise LoadError(f"{where} is damaged: a heap is at no possible place") from None
    return _read(file, length, where)


def _check_heap(file: Any, address: int, where: str) -> None:
    file.seek(address + len(_MARK))
    (size,) = _SIZE.unpack(_read(file, _SIZE.size, where))
    end, position = address + size, address + _START
    while end - position >= _OBJECT.size:  # less is free space without a header
        file.seek(position)
        number, _, _, length = _OBJECT.unpack(_read(file, _OBJECT.size, where))
        if number == 0:  # free space, up to the end; its size includes its header
            if length != end - position:
                raise LoadError(f"{where} is damaged: the free space of a heap has {length} bytes")
            return
        position += _OBJECT.size + (length + 7) // 8 * 8
    if position > end:
        raise LoadError(f"{where} is damaged: an object of a heap ends behind it")


def _read(file: Any, length: int, where: str) -> bytes:
    data: bytes = file.read(length)
    if len(data) < length:
        raise LoadError(f"{where} is damaged: a heap is cut off")
    return data
