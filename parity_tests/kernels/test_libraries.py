"""What is replaced inside Numba is replaced for kernels only."""

from __future__ import annotations

import subprocess
import sys


def test_numba_itself_is_left_as_it_was() -> None:
    """Importing SciPy is put off, not given up; nor is the collector left off."""
    code = (
        "import gc, sys; from minikeras.kernels.runtime import libraries;"
        "import numba, numpy as np;"
        "assert gc.isenabled() and 'scipy.linalg' not in sys.modules;"
        "f = numba.njit(lambda a: np.linalg.inv(a) @ a);"
        "assert np.allclose(f(np.eye(2) * 3), np.eye(2))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_kernels_do_not_import_scipy() -> None:
    code = (
        "import sys, numpy as np; from minikeras.kernels import relu;"
        "relu.relu(np.ones(100_000, 'float32'));"
        "assert 'scipy.linalg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
