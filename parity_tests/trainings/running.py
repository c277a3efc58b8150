"""Run a drawn training in one library, and compare what two libraries made of it."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from parity_tests.trainings.arguments import build
from parity_tests.trainings.drawing import Training

_TIMES = re.compile(r" - \d+(?:ms|us|s)(?:/step| - \d+(?:ms|us|s)/step)?")


@dataclass
class Outcome:
    """What a training gives: all numbers by name, in the order in which they arise."""

    history: dict[str, Any]
    text: str
    weights: dict[str, Any]
    slots: dict[str, Any]
    predictions: list[Any]


@contextlib.contextmanager
def fresh(library: Any, training: Training) -> Any:
    """Names, dtypes and random streams as at the start of a script."""
    library.utils.clear_session(free_memory=False)
    library.config.set_floatx(training.floatx)
    library.config.set_dtype_policy(training.floatx)
    library.utils.set_random_seed(training.seed)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        library.config.set_floatx("float32")
        library.config.set_dtype_policy("float32")


def run(library: Any, training: Training) -> Outcome:
    history: dict[str, Any] = {}
    printed = io.StringIO()
    with fresh(library, training):
        model = training.compiled(library)
        x, y = training.data()
        with contextlib.redirect_stdout(printed):
            for i, options in enumerate(training.fits):
                for name, values in _fit(library, model, training, x, y, options).items():
                    history[f"fit {i} {name}"] = np.asarray(values)
            options = {"batch_size": training.batch_size, "verbose": 0}
            evaluated = model.evaluate(x, y, return_dict=True, **options)
            history |= {f"evaluate {k}": np.asarray(v) for k, v in evaluated.items()}
            predictions = model.predict(x, **options)
            several = predictions if isinstance(predictions, list) else [predictions]
        return Outcome(
            history,
            _TIMES.sub("", printed.getvalue()),
            {v.path: np.array(v) for v in model.variables if "seed" not in v.path},
            {v.path: np.array(v) for v in model.optimizer.variables},
            [np.asarray(p) for p in several],
        )


def _fit(
    library: Any, model: Any, training: Training, x: Any, y: Any, options: dict[str, Any]
) -> Any:
    options = build(library, options)
    size = training.batch_size
    weights = None
    if options.pop("sample_weight", False):
        weights = np.random.RandomState(1).uniform(0, 2, len(x)).astype(training.floatx)
    if options.pop("validation_data", False):
        options["validation_data"] = _rows((x, y), slice(9))
    parts = [slice(i, i + size) for i in range(0, len(x), size)]
    batches = [_rows((x, y) if weights is None else (x, y, weights), part) for part in parts]
    if training.batches == "arrays":
        return model.fit(x, y, size, verbose=2, sample_weight=weights, **options).history
    if training.batches == "generator":
        generator = (batch for batch in batches)
        options |= {"steps_per_epoch": 1, "epochs": len(batches)}
        for name in ("validation_split", "class_weight", "shuffle", "sample_weight"):
            options.pop(name, None)  # only for arrays
        return model.fit(generator, verbose=2, **options).history
    logs = [model.train_on_batch(*batch, return_dict=True) for batch in batches]
    return {name: [log[name] for log in logs] for name in logs[0]}


def _rows(data: Any, part: slice) -> Any:
    if isinstance(data, list | tuple):
        return type(data)(_rows(d, part) for d in data)
    return data[part]


def equal(a: Any, b: Any) -> bool:
    """Whether two arrays have the same bits; any NaN equals any other, and -0 is 0."""
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)


def distance(a: Any, b: Any) -> float:
    """The largest difference of two arrays, of the largest number of the second (at least 1).

    0 if they are bit-equal, ∞ if their shapes or dtypes differ.
    """
    if equal(a, b):
        return 0.0
    if a.shape != b.shape or a.dtype != b.dtype:
        return np.inf
    a, b = a.astype("float64"), b.astype("float64")
    size = max(1.0, float(np.max(np.abs(b), initial=0, where=np.isfinite(b))))
    with np.errstate(all="ignore"):
        difference = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.abs(a - b))
    worst = float(np.max(np.where(np.isnan(difference), np.inf, difference)))
    return worst / size


def differences(ours: Outcome, theirs: Outcome) -> dict[str, float]:
    """What is not bit-equal, by name, with its distance; ∞ where one of the two is missing."""
    found: dict[str, float] = {}
    for part in ("history", "weights", "slots"):
        a, b = getattr(ours, part), getattr(theirs, part)
        for name in {**a, **b}:
            far = distance(a[name], b[name]) if name in a and name in b else np.inf
            found[f"{part}: {name}"] = far
    for i, (p, t) in enumerate(zip(ours.predictions, theirs.predictions, strict=True)):
        found[f"predictions {i}"] = distance(p, t)
    found["text"] = 0.0 if ours.text == theirs.text else np.inf
    return {name: far for name, far in found.items() if far}
