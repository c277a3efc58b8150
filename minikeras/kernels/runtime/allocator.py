"""Freed memory is reused for the next large array.

The C library returns freed blocks of more than about 100 kB to the system, which must then map
and clear every page again.  In a training step that costs as much as the arithmetic.  glibc has
settings that prevent it; with other C libraries these functions do nothing.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
RETAINED = 1 << 29  # bytes; more than that at the end of the heap goes back to the system at once
_LARGEST = (1 << 28, 1 << 25)  # bytes of the largest retained array, by version


@functools.cache
def _library() -> Any:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def retain_freed_memory(retained: int = RETAINED) -> bool:
    """Retain up to ``retained`` bytes of freed memory; False if the C library cannot.

    0 returns all freed memory to the system.
    """
    if _library() is None:
        return False
    largest = _LARGEST if retained else (1 << 17,)
    _library().mallopt(_TRIM_THRESHOLD, retained)
    return any(_library().mallopt(_MMAP_THRESHOLD, n) for n in largest)


def release_freed_memory() -> None:
    """Return freed memory to the system now."""
    if _library() is not None:
        _library().malloc_trim(0)
