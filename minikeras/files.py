"""Files that are never half written: written beside their place, then renamed into it.

with files.written("model.keras") as temporary_path:
    write_everything_to(temporary_path)

Whoever opens "model.keras" finds the previous file or the new one, whole, also if this process or
the machine stops at any moment.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import socket
import stat
import sys
import time
from collections.abc import Iterator

_DAY = 24 * 3600  # seconds, after which an unfinished file of another machine is removed

# .model.keras.3f2a91-4711-9c0b12ad.unfinished: the machine, the process, and a number.
_UNFINISHED = ".{name}.{machine}-{process}-{number}.unfinished"
_LONGEST = 160  # characters of the target's name in it; file systems allow 255 bytes

_being_written: set[str] = set()  # by this process


@contextlib.contextmanager
def written(path: str | os.PathLike[str]) -> Iterator[str]:
    """The path of a new empty file that replaces ``path`` at the end of the ``with`` block.

    path: a regular file, or nothing yet; of a symbolic link, its target is replaced. The folder
        must exist. A file that is replaced hands its permissions on.

    After an exception of any kind the new file is removed, and the previous one is as it was.
    What a killed process left behind is removed the next time that this target is written.

    Raises ValueError if ``path`` is no regular file; OSError, naming ``path``, if the folder does
    not exist or cannot be written.
    """
    target = os.path.realpath(os.fspath(path))
    permissions = _permissions(target)
    folder, name = os.path.split(target)
    remove_unfinished(target)
    unfinished = os.path.join(
        folder,
        _UNFINISHED.format(
            name=_short(name),
            machine=_machine(),
            process=os.getpid(),
            number=secrets.token_hex(4),
        ),
    )
    _being_written.add(unfinished)
    try:
        _create(unfinished, target, permissions)
        yield unfinished
        _synchronize(unfinished)
        os.replace(unfinished, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise
    finally:
        _being_written.discard(unfinished)
    _synchronize_folder(folder)


def remove_unfinished(path: str | os.PathLike[str]) -> list[str]:
    """Remove what processes that no longer run left beside ``path``; the paths that are gone."""
    folder, name = os.path.split(os.path.realpath(os.fspath(path)))
    pattern = re.compile(
        re.escape(f".{_short(name)}.") + r"([0-9a-f]{6})-(\d+)-[0-9a-f]{8}\.unfinished"
    )
    removed = []
    try:
        names = os.listdir(folder)
    except OSError:  # it may be writable without being readable
        return []
    for other in names:
        match = pattern.fullmatch(other)
        stray = os.path.join(folder, other)
        if match and _is_left_behind(stray, match[1], int(match[2])):
            with contextlib.suppress(OSError):
                os.unlink(stray)
                removed.append(stray)
    return removed


def _permissions(target: str) -> int | None:
    """Those of the file that is replaced; None if there is none."""
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device, pipe or socket"
        raise ValueError(f"path={target!r} is {kind}; expected the path of a regular file")
    return stat.S_IMODE(mode)


def _create(unfinished: str, target: str, permissions: int | None) -> None:
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except OSError as error:  # names the path that was asked for
        raise type(error)(error.errno, error.strerror, target) from None
    os.close(descriptor)
    if permissions is not None:
        os.chmod(unfinished, permissions)


def _synchronize(path: str) -> None:
    """Wait until the content of a file is on the disk: a rename may get there before it."""
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _synchronize_folder(folder: str) -> None:
    """Wait until the new name is on the disk, where a folder can be opened."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_left_behind(unfinished: str, machine: str, process: int) -> bool:
    if machine != _machine():  # a folder that several machines share
        with contextlib.suppress(OSError):
            return time.time() - os.stat(unfinished).st_mtime > _DAY
        return False
    if process == os.getpid():
        return unfinished not in _being_written
    if sys.platform == "win32":  # os.kill would end the process; an open file cannot be removed
        return True
    try:
        os.kill(process, 0)  # sends nothing
    except ProcessLookupError:
        return True
    except OSError:  # it runs, for another user
        return False
    return False


def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def _short(name: str) -> str:
    """The name itself, or its beginning and a digest if it is too long to be extended."""
    if len(os.fsencode(name)) <= _LONGEST:
        return name
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    return f"{name[: _LONGEST // 4]}-{digest}"
