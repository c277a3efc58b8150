"""Starts a process that trains with one framework, follows its events, returns its results."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
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

# What is to be installed for the commands; nothing of it is on PyPI under a name of this project.
INSTALL = {
    "verify": "TensorFlow 2.21, Keras 3.15 and jinja2 (2 GB)",
    "examples": "scikit-learn and matplotlib",
    "bench": "JAX and PyTorch",
}
# Lines that TensorFlow's own logging writes: I0000 00:00:17.5 ..., 2025-01-01 00:00:00.1: W ...
LOGGED = re.compile(
    r"WARNING: All log messages before absl|[EFIW]\d{4} |\d{4}-\d\d-\d\d \S+ [EFIW] "
)


class MissingRequirement(Exception):
    """Something the command needs is not installed."""


@dataclass(eq=False)  # exceptions are compared by identity
class Failure(Exception):
    """The training of one framework failed, where the script's own line is."""

    type: str
    message: str
    place: str = ""
    line: str = ""
    internal: bool = False  # the script is not to blame
    traceback: str = ""


@dataclass
class Run:
    """The results of one framework."""

    framework: str
    found: dict[str, Any]
    arrays: dict[str, Array]

    def arrays_of(self, what: str, index: int, stage: str = "final") -> list[Array | None]:
        """The `initial` or `final` arrays of an entry of `found[what]`; None for an unknown one."""
        count = len(self.found[what][index]["paths"])
        return [self.arrays.get(f"{what}/{index}/{stage}/{i}") for i in range(count)]

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
    if missing(*modules):
        raise MissingRequirement(
            f"this command needs {INSTALL[extra]}. In the checkout of minikeras, run: "
            f"pip install -e '.[{extra}]'"
        )


def run(
    framework: str,
    job: dict[str, Any],
    on_event: Callable[[dict[str, Any]], None] = lambda _: None,
    environment: Mapping[str, str | None] = {},  # never changed
) -> Run:
    """Train with `framework`, "minikeras" or "keras", in a process of its own.

    environment: variables in which the process differs from the others; None removes one.

    Raises Failure if the training fails.
    """
    variables: dict[str, str | None] = {**os.environ, **KERAS_ENVIRONMENT, **environment}
    variables["PYTHONIOENCODING"] = "utf-8"
    with tempfile.TemporaryDirectory(prefix="minikeras-") as name:
        folder = Path(name)
        with (folder / "log").open("w+", encoding="utf-8", errors="replace") as log:
            command = [sys.executable, "-c", PROGRAM.format(framework=framework)]
            with subprocess.Popen(
                [*command, json.dumps({**job, "folder": name})],
                env={name: value for name, value in variables.items() if value is not None},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
            ) as process:
                event: dict[str, Any] = {"event": "nothing"}
                started = False
                try:
                    assert process.stdout is not None
                    for line in process.stdout:
                        event = json.loads(line)
                        started = True
                        on_event(event)
                except BaseException:
                    process.kill()
                    raise
            if event["event"] != "finished":
                on_event({"event": "failed"})
                log.seek(0)
                said = [line for line in log.read().splitlines() if not LOGGED.match(line)]
                raise _failure(event, started, process.returncode, "\n".join(said[-25:]).strip())
        with np.load(folder / "arrays.npz") as arrays:
            return Run(framework, event, dict(arrays))  # the last event is what was found


def _failure(event: dict[str, Any], started: bool, code: int, said: str) -> Failure:
    """What the last event says; without a word from the worker, what it printed."""
    if event["event"] != "failed":
        return Failure(f"process ended with code {code}", said, internal=not started)
    failure = Failure(**{name: value for name, value in event.items() if name != "event"})
    if failure.type == "SystemExit":  # argparse prints why
        failure.message = said or failure.message
    return failure
