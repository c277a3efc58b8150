"""What a piece of code does to the machine: what it opens and starts, how much memory it takes."""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parity_tests.house.sources import ROOT

_FORBIDDEN = (
    *("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "marshal.loads", "pickle.find_class"),
    *("urllib.", "http.", "ftplib.", "webbrowser.", "code.__new__", "function.__new__"),
)
_HARMLESS = ("os.listdir", "os.scandir", "os.putenv", "socket.gethostname")
_PYTHON = tuple({sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")})
_OWN = str(ROOT / "minikeras")  # tables of names, which are read when they are first needed


class Watch:
    """While it is open, records what code opened, started or deserialized elsewhere."""

    _installed = False
    _current: Watch | None = None

    def __init__(self, folder: Path) -> None:
        self.folder, self.found = str(folder), list[str]()
        self.seconds = self.megabytes = 0.0

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        """Called for every audited event of this process."""
        if event == "open" and isinstance(args[0], str | bytes):
            path = os.fsdecode(args[0])
            inside = path.startswith((self.folder, *_PYTHON, _OWN, "/proc/self/"))
            if not inside and not path.endswith((".py", ".pyc")):
                self.found.append(f"open {path}")
        elif event.startswith(_FORBIDDEN) and event not in _HARMLESS:
            self.found.append(event)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    watch, Watch._current = Watch._current, None  # what it calls itself is not recorded
    if watch is not None:
        watch.note(event, args)
        Watch._current = watch


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[Watch]:
    """Within the block events, time and memory are recorded; only ``folder`` may be opened."""
    if not Watch._installed:
        sys.addaudithook(_hook)
        Watch._installed = True
    watch = Watch(folder)
    before = _reset_peak()
    start = time.process_time()
    Watch._current = watch
    try:
        yield watch
    finally:
        Watch._current = None
        watch.seconds = time.process_time() - start
        watch.megabytes = _status("VmHWM") - before


def _reset_peak() -> float:
    """Forget the largest size so far; the present one, in megabytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
