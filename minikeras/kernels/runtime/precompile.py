"""A second process that compiles the kernels of a training step while the first one runs.

It starts with the kernel that a step needs last and works backwards, while the program compiles
from the front.  Each finds the other's results in the disk cache, so they meet in the middle.  The
second process starts at most once for each cache folder, and only if that is empty and two
processors are available; ``MINIKERAS_COMPILE_AHEAD=0`` prevents it.  It ends when the first ends,
however that happens.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from numba.core.sigutils import normalize_signature

from minikeras import settings

_f, _F, _i, _u, _U = "float32[::1]", "float32[:,::1]", "int64[::1]", "uint64", "uint64[::1]"
_windows = f"Tuple(({_U},{_U},{_u},{_u}))"

# In the order of the step.  A signature that is out of date only wastes the time to compile it.
STEP = (
    (
        "conv._convolve",
        f"int64,{_f},int64,Tuple(({_i},{_i},{_U},int64)),Tuple(({_F},{_i},{_f},boolean)),{_F}",
    ),
    ("pool._maxima", f"int64,{_f},{_windows},{_f}"),
    ("rounding.contraction.strided_gemm", f"int64,{_f},int64,int64,{_F},{_i},{_F}"),
    ("random._dropout_mask", f"int64,boolean[::1],{_U},int64,{_u}"),
    ("random._masked", f"int64,{_f},boolean[::1],float32,{_f}"),
    ("rounding.softmax._exp", f"int64,{_F},{_F},{_f}"),
    ("rounding.elementwise._reciprocal", f"{_f},{_f}"),
    ("rounding.softmax._scale", f"int64,{_F},{_f}"),
    ("rounding.softmax._sparse", f"int64,{_i},{_F},{_f}"),
    ("rounding.sums._sum_few", f"{_f},"),
    ("rounding.softmax._sparse_vjp", f"int64,{_i},{_F},{_f},{_F}"),
    ("rounding.sums._add_rows", f"int64,{_F},{_F}"),
    ("pool._spread", f"int64,{_f},{_f},{_windows},{_f}"),
    ("relu._relu_gradient", f"int64,{_f},{_f},{_f}"),
    ("rounding.contraction.gemm", f"int64,{_f},{_i},{_i},{_F},{_i},{_F}"),
    ("optimizers.adam", f"int64,int64,int64,int64,{_f}"),
)
_COMMAND = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from minikeras.kernels.runtime import precompile; precompile.compile_step()"
)
_WANTED = "MINIKERAS_COMPILE_AHEAD"
_was_asked = False


def start(cache: str) -> None:
    """Start the second process if it can help; failing to start it is not an error."""
    global _was_asked
    if _was_asked or not cache:
        return
    _was_asked = True
    is_python = sys.executable and "python" in Path(sys.executable).name.lower()
    if os.environ.get(_WANTED) == "0" or settings.threads() < 2 or not is_python or _files(cache):
        return
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError, ValueError):
        helper = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, *sys.path],
            stdin=subprocess.PIPE,  # it ends when this does
            stdout=nothing,
            stderr=nothing,
            env={**os.environ, _WANTED: "0"},
        )
        atexit.register(_end, helper)


def _files(cache: str) -> Any:
    with contextlib.suppress(OSError):
        return os.listdir(cache)
    return ["unreadable"]


def _end(helper: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        helper.kill()
        helper.wait(1)


def compile_step() -> None:
    """Compile the kernels of a step, the last first: the task of the second process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)
    for name, kinds in reversed(STEP):
        module, _, kernel = name.rpartition(".")
        found = getattr(importlib.import_module(f"minikeras.kernels.{module}"), kernel)
        found.compile(normalize_signature(f"({kinds})")[0])


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
