"""Runs the same training with both frameworks and compares the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from minikeras import frames
from minikeras.parity import locate as locating
from minikeras.parity import model_files, runs, users_default
from minikeras.parity.comparison import add_lockstep, compare
from minikeras.parity.examples import EXAMPLES
from minikeras.parity.result import Verification
from minikeras.types import Array

FRAMEWORKS = ("minikeras", "keras")
Progress = Callable[[str, dict[str, Any]], None]


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
    onednn: whether Keras also trains as it does without this function's settings, which switch
        TensorFlow's oneDNN off. The report then shows what that changes; the verdict stays.
    locate: whether to look into the first call that differs: the result's `location` compares its
        steps number by number. If they differ, the verdict is "different".
    steps: how many steps `locate` compares.
    progress: is called with `"minikeras"` or `"keras"` and each event of its training.

    Raises TrainingFailed if one of the trainings fails, NothingToCompare if the script trains and
    predicts nothing, BadFile if a model or its data cannot be used, and MissingRequirement if
    TensorFlow is not installed.
    """
    target = os.fspath(target)
    title, job, about = _job(
        target,
        arguments,
        data,
        seed=seed,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
    )
    job |= {"floatx": floatx, "kernels": kernels}
    found: dict[str, runs.Run] = {}
    failures: dict[str, runs.Failure] = {}
    for framework in FRAMEWORKS:  # one after the other, so that neither slows the other down
        progress(framework, {"event": "starting"})
        try:
            found[framework] = runs.run(framework, job, partial(progress, framework))
        except runs.Failure as failure:
            failures[framework] = failure
    if failures:
        raise TrainingFailed(failures)
    ours, theirs = (found[framework] for framework in FRAMEWORKS)
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


def _job(
    target: str,
    arguments: Sequence[str],
    data: str | os.PathLike[str] | None,
    *,
    seed: int,
    epochs: int | None,
    batch_size: int | None,
    optimizer: str,
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
        }
        job = {"model": target, "data": data, "options": options}
        return Path(target).name, job, {"model": target, "data": data, **options}
    script = {"script": target, "arguments": list(arguments), "seed": seed}
    about = {"script": target, "arguments": " ".join(arguments), "seed_before_the_script": seed}
    return Path(target).name, script, about
