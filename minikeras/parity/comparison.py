"""Compares two runs: every difference, and whether all are within the tolerance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras.parity.distance import relative_difference, ulp_distance
from minikeras.parity.runs import Run
from minikeras.types import Array

# Of the loss and every metric. In float32 the order of summation changes the rounding, and training
# amplifies this; so the lines of verbose=2 are compared first.
RELATIVE_TOLERANCE = {"float64": 1e-10, "float32": 1e-5}

Document = dict[str, Any]


class NothingToCompare(Exception):
    """Neither run called fit or evaluate, or made a model."""


def compare(ours: Run, theirs: Run, **about: Any) -> Document:
    """The comparison of two runs in types of JSON; `about` is added unchanged."""
    floatx = theirs.found["floatx"]
    problems: list[str] = []
    fits = [
        _compare_fit(a, b, floatx, problems, f"fit {number}")
        for number, a, b in _pairs(ours, theirs, "fits", problems)
    ]
    evaluations = [
        {
            "model": b["model"],
            "metrics": _compare_logs(a["result"], b["result"], floatx, problems, "evaluate"),
        }
        for _, a, b in _pairs(ours, theirs, "evaluations", problems)
    ]
    models = [
        _compare_model(ours, theirs, number - 1, problems)
        for number, _, _ in _pairs(ours, theirs, "models", problems)
    ]
    return {
        **about,
        "floatx": floatx,
        "verdict": _judge(floatx, fits, evaluations, models, problems),
        "fits": fits,
        "evaluations": evaluations,
        "models": models,
        "times": {run.framework: _times(run) for run in (ours, theirs)},
        "versions": {run.framework: run.found["versions"] for run in (ours, theirs)},
    }


def _pairs(
    ours: Run, theirs: Run, what: str, problems: list[str]
) -> Iterable[tuple[int, dict[str, Any], dict[str, Any]]]:
    our_items, their_items = ours.found[what], theirs.found[what]
    if len(our_items) != len(their_items):
        problems.append(f"{len(our_items)} {what} in {ours.framework}, {len(their_items)} in keras")
    return [(number, a, b) for number, (a, b) in enumerate(zip(our_items, their_items), start=1)]


def _compare_fit(
    ours: dict[str, Any], theirs: dict[str, Any], floatx: str, problems: list[str], what: str
) -> Document:
    if ours["epochs"] != theirs["epochs"]:
        problems.append(f"{what} ran epochs {ours['epochs']}, keras {theirs['epochs']}")
    rows = [
        {
            "epoch": epoch + 1,
            "metrics": _compare_logs(a, b, floatx, problems, f"{what}, epoch {epoch + 1}"),
        }
        for epoch, a, b in zip(theirs["epochs"], ours["logs"], theirs["logs"])
    ]
    return {
        "model": theirs["model"],
        "metrics": sorted({name for row in rows for name in row["metrics"]}, key=_reading_order),
        "epochs": rows,
        "lines": {"minikeras": ours["lines"], "keras": theirs["lines"]},
        "same_lines": ours["lines"] == theirs["lines"],
    }


def _reading_order(name: str) -> tuple[bool, str]:
    return name.startswith("val_"), name


def _compare_logs(
    ours: dict[str, float], theirs: dict[str, float], floatx: str, problems: list[str], what: str
) -> Document:
    for name in sorted(ours.keys() ^ theirs.keys()):
        problems.append(f"{what}: only {'minikeras' if name in ours else 'keras'} has {name!r}")
    dtype = floatx if floatx in RELATIVE_TOLERANCE else "float32"
    return {
        name: {
            "minikeras": ours[name],
            "keras": theirs[name],
            "relative": float(relative_difference(ours[name], theirs[name])),
            "ulp": int(ulp_distance(ours[name], theirs[name], dtype)),
        }
        for name in sorted(ours.keys() & theirs.keys(), key=_reading_order)
    }


def _compare_model(ours: Run, theirs: Run, index: int, problems: list[str]) -> Document:
    described = theirs.found["models"][index]
    name, paths = described["name"], described["paths"]
    if ours.found["models"][index]["paths"] != paths:
        problems.append(
            f"model {name!r} has variables {ours.found['models'][index]['paths']}, keras {paths}"
        )
    stages = {}
    for stage in ("initial", "final"):
        sides = [run.weights(index, stage) for run in (ours, theirs)]
        shapes = [[(list(w.shape), str(w.dtype)) for w in side] for side in sides]
        if shapes[0] != shapes[1]:
            problems.append(f"model {name!r}: {stage} weights {shapes[0]}, keras {shapes[1]}")
            sides = [[], []]
        stages[stage] = [_compare_weights(a, b) for a, b in zip(*sides)]
    return {
        "name": name,
        "class": described["class"],
        "variables": [
            {"path": path, "shape": list(final.shape), "dtype": str(final.dtype)}
            | {stage: found[i] for stage, found in stages.items() if i < len(found)}
            for i, (path, final) in enumerate(zip(paths, theirs.weights(index, "final")))
        ],
    }


def _compare_weights(a: Array, b: Array) -> Document:
    """Largest |a − b|, the same relative to the largest |b|, largest ULP distance."""
    if a.size == 0 or a.dtype.kind != "f":
        equal = bool(np.array_equal(a, b))
        return {
            "absolute": 0.0,
            "relative": 0.0 if equal else math.inf,
            "ulp": 0 if equal else None,
        }
    absolute = float(np.max(np.abs(np.subtract(a, b, dtype="float64"))))
    size = float(np.max(np.abs(b)))
    return {
        "absolute": absolute,
        "relative": absolute / size if size else (math.inf if absolute else 0.0),
        "ulp": int(np.max(ulp_distance(a, b))),
    }


def _judge(
    floatx: str,
    fits: list[Document],
    evaluations: list[Document],
    models: list[Document],
    problems: list[str],
) -> Document:
    curves = _relative(row["metrics"] for fit in fits for row in fit["epochs"])
    results = _relative(evaluation["metrics"] for evaluation in evaluations)
    judged, differences = "loss and metrics", curves + results
    if not differences and not problems:
        judged = "final weights"
        differences = _relative(
            {stage: found for stage, found in variable.items() if stage == "final"}
            for model in models
            for variable in model["variables"]
        )
        if not differences:
            raise NothingToCompare("the script made no model and called neither fit nor evaluate")
    # max() ignores a NaN that is not the first item; np.max returns it.
    worst = float(np.max(differences)) if differences else math.inf
    tolerance = RELATIVE_TOLERANCE.get(floatx, RELATIVE_TOLERANCE["float32"])
    same_lines = all(fit["same_lines"] for fit in fits) if fits else None
    by_text = bool(same_lines) and floatx != "float64" and max(results, default=0.0) <= tolerance
    within = not problems and (by_text or worst <= tolerance)
    if problems:
        reason = "the two runs differ in form: " + "; ".join(problems[:5])
    elif by_text:
        reason = (
            "the epoch lines printed by fit(verbose=2) are identical except for the timings "
            f"(largest relative difference of {judged}: {worst:.1e})"
        )
    else:
        reason = (
            f"largest relative difference of {judged}: {worst:.1e}, "
            f"{'at most' if within else 'not within'} {tolerance:g}"
        )
    return {
        "within": within,
        "reason": reason,
        "judged": judged,
        "largest_relative_difference": worst,
        "tolerance": tolerance,
        "same_lines": same_lines,
        "problems": problems,
    }


def _relative(results: Iterable[Document]) -> list[float]:
    return [found["relative"] for result in results for found in result.values()]


def _times(run: Run) -> dict[str, float | None]:
    return {
        "import": run.found["import_seconds"],
        "first_epoch": run.first_epoch_seconds,
        "step": run.step_seconds,
    }
