"""Starts a process that trains with one framework, follows its events, returns its results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from minikeras.optional import missing
from minikeras.types import Array

# oneDNN's convolutions return uninitialised memory for some shapes, and differ between processors.
KERAS_ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
# The framework is imported first, so that the measured time contains no other import.
PROGRAM = """
import sys, time
start = time.perf_counter()
import {framework}
seconds = time.perf_counter() - start
import json
from minikeras.parity.worker import main
main("{framework}", json.loads(sys.argv[1]), seconds)
"""


_FAILED = {
    "keras": (
        "the script failed under Keras on TensorFlow, so there is nothing to compare. Its error"
    ),
    "minikeras": "the script failed under minikeras. Its error",
}


class MissingRequirement(Exception):
    """Something the command needs is not installed."""


class WorkerFailed(Exception):
    """The process of a framework failed; the message is the end of its output."""

    def __init__(self, framework: str, said: str) -> None:
        self.framework = framework
        super().__init__(f"{_FAILED[framework]}:\n{said}")


@dataclass
class Run:
    """The results of one framework."""

    framework: str
    found: dict[str, Any]
    arrays: dict[str, Array]

    def weights(self, model: int, stage: str) -> list[Array]:
        """The `initial` or `final` variables of a model, in its order."""
        prefix = f"{model}/{stage}/"
        count = sum(key.startswith(prefix) for key in self.arrays)
        return [self.arrays[f"{prefix}{i}"] for i in range(count)]

    @property
    def first_epoch_seconds(self) -> float | None:
        """From the first call of `fit` to the end of its first epoch, without validation."""
        return next((fit["first_epoch_seconds"] for fit in self.found["fits"]), None)

    @property
    def step_seconds(self) -> float | None:
        """Median over the epochs of the first fit; without its first epoch if there are others."""
        for fit in self.found["fits"]:
            seconds = fit["epoch_seconds"][1:] or fit["epoch_seconds"]
            if seconds and fit["steps"]:
                return median(seconds) / int(fit["steps"])
        return None


def require(*modules: str, extra: str = "verify") -> None:
    """Raise MissingRequirement with the pip command unless every module is installed."""
    absent = missing(*modules)
    if absent:
        raise MissingRequirement(
            f"this command needs {' and '.join(absent)}; "
            f"install with: pip install 'minikeras-reference[{extra}]'"
        )


def run(
    framework: str, job: dict[str, Any], on_event: Callable[[dict[str, Any]], None] = lambda _: None
) -> Run:
    """Train with `framework`, "minikeras" or "keras", in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="minikeras-") as name:
        folder = Path(name)
        with (folder / "log").open("w+", encoding="utf-8", errors="replace") as log:
            command = [sys.executable, "-c", PROGRAM.format(framework=framework)]
            with subprocess.Popen(
                [*command, json.dumps({**job, "folder": name})],
                env={**os.environ, **KERAS_ENVIRONMENT, "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
            ) as process:
                found: dict[str, Any] = {}
                try:
                    assert process.stdout is not None
                    for line in process.stdout:
                        found = json.loads(line)  # the last event is what was found
                        on_event(found)
                except BaseException:
                    process.kill()
                    raise
            if process.returncode != 0:
                log.seek(0)
                said = log.read().strip().splitlines()
                raise WorkerFailed(framework, "\n".join(said[-25:]))
        with np.load(folder / "arrays.npz") as arrays:
            return Run(framework, found, dict(arrays))
