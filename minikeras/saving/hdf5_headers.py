"""What the header of an HDF5 object says that the library does not tell, or not safely.

It reads an attribute as a whole, and offers no way to ask first how much memory that takes: any
number of references may point to one long text.  Each reference states a length, though, and stands
in the header of the object.

It reads the heap with the names of a group when it looks up the first name.  The header says where.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

_HEADER = struct.Struct("<BxHII4x")  # version, messages, references, size
_MESSAGE = struct.Struct("<HHB3x")  # kind, size, flags
_PLACE = struct.Struct("<QQ")
_SIZES = struct.Struct("<BxHHH")  # version; of the name, the type and the shape
_REFERENCE = struct.Struct("<IQI")  # length, heap, number
_ATTRIBUTE, _CONTINUED, _NAMES = 0x0C, 0x10, 0x11
_LONGEST = 1 << 24  # bytes of one header


def length_of_texts(file: Any, address: int, name: bytes, count: int) -> int | None:
    """The sum of the lengths of ``count`` texts in the attribute ``name``.

    file: open for reading, seekable.
    address: where the header of the object stands in the file.

    None if the header is of another version than the one in which h5py writes by default, or is
    damaged.
    """
    lengths = []
    try:
        for message in _messages(file, address, _ATTRIBUTE):
            found = _attribute(message)
            if found is not None and found[0] == name:
                data = found[1][: count * _REFERENCE.size]
                lengths.append(sum(length for length, _, _ in _REFERENCE.iter_unpack(data)))
                if len(data) < count * _REFERENCE.size:
                    return None
    except struct.error:  # cut off, or of another form
        return None
    return max(lengths, default=None)


def heap_of_names(file: Any, address: int) -> int | None:
    """Where the heap with the names of a group stands; None for other objects and other versions.

    address: where the header of the object stands in the file.
    """
    try:
        for message in _messages(file, address, _NAMES):
            return int(_PLACE.unpack_from(message)[1])
    except (struct.error, OverflowError, ValueError):  # cut off, or at no possible place
        pass
    return None


def root_of(file: Any) -> int:
    """Where the header of the root group stands; 0, where none can be, if the file is cut off."""
    superblock = _read(file, 0, 76)
    if len(superblock) < 76:
        return 0
    place = {0: 64, 1: 68}.get(superblock[8], 36)  # by the version
    return int.from_bytes(superblock[place : place + 8], "little")


def _messages(file: Any, address: int, wanted: int) -> Iterator[bytes]:
    """The messages of one kind."""
    version, _, _, size = _HEADER.unpack(_read(file, address, _HEADER.size))
    if version != 1:
        return
    blocks, seen = [(address + _HEADER.size, size)], set()
    while blocks:
        start, size = blocks.pop()
        if start in seen or size > _LONGEST:
            return
        seen.add(start)
        block = _read(file, start, size)
        position = 0
        while len(block) - position >= _MESSAGE.size:
            kind, length, _ = _MESSAGE.unpack_from(block, position)
            position += _MESSAGE.size
            message = block[position : position + length]
            position += length
            if kind == _CONTINUED:
                blocks.append(_PLACE.unpack_from(message))
            elif kind == wanted:
                yield message


def _attribute(message: bytes) -> tuple[bytes, bytes] | None:
    """The name of an attribute and what stands behind its type and shape."""
    version, *sizes = _SIZES.unpack_from(message)
    if version not in (1, 2, 3):
        return None
    position = _SIZES.size + (version == 3)  # which states the encoding of the name
    start = position
    for size in sizes:
        position += (size + 7) // 8 * 8 if version == 1 else size
    return message[start : start + sizes[0]].rstrip(b"\0"), message[position:]


def _read(file: Any, address: int, size: int) -> bytes:
    file.seek(address)
    data: bytes = file.read(size)
    return data
