"""Runs the same training with both frameworks and compares the results."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from minikeras.parity import runs
from minikeras.parity.comparison import Document, compare
from minikeras.parity.examples import EXAMPLES

FRAMEWORKS = ("minikeras", "keras")
Progress = Callable[[str, dict[str, Any]], None]


def verify_example(
    name: str,
    *,
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int | None = None,
    optimizer: str = "adam",
    floatx: str | None = None,
    kernels: str | None = None,
    progress: Progress = lambda framework, event: None,
) -> Document:
    """Train a built-in example with both; they have only the seed in common."""
    runs.require("keras", "tensorflow", "sklearn")
    example = EXAMPLES[name]
    options = {
        "seed": seed,
        "epochs": example.epochs if epochs is None else epochs,
        "batch_size": example.batch_size if batch_size is None else batch_size,
        "optimizer": optimizer,
    }
    job = {"example": name, "options": options}
    about = {
        "example": name,
        **options,
        "loss": example.loss,
        "metrics": ", ".join(example.metrics),
    }
    return _verify(f"{name}. {example.title}", job, about, floatx, kernels, progress)


def verify_script(
    script: str,
    arguments: list[str],
    *,
    seed: int = 0,
    floatx: str | None = None,
    kernels: str | None = None,
    progress: Progress = lambda framework, event: None,
) -> Document:
    """Run an unmodified Keras script with both; `seed` is set before the script runs."""
    runs.require("keras", "tensorflow")
    job = {"script": script, "arguments": arguments, "seed": seed}
    about = {"script": script, "arguments": " ".join(arguments), "seed": seed}
    return _verify(Path(script).name, job, about, floatx, kernels, progress)


def _verify(
    title: str,
    job: dict[str, Any],
    about: dict[str, Any],
    floatx: str | None,
    kernels: str | None,
    progress: Progress,
) -> Document:
    """Run one after the other, so that neither slows the other down."""
    found: dict[str, runs.Run] = {}
    failed: dict[str, runs.WorkerFailed] = {}
    for framework in FRAMEWORKS:
        progress(framework, {"event": "starting"})
        try:
            found[framework] = runs.run(
                framework,
                {**job, "floatx": floatx, "kernels": kernels},
                partial(progress, framework),
            )
        except runs.WorkerFailed as failure:
            failed[framework] = failure
    if failed:  # a script that also fails under Keras says nothing about minikeras
        raise failed.get("keras") or failed["minikeras"]
    return compare(
        found["minikeras"],
        found["keras"],
        title=title,
        options={**about, "kernels": found["minikeras"].found["kernels"]},
    )
