"""`assert_matches_keras`: a test of a model in one line, in pytest or anywhere else."""

from __future__ import annotations

import os
from typing import Any

import minikeras
from minikeras import frames
from minikeras.interchange import to_keras
from minikeras.parity.lockstep import Comparison, Entry, compare

MOST = 5  # configurations and forms that a message names


@frames.filter_traceback
def assert_matches_keras(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Comparison:
    """Raise AssertionError unless minikeras and Keras compute the same with a model, step by step.

    model: a model of Keras; a model of minikeras; or a pair of both, (minikeras, Keras). Of the
        first two the counterpart is made. The model holds afterwards what it held before.
    x, y: the data. A compiled model trains on them; without y, or not compiled, it predicts.
    folder: where the reproducer is saved if they differ; None saves none.
    options: of `minikeras.parity.compare`, such as `steps`, `batch_size`, `mode` and `task`.

    Returns the comparison. The message names what differs first, how far, and the files of the
    reproducer. Rounding is no difference.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, not this one
    pair = (model, to_keras(model)) if isinstance(model, minikeras.Model) else model
    theirs = pair[1] if isinstance(pair, tuple) else pair
    trains = y is not None and getattr(theirs, "compiled", False)
    found = compare(pair, x, y, **{"task": "train" if trains else "predict", **options})
    if not found.same:
        raise AssertionError(_message(found, getattr(theirs, "name", "the model"), folder))
    return found


def _message(found: Comparison, name: str, folder: str | os.PathLike[str] | None) -> str:
    lines = [f"{name} does not match Keras: {found.verdict.reason}"]
    for what in (found.configuration, found.form, found.not_mirrored):
        lines += [f"  {text}" for text in what[:MOST] if text not in lines[0]]
        lines += [f"  ... and {len(what) - MOST} more"] if len(what) > MOST else []
    first = found.first()
    if first is not None:
        lines.append(_described(first, found.verdict.step))
    if found.reproducer and folder is not None:
        lines.append(f"  reproducer, with Keras alone: {found.reproducer.save(os.fspath(folder))}")
    return "\n".join(lines)


def _described(entry: Entry, step: int | None) -> str:
    distances = entry.distances
    shape = "×".join(map(str, entry.shape)) or "scalar"
    parts = [
        f"{distances.relative:.1e} relative",
        f"{distances.absolute:.1e} absolute",
        f"{distances.largest_ulp} ULP at most",
        f"cosine {distances.cosine:.6g}",
    ]
    return f"  step {step}, {entry.kind} {entry.name} ({shape} {entry.dtype}): {', '.join(parts)}"
