"""Extracts archives that were downloaded: all of an archive, or nothing.

An archive is a stranger's file. It is extracted into a new folder, which is renamed when it is
complete, or whose files then replace those of the same name. Refused is the whole archive, by
the name of the entry: paths that are absolute or have ``..``, links, devices, names that are there
twice, encrypted entries, sparse files, and archives that grow too much (``Limits.inflated_ratio``
times their size). What grows is counted while it is inflated; no declared size is believed.

Parity: Keras leaves out entries whose path is bad and extracts the others; it extracts links that
stay in the folder. Here files have the permissions of new files, there those of the archive.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.saving.limits import LIMITS, Limits, LoadError

bz2 = Library("bz2")
gzip = Library("gzip")
lzma = Library("lzma")
tarfile = Library("tarfile")
zipfile = Library("zipfile")
zlib = Library("zlib")

_BLOCK = 1 << 20
_NO_ARCHIVE = object()


def extract(
    path: str, folder: str, archive_format: str | list[str] | None, limits: Limits = LIMITS
) -> bool:
    """Extract the archive ``path`` into ``folder``, which may exist; its other files stay.

    archive_format: "tar" (also with gzip, bzip2 or xz), "zip", several of them, "auto" for both;
        None for none.

    Returns whether the file is an archive of such a format.

    Raises LoadError, naming the entry, if the archive is damaged or means harm; NotImplementedError
    for an unknown format. The folder is then as it was.
    """
    formats = ["tar", "zip"] if archive_format == "auto" else archive_format or []
    for kind in [formats] if isinstance(formats, str) else formats:
        if kind not in _READERS:
            raise NotImplementedError(
                f"archive_format={describe(archive_format)}; expected 'tar', 'zip', 'auto' or None"
            )
        if _extract_as(kind, path, folder, limits):
            return True
    return False


def _extract_as(kind: str, path: str, folder: str, limits: Limits) -> bool:
    unfinished = f"{folder}.{os.getpid()}-{secrets.token_hex(4)}.unfinished"
    os.mkdir(unfinished)
    try:
        with _damage_told(path), open(path, "rb") as file:
            entries = _READERS[kind](file, path, limits)
            if next(entries) is _NO_ARCHIVE:
                return False
            for name, content in entries:
                _write(path, unfinished, name, content)
        _merge(unfinished, folder)
        return True
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextlib.contextmanager
def _damage_told(path: str) -> Iterator[None]:
    """What the libraries raise about damaged data becomes LoadError."""
    try:
        yield
    except LoadError:
        raise
    except (
        *(EOFError, OSError, ValueError, OverflowError, RuntimeError, struct.error, zlib.error),
        *(tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError),
    ) as error:
        # Errors of the disk have a number; a bad position in the file is none of them.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        _refuse(path, f"the archive is damaged: {error}")


# A reader yields first whether the file is an archive of its format, then each entry: its name,
# and a file with its bytes, or None for a folder.
_Entries = Iterator[Any]


def _tar_entries(file: BinaryIO, path: str, limits: Limits) -> _Entries:
    most = max(limits.inflated_bytes, limits.inflated_ratio * os.path.getsize(path))
    stream = _Counted(_inflated(file), path, most)
    try:
        # Read from the beginning to the end, as a pipe: what is left out is counted, too.
        archive = tarfile.open(fileobj=stream, mode="r|", bufsize=_BLOCK)
    except tarfile.ReadError:
        yield _NO_ARCHIVE
        return
    yield archive
    for entry in archive:
        _check_tar_kind(path, entry)
        yield entry.name, None if entry.isdir() else archive.extractfile(entry)
        archive.members = []  # which would grow with the archive


def _inflated(file: BinaryIO) -> Any:
    """The file itself, or what it holds compressed."""
    begin = file.read(6)
    file.seek(0)
    if begin.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if begin.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if begin == b"\xfd7zXZ\0" else file


class _Counted:
    """A file that may be read up to a number of bytes."""

    def __init__(self, file: Any, path: str, most: int) -> None:
        self._file, self._path, self._most, self._count = file, path, most, 0

    def read(self, size: int) -> bytes:
        data: bytes = self._file.read(size)  # no more than this is inflated
        self._count += len(data)
        if self._count > self._most:
            _refuse(self._path, f"the archive grows to more than {self._most} bytes")
        return data


def _check_tar_kind(path: str, entry: Any) -> None:
    name = describe(entry.name)
    if entry.issym() or entry.islnk():
        _refuse(path, f"the entry {name} is a link to {describe(entry.linkname)}")
    if not (entry.isfile() or entry.isdir()):
        _refuse(path, f"the entry {name} is a device or another special file")
    if entry.sparse is not None:
        _refuse(path, f"the entry {name} is a sparse file; expected one with all its bytes")


def _zip_entries(file: BinaryIO, path: str, limits: Limits) -> _Entries:
    if not zipfile.is_zipfile(file):
        yield _NO_ARCHIVE
        return
    yield file
    stored, count = os.path.getsize(path), 0
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            _check_zip_kind(path, entry)
            if entry.is_dir():
                yield entry.filename, None
                continue
            count += entry.file_size
            if not limits.may_inflate(stored, count):
                _refuse(path, f"the archive grows from {stored} to {count} bytes or more")
            with archive.open(entry) as content:  # which ends after file_size bytes
                yield entry.filename, content


def _check_zip_kind(path: str, entry: Any) -> None:
    name = describe(entry.orig_filename)
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    if kind == stat.S_IFLNK:
        _refuse(path, f"the entry {name} is a link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        _refuse(path, f"the entry {name} is a device or another special file")
    if entry.flag_bits & 1:
        _refuse(path, f"the entry {name} is encrypted")
    if "\0" in entry.orig_filename:  # behind which zipfile cuts
        _refuse(path, f"the name {name} of an entry is not a plain relative path")


_READERS = {"tar": _tar_entries, "zip": _zip_entries}


# Writing


def _write(path: str, folder: str, name: str, content: Any) -> None:
    target = os.path.join(folder, *_parts(path, name))
    try:
        if content is None:
            os.makedirs(target, exist_ok=True)
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        file = open(target, "xb")  # noqa: SIM115  # errors of the content are not caught here
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        _refuse(path, f"the name {describe(name)} is there twice, as a file and otherwise")
    with file:
        while block := content.read(_BLOCK):
            file.write(block)


def _parts(path: str, name: str) -> list[str]:
    """The components of an entry's name, if it names a path below the folder."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    is_plain = (
        not name.startswith("/")
        and ".." not in parts
        and "\\" not in name
        and ":" not in (parts or [""])[0]
        and len(name) <= 4096
        and all(len(os.fsencode(part)) <= 255 for part in parts)
        and not any(ord(letter) < 32 or ord(letter) == 127 for letter in name)
    )
    if not is_plain:
        _refuse(path, f"the name {describe(name)} of an entry is not a plain relative path")
    return parts


def _merge(new: str, folder: str) -> None:
    """Rename a new folder; or, where the old one exists, each of its files into it."""
    with contextlib.suppress(OSError):  # a folder that is there and not empty
        os.rename(new, folder)
        return
    home = os.path.realpath(folder)
    for place, _, files in os.walk(new):
        inner = os.path.relpath(place, new)
        target = os.path.normpath(os.path.join(home, inner))
        if os.path.realpath(target) != target:
            raise LoadError(
                f"{target} is a link to another folder; nothing is extracted through it"
            )
        os.makedirs(target, exist_ok=True)
        for name in files:
            os.replace(os.path.join(place, name), os.path.join(target, name))


def _refuse(path: str, what: str) -> NoReturn:
    raise LoadError(f"{path}: {what}. Nothing was extracted")
