"""Runs the same training with both frameworks and compares the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from minikeras import frames
from minikeras.messages import describe
from minikeras.parity import locate as locating
from minikeras.parity import model_files, runs, users_default
from minikeras.parity.comparison import add_lockstep, compare
from minikeras.parity.examples import EXAMPLES
from minikeras.parity.result import Verification
from minikeras.types import Array

BACKENDS = ("tensorflow", "jax", "torch")
FRAMEWORKS = ("minikeras", "keras")
Progress = Callable[[str, dict[str, Any]], None]


class BadBackend(ValueError):
    """A backend that is unknown, or that something was asked of which it cannot do."""


class TrainingFailed(Exception):
    """The training failed under at least one framework; `failures` says how, for each of them."""

    def __init__(self, failures: dict[str, runs.Failure]) -> None:
        self.failures = failures
        super().__init__(
            "; ".join(f"{name}: {f.type}: {f.message}" for name, f in failures.items())
        )


@frames.filter_traceback
def verify(
    target: str | os.PathLike[str],
    arguments: Sequence[str] = (),
    *,
    data: str | os.PathLike[str] | None = None,
    seed: int = 0,
    floatx: str | None = None,
    kernels: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    optimizer: str = "adam",
    backend: str = "tensorflow",
    onednn: bool = False,
    locate: bool = False,
    steps: int = locating.STEPS,
    progress: Progress = lambda framework, event: None,
) -> Verification:
    """Train with minikeras and with Keras, each in a process of its own, and compare everything.

    target: the file of an unmodified Keras script; the name of a built-in example; or a model in a
        `.keras` or `.h5` file, which then predicts, evaluates and trains on `data`.
    arguments: of the script.
    data: the `.npz` file for a model: arrays x, y, sample_weight. Without y it only predicts.
    seed: set before the script runs; it may set another.
    floatx, kernels: `"float32"` or `"float64"` for both; `"reference"` or `"fast"` for minikeras.
    epochs, batch_size: of an example or a model; by default the example's, and 1 and 32.
    optimizer: of an example: `"adam"`, `"sgd"` or `"rmsprop"`.
    backend: of Keras: `"tensorflow"`, or for a model `"jax"` or `"torch"`. These draw other random
        numbers, so the batches are not shuffled, and a model with random layers is not trained.
    onednn: whether Keras also trains as it does without this function's settings, which switch
        TensorFlow's oneDNN off. The report then shows what that changes; the verdict stays.
    locate: whether to look into the first call that differs: the result's `location` compares its
        steps number by number. If they differ, the verdict is "different".
    steps: how many steps `locate` compares.
    progress: is called with `"minikeras"` or `"keras"` and each event of its training.

    Raises BadBackend, a ValueError, if `target`, `onednn` or `locate` does not go with `backend`;
    TrainingFailed if one of the trainings fails, NothingToCompare if the script trains and
    predicts nothing, BadFile if a model or its data cannot be used, and MissingRequirement if
    TensorFlow is not installed.
    """
    target = os.fspath(target)
    _check_backend(target, backend, onednn=onednn, locate=locate)
    title, job, about = job_of(
        target,
        arguments,
        data,
        seed=seed,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        backend=backend,
    )
    job |= {"floatx": floatx, "kernels": kernels}
    found: dict[str, runs.Run] = {}
    failures: dict[str, runs.Failure] = {}
    for framework in FRAMEWORKS:  # one after the other, so that neither slows the other down
        progress(framework, {"event": "starting"})
        try:
            environment = {"KERAS_BACKEND": backend}
            found[framework] = runs.run(framework, job, partial(progress, framework), environment)
        except runs.Failure as failure:
            failures[framework] = failure
    if failures:
        raise TrainingFailed(failures)
    ours, theirs = (found[framework] for framework in FRAMEWORKS)
    if backend != "tensorflow":
        _widen_integers(ours, theirs)
    document = compare(
        ours, theirs, title=title, options={**about, "kernels": ours.found["kernels"]}
    )
    document["users_default"] = users_default.measure(job, theirs) if onednn else None
    document["location"] = None
    arrays: dict[str, Array] = {}
    if locate and (label := locating.first_difference(document)):
        progress("keras", {"event": "locating", "call": label})
        document["location"], arrays = locating.step_through(job, document, label, steps)
        add_lockstep(document["verdict"], document["location"])
    return Verification(document, arrays)


def _widen_integers(ours: runs.Run, theirs: runs.Run) -> None:
    """Give counters the dtype that they have here: other backends count in int32."""
    for name, array in theirs.arrays.items():
        other = ours.arrays.get(name)
        if other is not None and other.dtype.kind == array.dtype.kind == "i":
            theirs.arrays[name] = array.astype(other.dtype)


def _check_backend(target: str, backend: str, **only_tensorflow: bool) -> None:
    if backend not in BACKENDS:
        expected = ", ".join(map(repr, BACKENDS))
        raise BadBackend(f"backend must be one of {expected}, received {describe(backend)}")
    if backend == "tensorflow":
        return
    if not target.endswith(model_files.SUFFIXES):
        raise BadBackend(
            f"backend={backend!r} needs a model in a file, because it draws other initial weights "
            f"than minikeras; received {describe(target)}"
        )
    for name, wanted in only_tensorflow.items():
        if wanted:
            raise BadBackend(f"{name} is for the backend 'tensorflow', received {backend!r}")
    runs.require(backend, extra="bench")


def job_of(
    target: str,
    arguments: Sequence[str],
    data: str | os.PathLike[str] | None,
    *,
    seed: int,
    epochs: int | None,
    batch_size: int | None,
    optimizer: str,
    backend: str,
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The title of the report, the job of the workers, and what the report says about it."""
    if target in EXAMPLES:
        runs.require("keras", "tensorflow", "sklearn")
        example = EXAMPLES[target]
        options = {
            "seed": seed,
            "epochs": example.epochs if epochs is None else epochs,
            "batch_size": example.batch_size if batch_size is None else batch_size,
            "optimizer": optimizer,
        }
        metrics = ", ".join(example.metrics)
        about = {"example": target, **options, "loss": example.loss, "metrics": metrics}
        return f"{target}. {example.title}", {"example": target, "options": options}, about
    runs.require("keras", "tensorflow")
    if target.endswith(model_files.SUFFIXES):
        if data is None:
            raise model_files.BadFile(
                f"a model needs data: data=None for {target!r}, expected .npz"
            )
        data = os.fspath(data)
        model_files.check_model(target)
        model_files.read_data(data)
        options = {
            "seed": seed,
            "epochs": model_files.EPOCHS if epochs is None else epochs,
            "batch_size": model_files.BATCH_SIZE if batch_size is None else batch_size,
            "backend": backend,
        }
        job = {"model": target, "data": data, "options": options}
        return Path(target).name, job, {"model": target, "data": data, **options}
    script = {"script": target, "arguments": list(arguments), "seed": seed}
    about = {"script": target, "arguments": " ".join(arguments), "seed_before_the_script": seed}
    return Path(target).name, script, about
