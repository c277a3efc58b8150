"""Zip archives that are written without holding their largest member in memory."""

from __future__ import annotations

import concurrent.futures
import contextlib
import io
import os
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

_BLOCK = 1 << 20
_MODE = 0o600 << 16  # a regular file of its owner, as Python's module writes it


class ArchiveWriter:
    """The members of a new zip file, uncompressed; use it in a ``with`` statement.

    file: open for reading and writing, seekable; it is not closed.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self._archive = zipfile.ZipFile(file, "w")

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self._archive.close()

    def add(self, name: str, content: bytes) -> None:
        """Write a member."""
        with self._archive.open(name, "w") as member:
            member.write(content)

    def add_file(self, name: str, path: str) -> None:
        """Write the content of a file as a member."""
        self._archive.write(path, name)

    @contextlib.contextmanager
    def written_in_place(self, name: str, most: int) -> Iterator[io.RawIOBase]:
        """A file for the content of a member, within the archive: any place of it can be written.

        most: about the size of the content; it decides whether the header has room for sizes
            beyond 32 bits.

        Raises OverflowError if the content then is larger than the header can say.
        """
        info = zipfile.ZipInfo(name, date_time=time.localtime()[:6])
        info.external_attr, info.CRC = _MODE, 0
        wide = most * 1.05 > zipfile.ZIP64_LIMIT
        start = self._archive.start_dir
        content = start + len(info.FileHeader(wide))
        self._file.seek(start)
        self._file.write(bytes(content - start))
        window = _Window(self._file, content)
        yield window
        info.file_size = info.compress_size = size = window.size
        if size > zipfile.ZIP64_LIMIT and not wide:
            raise OverflowError(f"{name} has {size} bytes, far more than the {most} expected")
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            # All of it has to get to the disk before long: that goes on while it is read again.
            on_disk = threads.submit(self._synchronize)
            info.CRC, info.header_offset = self._checksum(content, size), start
            on_disk.result()
        self._file.seek(start)
        self._file.write(info.FileHeader(wide))
        self._archive.filelist.append(info)
        self._archive.NameToInfo[name] = info
        self._archive.start_dir = content + size
        self._file.seek(content + size)

    def _synchronize(self) -> None:
        with contextlib.suppress(io.UnsupportedOperation):  # the archive may be in memory
            os.fsync(self._file.fileno())

    def _checksum(self, start: int, size: int) -> int:
        self._file.seek(start)
        checksum, buffer = 0, memoryview(bytearray(_BLOCK))
        while size:
            got = self._file.readinto(buffer[: min(size, _BLOCK)])
            checksum, size = zlib.crc32(buffer[:got], checksum), size - got
        return checksum


class _Window(io.RawIOBase):
    """The bytes of ``file`` from ``start`` on, as a file of their own."""

    def __init__(self, file: Any, start: int) -> None:
        self._file, self._start, self._position, self.size = file, start, 0, 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        self._file.seek(self._start + self._position)
        got = int(self._file.readinto(view[: max(0, self.size - self._position)]))
        self._position += got
        return got

    def write(self, content: Any) -> int:
        view = memoryview(content)
        self._file.seek(self._start + self._position)
        done = 0
        while done < view.nbytes:  # the system writes at most 2 GiB at once
            done += self._file.write(view[done:])
        self._position += done
        self.size = max(self.size, self._position)
        return done

    def truncate(self, size: int | None = None) -> int:
        self.size = self._position if size is None else size
        self._file.truncate(self._start + self.size)
        return self.size

    def flush(self) -> None:
        self._file.flush()
