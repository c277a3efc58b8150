"""Memory that large arrays leave is kept for those that follow.

The C library gives freed blocks of more than some 100 kB back to the system, which then has to
hand out and clear every page again: in a training step that costs as much as the arithmetic.
glibc can be told otherwise; elsewhere nothing happens here.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
KEPT = 1 << 29  # bytes; what lies free beyond them at the end of the heap goes back at once
_LARGEST = (1 << 28, 1 << 25)  # bytes of an array that may be kept; some versions allow less


@functools.cache
def _library() -> Any:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def keep(kept: int = KEPT) -> bool:
    """Let up to ``kept`` bytes of freed memory wait for the next array; whether that is possible.

    0 gives back whatever is freed.
    """
    if _library() is None:
        return False
    largest = _LARGEST if kept else (1 << 17,)
    _library().mallopt(_TRIM_THRESHOLD, kept)
    return any(_library().mallopt(_MMAP_THRESHOLD, n) for n in largest)


def release() -> None:
    """Give freed memory back to the system now."""
    if _library() is not None:
        _library().malloc_trim(0)
