"""Runs the same training with both frameworks and compares the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from minikeras.parity import runs
from minikeras.parity.comparison import Document, compare
from minikeras.parity.examples import EXAMPLES

FRAMEWORKS = ("minikeras", "keras")
Progress = Callable[[str, dict[str, Any]], None]


class TrainingFailed(Exception):
    """The training failed under at least one framework; `failures` says how, for each of them."""

    def __init__(self, failures: dict[str, runs.Failure]) -> None:
        self.failures = failures
        super().__init__(
            "; ".join(f"{name}: {f.type}: {f.message}" for name, f in failures.items())
        )


def verify(
    target: str,
    arguments: Sequence[str] = (),
    *,
    seed: int = 0,
    floatx: str | None = None,
    kernels: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    optimizer: str = "adam",
    progress: Progress = lambda framework, event: None,
) -> Document:
    """Train with minikeras and with Keras, each in a process of its own; returns the comparison.

    target: the file of an unmodified Keras script, or the name of a built-in example.
    arguments: of the script.
    seed: set before the script runs; it may set another.
    floatx, kernels: of both, and of minikeras.
    epochs, batch_size, optimizer: of an example; by default the example's, and Adam.

    Raises TrainingFailed, NothingToCompare, and MissingRequirement if TensorFlow is not installed.
    """
    if target in EXAMPLES:
        runs.require("keras", "tensorflow", "sklearn")
        example = EXAMPLES[target]
        options = {
            "seed": seed,
            "epochs": example.epochs if epochs is None else epochs,
            "batch_size": example.batch_size if batch_size is None else batch_size,
            "optimizer": optimizer,
        }
        title = f"{target}. {example.title}"
        job: dict[str, Any] = {"example": target, "options": options}
        metrics = ", ".join(example.metrics)
        about = {"example": target, **options, "loss": example.loss, "metrics": metrics}
    else:
        runs.require("keras", "tensorflow")
        title = Path(target).name
        job = {"script": target, "arguments": list(arguments), "seed": seed}
        about = {"script": target, "arguments": " ".join(arguments)}
        about["seed_before_the_script"] = seed
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
    return compare(ours, theirs, title=title, options={**about, "kernels": ours.found["kernels"]})
