"""Freed memory is retained for the next array, and goes back on request."""

import subprocess
import sys

import pytest

# The C library gives a thread a heap of its own when others hold the lock of the first one, and
# such a heap is unmapped when it is empty, whatever is set.  A test process that has run
# TensorFlow's threads may be on such a heap; a new process with one thread is not.
PROGRAM = """
from pathlib import Path
import numpy as np
from minikeras.kernels.runtime import allocator

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

assert allocator.retain_freed_memory(*{arguments})
arrays = [np.ones(1 << 20) for _ in range(8)]
full = resident()
del arrays
freed = resident()
allocator.release_freed_memory()
print(full - freed, freed - resident())
"""
PAGES = 4096  # of 4 kB; the arrays have four times as many


def returned(arguments: tuple[int, ...]) -> tuple[int, int]:
    """Pages that return to the system when arrays are freed, and on request after that."""
    program = PROGRAM.format(arguments=arguments)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    freed, released = run.stdout.split()
    return int(freed), int(released)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is kept on Linux only")
def test_freed_memory_is_kept_until_released() -> None:
    freed, released = returned(())
    assert freed < PAGES < released


@pytest.mark.skipif(sys.platform != "linux", reason="memory is kept on Linux only")
def test_nothing_is_kept_where_nothing_is_retained() -> None:
    freed, released = returned((0,))
    assert released < PAGES < freed
