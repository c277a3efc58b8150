"""Opening a file of a stranger: once, and only if it is a regular file."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from minikeras.saving.limits import LoadError


def opened(path: str | os.PathLike[str]) -> BinaryIO:
    """The file at ``path``, open for reading. All further checks and reads use this one handle, so
    that the file cannot be exchanged between them.

    Raises FileNotFoundError and PermissionError as ``open`` does; LoadError for a folder, device,
    pipe or socket, an empty file, or a path that no file can have.
    """
    name = os.fspath(path)
    if "\0" in name:
        raise LoadError(f"path={name!r} contains a NUL character")
    # Opening a pipe would wait for who writes into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(name, flags)
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise LoadError(f"{name}: cannot be opened: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device, pipe or socket"
            raise LoadError(f"{name} is {kind}; expected a regular file")
        if status.st_size == 0:
            raise LoadError(f"{name} is empty")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise
