"""Freed memory is retained for the next array, and goes back on request."""

import sys
from pathlib import Path

import numpy as np
import pytest

from minikeras.kernels.runtime import allocator as memory


def resident() -> int:
    """Pages of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is kept on Linux only")
def test_freed_memory_is_kept_until_released() -> None:
    assert memory.retain_freed_memory()
    arrays = [np.ones(1 << 20) for _ in range(8)]
    full = resident()
    del arrays
    kept = resident()
    memory.release_freed_memory()
    assert full - kept < 4096 < kept - resident()
