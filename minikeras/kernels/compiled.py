"""How kernels are compiled: on their first call, once for each machine.

Machine code is kept in the user's cache directory (``$XDG_CACHE_HOME/minikeras`` or where the
system keeps such things; ``$NUMBA_CACHE_DIR`` if that is set), never beside the sources, which may
be read-only.  Its folder is named after the sources and versions that it was made from, because
Numba itself does not notice a change in another kernel that was compiled into this one.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config


@functools.cache
def cache_directory() -> str:
    """Where compiled kernels are kept, made if need be; "" if there is no place for them."""
    if config.CACHE_DIR:
        return str(config.CACHE_DIR)
    home = Path.home()
    if sys.platform == "darwin":
        system = home / "Library" / "Caches"
    elif sys.platform == "win32":
        system = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        system = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    made_from = hashlib.sha256(
        f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode()
    )
    for source in sorted(Path(__file__).parent.glob("*.py")):
        made_from.update(source.read_bytes())
    folder = system / "minikeras" / made_from.hexdigest()[:16]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.utime(folder)  # what was not used for long can be told
    except OSError:
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


def kernel(function: Callable[..., Any]) -> Any:
    """Compile for the types of each call; without the GIL, and x / 0 is inf as in NumPy."""
    folder = cache_directory()
    before, config.CACHE_DIR = config.CACHE_DIR, folder
    try:
        return numba.njit(nogil=True, cache=bool(folder), error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
