"""Says on standard error that kernels are being compiled, when that takes longer than a second.

The line appears at most once in a process, while the user waits.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from minikeras.kernels.runtime.disk_cache import cache_directory

PATIENCE = 1.0  # seconds of compiling, summed over all kernels, before the line appears


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


say = _print  # a program with a progress bar may set another function
_spent = 0.0  # seconds in which this process compiled
_is_compiling = _was_said = False


@contextlib.contextmanager
def announced() -> Iterator[None]:
    """Around the compilation of a kernel; kernels that it compiles within count once."""
    global _is_compiling, _spent
    if _was_said or _is_compiling:
        yield
        return
    clock = threading.Timer(max(PATIENCE - _spent, 0.0), _announce)
    clock.daemon = True  # the end of the program does not wait for it
    _is_compiling, start = True, time.perf_counter()
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
        _spent += time.perf_counter() - start
        _is_compiling = False


def _announce() -> None:
    global _was_said
    if not _was_said:
        _was_said = True
        say(f"minikeras: compiling kernels for this processor, {_how_often()}")


def _how_often() -> str:
    folder = cache_directory()
    if not folder:
        return "in every process, because no private folder can keep them"
    return f"once, which takes some seconds; they are kept in {_short(Path(folder).parent)}"


def _short(folder: Path) -> Path:
    with contextlib.suppress(RuntimeError, ValueError):  # no home, or a folder elsewhere
        return "~" / folder.relative_to(Path.home())
    return folder
