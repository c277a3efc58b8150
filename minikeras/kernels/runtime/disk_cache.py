"""Compiled kernels in files, so that the next process need not compile them.

Numba's own cache (``cache=True``) stores neither internal kernels nor code for several processors,
and trusts any folder.  Here each signature of a kernel is a file in a private folder, which is
named after the versions of the compilers and all sources that decide the machine code.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import caching, codegen, compiler, config, serialize

from minikeras.kernels.runtime import precompile
from minikeras.kernels.runtime.libraries import InternalLibrary, library_class, rebuilt_internal

_KERNELS = Path(__file__).parents[1]
_SOURCES = sorted([*_KERNELS.parent.glob("*.py"), *_KERNELS.rglob("*.py")])
_UNUSED_FOR = 30 * 24 * 3600  # seconds, after which a folder is removed


def _digest() -> str:
    """A name for the versions of the compilers and the sources that decide the machine code.

    These are the kernels, and the modules directly in ``minikeras``, whose constants they use.
    """
    made_from = hashlib.sha256(
        f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode()
    )
    for source in _SOURCES:
        name = source.relative_to(_KERNELS.parent).as_posix()
        made_from.update(name.encode() + b"\0" + source.read_bytes())
    return made_from.hexdigest()[:16]


def _state() -> list[tuple[int, int]]:
    """Times and sizes of the sources, which an edit changes; nothing if one was removed."""
    try:
        return [(status.st_mtime_ns, status.st_size) for status in map(os.stat, _SOURCES)]
    except OSError:
        return []


# The sources as they were when this process began to import them.
_IMPORTED, _IMPORTED_STATE = _digest(), _state()


@functools.cache
def cache_directory() -> str:
    """The folder of compiled kernels, created on first use; "" if no place is private."""
    try:
        home = _system_caches() / "minikeras"
        folder = home / _IMPORTED
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (_is_private(home) and _is_private(folder)):
            return ""
        os.utime(folder)  # the time of the last use
        _remove_unused(home)
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


def _system_caches() -> Path:
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR)
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".cache"


def _is_private(folder: Path) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _remove_unused(home: Path) -> None:
    """Remove folders of other versions that no process has used for 30 days."""
    for folder in home.iterdir():
        name = folder.name
        ours = len(name) == 16 and set(name) <= set("0123456789abcdef") and not folder.is_symlink()
        if ours and time.time() - folder.stat().st_mtime > _UNUSED_FOR:
            shutil.rmtree(folder, ignore_errors=True)


class DiskCache(caching._Cache):  # type: ignore[misc]  # Numba's interface of a cache
    """The compiled signatures of one kernel, each in a file of its own."""

    cache_path = property(lambda self: cache_directory())

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        module = (function.__module__ or "__main__").removeprefix("minikeras.kernels.")
        self._name = f"{module}.{function.__qualname__}"
        self._lineno, self._options = function.__code__.co_firstlineno, options
        source = Path(function.__code__.co_filename)
        # A function without a module, such as one defined on a page of the documentation, is not
        # stored: pickle would store all other names of the page with it.
        self._is_stored = source.is_file() and function.__module__ is not None
        self._source = b""
        if self._is_stored and _KERNELS not in source.parents:
            self._source = source.read_bytes()  # not part of the folder's name

    def _file(self, signature: Any, codegen: Any) -> Path | None:
        made_from = self._source, sorted(self._options.items()), sys.version_info[:2]
        made_for = repr((signature, codegen.magic_tuple(), made_from))
        mark = hashlib.sha256(made_for.encode()).hexdigest()[:16]
        name = f"{self._name}-{self._lineno}.{mark}"
        return Path(cache_directory(), name) if self._is_stored and cache_directory() else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        target_context.refresh()
        file = self._file(sig, target_context.codegen())
        if file is None:
            return None
        try:
            stored = pickle.loads(file.read_bytes())
            if self._options.get("no_cpython_wrapper"):
                return rebuilt_internal(target_context, *stored)
            with library_class(target_context.codegen(), codegen.JITCodeLibrary):
                return compiler.CompileResult._rebuild(target_context, *stored)
        except FileNotFoundError:
            if not self._source:
                precompile.start(cache_directory())
            return None
        except Exception:  # a damaged file may raise anything
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        file = self._file(sig, data.codegen)
        if file is None or data.library.has_dynamic_globals:
            return
        if _state() != _IMPORTED_STATE:  # edited since: the code may be of either state
            return
        stored = data._reduce()
        if isinstance(data.library, InternalLibrary):
            library, described, _, signature, *_ = stored
            stored = *library, described, signature
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(serialize.dumps(stored))
            unfinished.replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink()

    def enable(self) -> None: ...

    def disable(self) -> None: ...

    def flush(self) -> None: ...
