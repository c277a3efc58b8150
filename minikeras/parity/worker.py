"""Does a job with one framework in this process and sends the results to the parent process.

The job is a training, which is recorded, or looking into one of its calls with both frameworks.

`runs.run` starts it with a job in JSON. Events are lines of JSON on standard output; arrays are
saved in `arrays.npz` in the folder of the job. The output of the training itself is redirected to
standard error, of which the parent shows the end if the script stops with an exit code.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from minikeras.parity import capturing, locate, stand_in
from minikeras.parity.hooks import RecorderFailed
from minikeras.parity.recorder import Recorder
from minikeras.types import Array

DISTRIBUTIONS = {
    "minikeras": ["minikeras-reference", "numpy", "numba"],
    "keras": ["keras", "numpy"],
}


def main(framework: str, job: dict[str, Any], import_seconds: float) -> None:
    """Do `job` with the already imported `framework` and send what happened."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # from here on, the output of the training goes to standard error

    def send(**event: Any) -> None:
        channel.write(json.dumps(event) + "\n")  # at once: another thread may send too

    keras = importlib.import_module(framework)
    _configure(keras, job)
    if framework == "minikeras":
        announce: Any = importlib.import_module("minikeras.kernels.runtime.announce")
        announce.say = lambda text: send(event="said", text=text)
    send(event="started", seconds=import_seconds)
    try:
        if "locate" in job:  # both frameworks, in this process
            _configure(importlib.import_module("minikeras"), job)
            found, arrays = locate.in_worker(job)
        else:
            found, arrays = _recorded(keras, job, send)
    except (Exception, SystemExit, RecorderFailed) as error:
        failure = _failure(error, job.get("script"))
        internal = "example" in job or isinstance(error, RecorderFailed)
        send(event="failed", **failure, internal=internal)  # internal: no fault of the user's files
        sys.exit(1)
    named: Any = arrays  # numpy's stub takes them for its own arguments
    np.savez(Path(job["folder"]) / "arrays.npz", **named)
    backend = [keras.backend.backend()] if framework == "keras" else []
    send(
        event="finished",
        floatx=keras.config.floatx(),
        kernels=keras.config.kernels() if framework == "minikeras" else None,
        import_seconds=import_seconds,
        versions={
            "python": platform.python_version(),
            **{name: _version(name) for name in [*DISTRIBUTIONS[framework], *backend]},
        },
        **found,
    )


def _configure(keras: Any, job: dict[str, Any]) -> None:
    """The settings file of the user may have changed these."""
    keras.config.set_floatx(job["floatx"] or "float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    if job["kernels"] and keras.__name__ == "minikeras":
        keras.config.set_kernels(job["kernels"])


def _recorded(
    keras: Any, job: dict[str, Any], send: Callable[..., None]
) -> tuple[dict[str, Any], dict[str, Array]]:
    recorder = Recorder(keras, send)
    if "script" in job and keras.__name__ == "minikeras":
        stand_in.install()
    with recorder.recording():
        try:
            capturing.run_program(keras, job)
        except SystemExit as stop:
            if "script" not in job or stop.code not in (None, 0):
                raise
    return recorder.finish()


def _failure(error: BaseException, script: str | None) -> dict[str, Any]:
    """An error as the user should see it: its type, its message, and the line of the script."""
    place = line = ""
    frames = stand_in.frames_of(error, script or "")
    if isinstance(error, SyntaxError) and error.filename:
        place, line = f"{Path(error.filename).name}, line {error.lineno}", error.text or ""
    elif frames:
        last = [frame for frame in frames if frame.filename == script][-1]
        place, line = f"{Path(last.filename).name}, line {last.lineno}", last.line or ""
    message = "\n".join([str(error), *getattr(error, "__notes__", ())])
    return {
        "type": type(error).__name__,
        "message": re.sub(r"\x1b\[\d*m", "", message),  # Keras writes parts in bold
        "place": place,
        "line": line.strip(),
        "traceback": "".join(traceback.format_exception(error)),
    }


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed as a package"
