"""Opening a file of a stranger: once, and only if it is a regular file."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from minikeras.saving.limits import LoadError


def opened(path: str | os.PathLike[str], follow: bool = True) -> BinaryIO:
    """The file at ``path``, open for reading. All further checks and reads use this one handle, so
    that the file cannot be exchanged between them.

    follow: whether ``path`` may be a symbolic link. It may not where a folder is a stranger's.

    Raises FileNotFoundError and PermissionError as ``open`` does; LoadError for a folder, device,
    pipe or socket, an empty file, or a path that no file can have.
    """
    name = os.fspath(path)
    if "\0" in name:
        raise LoadError(f"path={name!r} contains a NUL character")
    # Opening a pipe would wait for who writes into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(name, flags)
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        if not follow and os.path.islink(name):
            raise LoadError(f"{name} is a symbolic link; expected the file itself") from None
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


def check_no_links(folder: str) -> None:
    """Raise LoadError if a folder of a stranger, or anything in it, is a symbolic link."""
    inside = [
        os.path.join(home, name)
        for home, folders, names in os.walk(folder)
        for name in (*folders, *names)
    ]
    for path in (folder, *inside):
        if os.path.islink(path):
            raise LoadError(f"{path} is a symbolic link; expected the file itself")
