"""Trains with one framework in this process and sends the results to the parent process.

`runs.run` starts it with a job in JSON. Events are lines of JSON on standard output; arrays are
saved in `arrays.npz` in the folder of the job. The output of the training itself is redirected to
standard error, which the parent prints if the job fails.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import io
import json
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from minikeras.parity import examples, stand_in
from minikeras.types import Array

DISTRIBUTIONS = {
    "minikeras": ["minikeras-reference", "numpy", "numba"],
    "keras": ["keras", "tensorflow", "numpy"],
}
# 45/45 - 0s - 6ms/step - loss: 0.2 ...: the group is the part after the timings
EPOCH_LINE = re.compile(r"^\d+/\d+ - \d+\w* - (?:[\d.]+\w+/step - )?(.+)$", re.MULTILINE)


def main(framework: str, job: dict[str, Any], import_seconds: float) -> None:
    """Do `job` with the already imported `framework` and send what happened."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # from here on, the output of the training goes to standard error

    keras = importlib.import_module(framework)
    # The settings file of the user may have changed these.
    keras.config.set_floatx(job["floatx"] or "float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    if job["kernels"] and framework == "minikeras":
        keras.config.set_kernels(job["kernels"])
    recorder = Recorder(keras, lambda **event: print(json.dumps(event), file=channel))
    recorder.send(event="started", seconds=import_seconds)
    with recorder.recording():
        if "example" in job:
            examples.train(keras, job["example"], **job["options"])
        else:
            if framework == "minikeras":
                stand_in.install()
            keras.utils.set_random_seed(job["seed"])  # for scripts that set none
            try:
                recorder.find_models(stand_in.run_script(job["script"], job["arguments"]))
            except SystemExit as stop:
                if stop.code not in (None, 0):
                    raise
    recorder.finish(Path(job["folder"]))
    recorder.send(
        event="finished",
        floatx=keras.config.floatx(),
        kernels=keras.config.kernels() if framework == "minikeras" else None,
        import_seconds=import_seconds,
        versions={
            "python": platform.python_version(),
            **{name: _version(name) for name in DISTRIBUTIONS[framework]},
        },
        fits=recorder.fits,
        evaluations=recorder.evaluations,
        models=[model.described for model in recorder.models],
    )


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed as a package"


@dataclass
class Recorded:
    """A model with its weights before training, and its description at the end."""

    model: Any
    initial: list[Array]
    described: dict[str, Any] = field(default_factory=dict)


def _weights(model: Any) -> list[Array]:
    return [np.array(weight.numpy()) for weight in model.weights]


def _numbers(logs: dict[str, Any]) -> dict[str, float]:
    """Python floats; a metric with several values gets a name for each: `f1[0]`, `f1[1]`."""
    found: dict[str, float] = {}
    for name, value in logs.items():
        entries = np.ravel(np.asarray(value, "float64")).tolist()
        names = [name] if len(entries) == 1 else [f"{name}[{i}]" for i in range(len(entries))]
        found.update(zip(names, entries))
    return found


class Recorder:
    """Replaces methods of `keras.Model` to record the results of every `fit` and `evaluate`."""

    def __init__(self, keras: Any, send: Callable[..., None]) -> None:
        self.keras = keras
        self.send = send
        self.fits: list[dict[str, Any]] = []
        self.evaluations: list[dict[str, Any]] = []
        self.models: list[Recorded] = []
        self.busy = False  # inside fit or evaluate; the calls that these make are not recorded

    @contextmanager
    def recording(self) -> Iterator[None]:
        model = self.keras.Model
        hooks = {"fit": self._fit, "evaluate": self._evaluate, "train_on_batch": self._call}
        originals = {name: model.__dict__.get(name) for name in hooks}
        for name, record in hooks.items():
            setattr(model, name, self._hook(getattr(model, name), record))
        try:
            yield
        finally:
            for name, method in originals.items():
                delattr(model, name) if method is None else setattr(model, name, method)

    def _hook(self, method: Callable[..., Any], record: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def hooked(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.busy:
                return method(model, *args, **kwargs)
            self.busy = True
            try:
                return record(method, self._record_of(model), args, kwargs)
            finally:
                self.busy = False

        return hooked

    def _record_of(self, model: Any, trained: bool = False) -> Recorded:
        for recorded in self.models:
            if recorded.model is model:
                return recorded
        self.models.append(Recorded(model, [] if trained else _weights(model)))
        return self.models[-1]

    def _call(self, method: Any, recorded: Recorded, args: Any, kwargs: Any) -> Any:
        return method(recorded.model, *args, **kwargs)

    def _fit(self, method: Any, recorded: Recorded, args: Any, kwargs: Any) -> Any:
        call = inspect.signature(method).bind(recorded.model, *args, **kwargs)
        watcher = _watcher(self.keras, self.send, recorded)
        given = call.arguments.get("callbacks") or []
        if isinstance(given, self.keras.callbacks.CallbackList):
            given.append(watcher)
        else:
            given = [*given, watcher] if isinstance(given, list | tuple) else [given, watcher]
            call.arguments["callbacks"] = given
        printed = _Copied(sys.stdout)
        with redirect_stdout(printed):
            history = method(*call.args, **call.kwargs)
        columns = {name: iter(values) for name, values in history.history.items()}
        logs = [
            _numbers({name: next(columns[name]) for name in names if name in columns})
            for names in watcher.names  # with validation_freq not every epoch has every name
        ]
        self.fits.append(
            {
                "model": recorded.model.name,
                "epochs": [int(epoch) for epoch in history.epoch],
                "logs": logs,
                "lines": EPOCH_LINE.findall(printed.copy.getvalue())
                or [epoch_line(log) for log in logs],
                "first_epoch_seconds": watcher.first,
                "epoch_seconds": watcher.seconds,
                "steps": watcher.params.get("steps"),
            }
        )
        return history

    def _evaluate(self, method: Any, recorded: Recorded, args: Any, kwargs: Any) -> Any:
        result = method(recorded.model, *args, **kwargs)
        logs = result if isinstance(result, dict) else recorded.model.get_metrics_result()
        self.evaluations.append({"model": recorded.model.name, "result": _numbers(logs)})
        return result

    def find_models(self, variables: dict[str, Any]) -> None:
        """Add the models among the global variables of a script that trains them without `fit`."""
        for value in variables.values():
            if isinstance(value, self.keras.Model):
                self._record_of(value, trained=True)

    def finish(self, folder: Path) -> None:
        """Save the initial and final weights of every model, and describe them."""
        arrays: dict[str, Any] = {}
        for index, recorded in enumerate(self.models):
            final = _weights(recorded.model)
            recorded.described = {
                "name": recorded.model.name,
                "class": type(recorded.model).__name__,
                "paths": [weight.path for weight in recorded.model.weights],
            }
            for stage, weights in (("initial", recorded.initial), ("final", final)):
                arrays.update({f"{index}/{stage}/{i}": w for i, w in enumerate(weights)})
        np.savez(folder / "arrays.npz", **arrays)


def epoch_line(log: dict[str, float]) -> str:
    """The line that `verbose=2` prints for `log`, without the times."""
    return " - ".join(
        f"{name}: {value:.4f}" if value > 1e-3 else f"{name}: {value:.4e}"
        for name, value in sorted(log.items(), key=lambda item: (item[0].startswith("val_"), item))
    )


def _watcher(keras: Any, send: Callable[..., None], recorded: Recorded) -> Any:
    class Watcher(keras.callbacks.Callback):  # type: ignore[misc]  # keras is Any
        """Sends an event after each epoch and measures its time, without validation."""

        def __init__(self) -> None:
            super().__init__()
            self.called = time.perf_counter()
            self.first: float | None = None  # seconds from the call of `fit` to the end of an epoch
            self.seconds: list[float] = []
            self.names: list[list[str]] = []
            self.begun: float | None = None

        def on_train_begin(self, logs: Any = None) -> None:
            if not recorded.initial:  # `fit` has just built the model
                recorded.initial = _weights(recorded.model)
            send(event="fit", model=recorded.model.name, epochs=self.params.get("epochs"))

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.begun = time.perf_counter()

        def on_test_begin(self, logs: Any = None) -> None:
            self._stop()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self._stop()
            self.names.append(list(logs or {}))
            loss = (logs or {}).get("loss")
            send(event="epoch", epoch=epoch, loss=None if loss is None else float(loss))

        def _stop(self) -> None:
            if self.begun is not None:
                self.first = self.first or time.perf_counter() - self.called
                self.seconds.append(time.perf_counter() - self.begun)
                self.begun = None

    return Watcher()


class _Copied(io.TextIOBase):
    """Writes to a stream and to a copy."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.copy = io.StringIO()

    def write(self, text: str) -> int:
        self.copy.write(text)
        return self.stream.write(text)

    def flush(self) -> None:
        self.stream.flush()
