"""Zip archives of strangers: the whole directory is checked before the first byte is read.

An archive is read with the formats' own numbers only where they agree with each other: the central
directory, the header before each member, and where members begin and end. So two programs cannot
see two different archives in one file, and the sizes can be trusted as bounds. Nothing is ever
extracted to a path: members are found by their exact name.
"""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, NoReturn

from minikeras.messages import describe
from minikeras.saving.limits import LIMITS, Limits, LoadError

STORED, DEFLATED = 0, 8
_BLOCK = 1 << 20
_LONGEST_NAME = 255 * 16

_END = struct.Struct("<4s4H2LH")  # of the central directory
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_ALL16, _ALL32 = 0xFFFF, 0xFFFFFFFF  # "the number stands in the extra field"
_ENCRYPTED, _SIZES_FOLLOW, _UTF8, _PATCH, _HIDDEN = 0x1, 0x8, 0x800, 0x20, 0x2040


class Member(NamedTuple):
    """An entry of an archive: where its bytes are, and what they must be."""

    name: str
    method: int
    crc: int
    stored: int  # bytes in the archive
    size: int  # bytes of the content
    flags: int
    header: int  # where its local header is


class Archive:
    """The members of a zip file by their names.

    file: open for reading, seekable; it is not closed.
    where: its name, for messages.

    Raises LoadError if the file is no zip archive, is truncated, or its directory is not that of
    an ordinary archive: names that are twice there or no plain relative paths, links, folders,
    encrypted members, unknown compression, members that overlap, sizes beyond the file or limits.
    """

    def __init__(self, file: BinaryIO, where: str, limits: Limits = LIMITS) -> None:
        self._file, self._where, self._limits = file, where, limits
        self._length = file.seek(0, os.SEEK_END)
        count, directory, end = self._find_directory()
        self._members: dict[str, Member] = {}
        same_name: dict[str, str] = {}
        for member in self._read_directory(count, directory, end):
            name = member.name
            twin = same_name.setdefault(name.casefold(), name)
            if name in self._members or twin != name:
                self._refuse(f"the entries {describe(twin)} and {describe(name)} are one name")
            self._members[name] = member
        self._starts = dict(self._check_layout(directory))

    def __repr__(self) -> str:
        return f"<Archive of {len(self._members)} members>"

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        """The names of the members, in the order of the directory."""
        return [*self._members]

    def member(self, name: str) -> Member:
        """What the directory says about a member; LoadError if there is none of this name."""
        if name not in self._members:
            self._refuse(f"there is no entry {describe(name)}")
        return self._members[name]

    def read(self, name: str, most: int | None = None) -> bytes:
        """The content of a member.

        most: refuse more bytes than this; by default those of the limits on JSON.

        Raises LoadError if it is too large, damaged, or there is none of this name.
        """
        member = self.member(name)
        most = self._limits.json_bytes if most is None else most
        if member.size > most:
            self._refuse(f"{name} has {member.size} bytes; at most {most} are read")
        return b"".join(self._content(member))

    def open(self, name: str) -> BinaryIO:
        """The content of a member as a file, after its checksum was compared.

        A stored member is read in place. A compressed one is inflated into a temporary file, which
        has no name and disappears when it is closed.
        """
        member = self.member(name)
        if member.method == STORED:
            for _ in self._content(member):  # compares the checksum
                pass
            window = _Window(self._file, self._starts[name], member.size)
            return io.BufferedReader(window, _BLOCK)
        inflated: Any = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            for block in self._content(member):
                inflated.write(block)
            inflated.seek(0)
        except BaseException:
            inflated.close()
            raise
        return inflated

    def _content(self, member: Member) -> Iterator[bytes]:
        """The bytes of a member, counted and with their checksum compared at the end."""
        crc = size = 0
        for block in self._inflated(member):
            crc, size = zlib.crc32(block, crc), size + len(block)
            if size > member.size:
                break
            yield block
        if size != member.size:
            self._refuse(f"{member.name} does not have the {member.size} bytes that it declares")
        if crc != member.crc:
            self._refuse(f"{member.name} is damaged: its checksum is wrong")

    def _inflated(self, member: Member) -> Iterator[bytes]:
        start, end = self._starts[member.name], self._starts[member.name] + member.stored
        inflate = None if member.method == STORED else zlib.decompressobj(-zlib.MAX_WBITS)
        for position in range(start, end, _BLOCK):
            block = self._bytes(position, min(_BLOCK, end - position))
            if inflate is None:
                yield block
                continue
            try:
                while block:
                    yield inflate.decompress(block, _BLOCK)
                    block = inflate.unconsumed_tail
            except zlib.error as error:
                self._refuse(f"{member.name} is damaged: {error}")
        if inflate is not None:
            while more := self._rest(inflate, member):
                yield more
            if not inflate.eof or inflate.unused_data:
                self._refuse(f"{member.name} is damaged: its compressed data do not end with it")

    def _rest(self, inflate: zlib._Decompress, member: Member) -> bytes:
        """What the stream still holds back after its last byte."""
        try:
            return b"" if inflate.eof else inflate.decompress(b"", _BLOCK)
        except zlib.error as error:
            self._refuse(f"{member.name} is damaged: {error}")

    # The directory

    def _find_directory(self) -> tuple[int, int, int]:
        """Number of entries of the central directory, where it begins, and where it ends."""
        end = self._length - _END.size
        if end < 0 or self._bytes(0, 4) not in (b"PK\3\4", b"PK\5\6"):
            self._refuse("this is not a zip archive")
        found = _END.unpack(self._bytes(end, _END.size))
        if found[0] != b"PK\5\6" or found[7] != 0:
            self._refuse("the archive is truncated, or something stands behind its end")
        _, disk, first_disk, here, count, size, start, _ = found
        if disk or first_disk or here != count:
            self._refuse("the archive has several parts; expected one")
        locator = end - _END64_LOCATOR.size
        if locator >= 0 and self._bytes(locator, 4) == b"PK\6\7":
            narrow = (count, size, start)
            end, *wide = self._find_directory64(locator)
            for number, most, exact in zip(narrow, (_ALL16, _ALL32, _ALL32), wide):
                if number not in (most, exact):
                    self._refuse("the end of the directory contradicts itself")
            count, size, start = wide
        if start + size != end:
            self._refuse("the directory of the archive does not stand where it should")
        if count > self._limits.members:
            self._refuse(f"{count} entries; at most {self._limits.members} are read")
        if size > self._limits.members * (_CENTRAL.size + 64) or size < count * _CENTRAL.size:
            self._refuse(f"its directory has {size} bytes for {count} entries")
        return count, start, end

    def _find_directory64(self, locator: int) -> tuple[int, int, int, int]:
        _, disk, end, disks = _END64_LOCATOR.unpack(self._bytes(locator, _END64_LOCATOR.size))
        if end + _END64.size != locator or disk or disks != 1:
            self._refuse("the end of the directory does not stand where it should")
        found = _END64.unpack(self._bytes(end, _END64.size))
        mark, length, _, _, disk, first_disk, here, count, size, start = found
        if mark != b"PK\6\6" or length != _END64.size - 12 or disk or first_disk or here != count:
            self._refuse("the end of the directory contradicts itself")
        return end, count, size, start

    def _read_directory(self, count: int, start: int, end: int) -> Iterator[Member]:
        data, position = self._bytes(start, end - start), 0
        for _ in range(count):
            if len(data) - position < _CENTRAL.size:
                self._refuse("its directory is truncated")
            found = _CENTRAL.unpack_from(data, position)
            mark, _, system, _, _, flags, method, _, _, crc, stored, size, *rest = found
            name_length, extra_length, comment_length, disk, _, outside, header = rest
            position += _CENTRAL.size
            after = position + name_length + extra_length + comment_length
            if mark != b"PK\1\2" or after > len(data):
                self._refuse("its directory is damaged")
            name = self._name(data[position : position + name_length], flags)
            extra = data[position + name_length : position + name_length + extra_length]
            size, stored, header = self._sizes64(name, extra, [size, stored, header])
            member = Member(name, method, crc, stored, size, flags, header)
            self._check_member(member, disk, system, outside)
            yield member
            position = after
        if position != len(data):
            self._refuse("its directory has more entries than it declares")

    def _name(self, raw: bytes, flags: int) -> str:
        try:
            name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
        except UnicodeDecodeError:
            self._refuse(f"the name {raw[:72]!r} of an entry is not UTF-8")
        parts = name.split("/")
        if name.endswith("/"):
            self._refuse(f"the entry {describe(name)} is a folder; expected files only")
        is_plain = all(part not in ("", ".", "..") and len(part) <= 255 for part in parts)
        if not is_plain or len(name) > _LONGEST_NAME or "\\" in name or ":" in parts[0]:
            self._refuse(f"the name {describe(name)} of an entry is not a plain relative path")
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
            self._refuse(f"the name {describe(name)} of an entry holds control characters")
        return name

    def _sizes64(self, name: str, extra: bytes, numbers: list[int]) -> list[int]:
        """Size, stored bytes and header's place; those that are too large for 32 bits from the
        extra field with number 1."""
        while len(extra) >= 4:
            kind, length = struct.unpack_from("<2H", extra)
            field, extra = extra[4 : 4 + length], extra[4 + length :]
            if len(field) < length:
                self._refuse(f"the extra field of {name} is truncated")
            if kind != 1:
                continue
            for i, number in enumerate(numbers):
                if number == _ALL32:
                    if len(field) < 8:
                        self._refuse(f"the extra field of {name} is truncated")
                    numbers[i], field = struct.unpack_from("<Q", field)[0], field[8:]
        return numbers

    def _check_member(self, member: Member, disk: int, system: int, outside: int) -> None:
        name = member.name
        if member.flags & _ENCRYPTED or member.flags & _HIDDEN:
            self._refuse(f"{name} is encrypted")
        if member.method not in (STORED, DEFLATED) or member.flags & _PATCH or disk:
            self._refuse(
                f"{name} has the compression method {member.method}; expected stored or deflated"
            )
        kind = (outside >> 28) if system == 3 else 0  # written on Unix: 8 a file, 10 a link
        if kind not in (0, 8):
            self._refuse(f"{name} is a link or a special file; expected a regular one")
        if member.header + _LOCAL.size + member.stored > self._length:
            self._refuse(f"{name} does not end within the archive")
        if member.method == STORED and member.stored != member.size:
            self._refuse(f"{name} is stored in {member.stored} bytes and declares {member.size}")
        if not self._limits.may_inflate(member.stored, member.size):
            self._refuse(f"{name} would grow from {member.stored} to {member.size} bytes")

    def _check_layout(self, end: int) -> Iterator[tuple[str, int]]:
        """Where the bytes of each member begin.  Members and their headers must not overlap, and
        all headers must say the same as the directory."""
        position, inflated = 0, 0
        for member in sorted(self._members.values(), key=lambda member: member.header):
            if member.header < position:
                self._refuse(f"{member.name} overlaps another entry")
            start = self._check_header(member)
            position = start + member.stored
            inflated += member.size
            if position > end:
                self._refuse(f"{member.name} overlaps the directory of the archive")
            yield member.name, start
        if not self._limits.may_inflate(self._length, inflated):
            self._refuse(f"its entries would grow from {self._length} to {inflated} bytes")

    def _check_header(self, member: Member) -> int:
        """Compare a local header with the directory; where the bytes behind it begin."""
        name = member.name
        found = _LOCAL.unpack(self._bytes(member.header, _LOCAL.size))
        mark, _, _, flags, method, _, _, crc, stored, size, name_length, extra_length = found
        if mark != b"PK\3\4":
            self._refuse(f"{name} has no header")
        start = member.header + _LOCAL.size
        raw = self._bytes(start, name_length + extra_length)
        if self._name(raw[:name_length], flags) != name or method != member.method:
            self._refuse(f"the header of {name} contradicts the directory of the archive")
        if (flags ^ member.flags) & _ENCRYPTED:
            self._refuse(f"{name} is encrypted")
        size, stored, _ = self._sizes64(name, raw[name_length:], [size, stored, 0])
        known = (member.size, member.stored, member.crc)
        if (size, stored, crc) != known and not (
            flags & _SIZES_FOLLOW and (size, stored, crc) == (0, 0, 0)
        ):
            self._refuse(f"the header of {name} contradicts the directory of the archive")
        return start + name_length + extra_length

    def _bytes(self, position: int, length: int) -> bytes:
        self._file.seek(position)
        data = self._file.read(length)
        if len(data) < length:
            self._refuse("the archive is truncated")
        return data

    def _refuse(self, what: str) -> NoReturn:
        raise LoadError(f"{self._where}: {what}")


class _Window(io.RawIOBase):
    """The bytes of ``file`` from ``start`` on, as a file of their own."""

    def __init__(self, file: Any, start: int, size: int) -> None:
        self._file, self._start, self._size, self._position = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        length = max(0, min(view.nbytes, self._size - self._position))
        self._file.seek(self._start + self._position)
        got = self._file.readinto(view[:length])
        self._position += got
        return got
