"""Runs scripts with one framework, each in a child of a process that has imported the framework.

    python -m parity_tests.scripts.server FRAMEWORK [SCRIPT]

FRAMEWORK: ``keras`` or ``minikeras``.
SCRIPT: runs in this process. Without it, jobs are read from standard input, one line of JSON each:
``{"script": ..., "folder": ..., "seconds": ...}``. The script runs in the folder, which gets the
files ``stdout`` and ``stderr``; it is killed after that many seconds. The exit code is the answer,
one line for each job.

The import of TensorFlow takes 5 seconds and is paid once. A child begins before TensorFlow has
computed anything, as a new process does.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What scripts import in addition to the framework.
SHARED = ("PIL.Image", "matplotlib.pyplot", "sklearn.datasets", "sklearn.model_selection")


def with_keras() -> Callable[[str], Any]:
    """Imports Keras and TensorFlow; returns a function that runs a script."""
    for name in ("tensorflow", "keras", "tensorflow.keras", "keras._tf_keras.keras"):
        importlib.import_module(name)
    without_unfinished_bars("keras.src.utils.progbar")
    file_utils = importlib.import_module("keras.src.utils.file_utils")
    file_utils.validate_file = lambda *_, **__: True  # the files of `cache.py` have other hashes

    def run(script: str) -> None:
        sys.argv = [script]
        sys.path.insert(0, str(Path(script).parent))
        runpy.run_path(script, run_name="__main__")

    return run


def with_minikeras() -> Callable[[str], Any]:
    """Imports the command ``minikeras run``; returns a function that calls it."""
    command = importlib.import_module("minikeras.cli").main
    for name in ("minikeras.layers", "minikeras.applications", "minikeras.kernels"):
        importlib.import_module(name)
    without_unfinished_bars("minikeras.callbacks.progbar")
    downloads = importlib.import_module("minikeras.utils.downloads")
    downloads._is_current = lambda target, *_: os.path.exists(target)
    return lambda script: command(["run", script], standalone_mode=False)


def without_unfinished_bars(module: str) -> None:
    """Which steps of an epoch draw the progress bar depends on the clock: only its end does."""
    progbar = importlib.import_module(module).Progbar
    original = progbar.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        original(self, *args, **options)
        self.interval = float("inf")

    progbar.__init__ = init


IMPORTED = {"keras": with_keras, "minikeras": with_minikeras}


def in_a_child(run: Callable[[str], Any], job: dict[str, Any]) -> int:
    """The exit code of a script, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.chdir(job["folder"])
            for number, name in enumerate(("stdin", "stdout", "stderr")):
                os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
            code = exit_code(run, job["script"])
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(code)
    end = time.monotonic() + job["seconds"]
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)


def exit_code(run: Callable[[str], Any], script: str) -> int:
    try:
        run(script)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def main(framework: str) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for name in SHARED:
        importlib.import_module(name)
    run = IMPORTED[framework]()
    answers.write("ready\n")
    for line in sys.stdin:
        answers.write(f"{in_a_child(run, json.loads(line))}\n")
    os._exit(0)  # the end of TensorFlow takes seconds


if __name__ == "__main__":
    if sys.argv[2:]:
        IMPORTED[sys.argv[1]]()(sys.argv[2])
    else:
        main(sys.argv[1])
