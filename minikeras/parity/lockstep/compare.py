"""``compare``: the same batches through Keras and minikeras, and every number compared."""

from __future__ import annotations

import functools
import importlib.metadata
import warnings
from collections.abc import Callable
from typing import Any

from minikeras import frames, settings, tree
from minikeras.autograd import Tensor
from minikeras.interchange import from_keras
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.parity.lockstep import batches, pairing
from minikeras.parity.lockstep.distances import distances
from minikeras.parity.lockstep.recording import Record
from minikeras.parity.lockstep.results import KINDS, Comparison, Entry, Step, Verdict

keras = Library("keras")
tensorflow = Library("tensorflow")

MODES = ("teacher-forced", "free-running")
TASKS = {"train": "train_step", "test": "test_step", "predict": "predict_step"}


@frames.filter_traceback
def compare(
    keras_model: Any,
    x: Any,
    y: Any = None,
    *,
    steps: int | None = None,
    batch_size: int | None = None,
    mode: str = "teacher-forced",
    sample_weight: Any = None,
    task: str = "train",
    shuffle: bool | str = False,
    class_weight: dict[int, float] | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> Comparison:
    """Run the same steps with Keras and minikeras, and say where they first differ, and why.

    keras_model: a model of Keras, compiled unless ``task="predict"``; or a pair ``(model of
        minikeras, model of Keras)``.  Afterwards it holds what it held before.
    x, y, sample_weight: what ``fit`` takes.
    steps: how many batches; the data are begun again if they end before.  By default one pass.
    batch_size, shuffle, class_weight: as in ``fit``; the default order is that of the data.
    mode: "teacher-forced": each step starts from Keras's weights, slots and seeds; or
        "free-running": only the first does.
    task: "train", "test" or "predict": which step of the model runs.
    custom_objects: as in ``from_keras``.

    Raises ValueError for an unknown mode or task, TypeError for what is no model, and what
    ``from_keras`` raises where a model has no counterpart here.
    """
    _check(mode=(mode, MODES), task=(task, tuple(TASKS)))
    ours, theirs = keras_model if isinstance(keras_model, tuple) else (None, keras_model)
    if not isinstance(theirs, keras.Model):
        raise TypeError(
            f"keras_model must be a model of Keras or a pair of models, received {describe(theirs)}"
        )
    how = {"batch_size": batch_size, "shuffle": shuffle, "class_weight": class_weight}
    fed = batches.keras_batches(x, y, sample_weight, steps, **how)
    if not fed:
        raise ValueError("the data hold no batch")
    pairing.build(theirs, fed[0])
    if ours is None:
        ours = from_keras(theirs, custom_objects)
    else:
        pairing.build_ours(ours, fed[0], task)
    found = Comparison(Verdict(True, ""), configuration=pairing.differences(ours, theirs))
    found.options = {"task": task, "mode": mode, "steps": len(fed), "batch_size": batch_size}
    found.versions = _versions()
    pair = pairing.Pair(ours, theirs)
    with pair.restored(), _eager(ours), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, batch in enumerate(fed, 1):
            if mode == "teacher-forced" or number == 1:
                pair.assign(0, pair.arrays(1))
            step = Step(number, batches.samples_of(batch))
            records = _run(pair, task, batch)
            step.entries = _entries(number, *records, found.form)
            found.steps.append(step)
    found.verdict = _verdict(found)
    return found


def _run(pair: pairing.Pair, task: str, batch: batches.Batch) -> tuple[Record, Record]:
    """One step of both; the records end with the variables after it."""
    method = TASKS[task]
    converted = (_tensors(batch), keras.tree.map_structure(_tf_tensor, batch, none_is_leaf=False))
    records = []
    for side, (recorder, data) in enumerate(zip(pair.recorders, converted, strict=True)):
        step: Callable[[Any], Any] = getattr(recorder.model, method)
        record = recorder.step(functools.partial(step, data))
        for held, array in zip(pair.held, pair.arrays(side), strict=True):
            record.add(held.kind, held.name, held.layer, 0, array)
        records.append(record)
    return records[0], records[1]


def _tensors(batch: Any) -> Any:
    return tree.map_structure(Tensor, batch, none_is_leaf=False)


def _tf_tensor(array: Any) -> Any:
    return tensorflow.convert_to_tensor(array)


def _entries(number: int, ours: Record, theirs: Record, form: list[str]) -> list[Entry]:
    """The distances of all that both sides noted; what only one noted is named in ``form``."""
    keys = sorted(theirs.parts, key=lambda key: KINDS.index(key[0]))
    entries = []
    for key in keys:
        kind, name, layer, call, b = theirs.parts[key]
        if key not in ours.parts:
            form.append(f"step {number}, {kind} {name}: only in Keras")
            continue
        a = ours.parts[key].array
        if a.shape != b.shape or a.dtype != b.dtype:
            forms = f"{a.dtype} {a.shape} in minikeras, {b.dtype} {b.shape} in Keras"
            form.append(f"step {number}, {kind} {name}: {forms}")
            continue
        entries.append(Entry(kind, name, layer, call, a.shape, str(a.dtype), distances(a, b)))
    more = [key for key in ours.parts if key not in theirs.parts]
    form += [f"step {number}, {kind} {name}: only in minikeras" for kind, name in more]
    return entries


def _verdict(found: Comparison) -> Verdict:
    for step in found.steps:
        for entry in step.entries:
            if entry.distances.relative > 1e-4:
                where = f"step {step.number}, {entry.kind} {entry.name}"
                return Verdict(
                    False,
                    f"differs first at {where}: {entry.distances.relative:.1e} relative",
                    "numbers",
                    step.number,
                    entry.kind,
                    entry.name,
                    entry.layer,
                )
    return Verdict(True, "same algorithm, rounding only")


class _eager:
    """Within the block both libraries run their steps as plain Python."""

    def __init__(self, ours: Any) -> None:
        self.ours = ours

    def __enter__(self) -> None:
        self.before = self.ours.run_eagerly, tensorflow.config.functions_run_eagerly()
        self.ours.run_eagerly = True
        tensorflow.config.run_functions_eagerly(True)

    def __exit__(self, *exc: object) -> None:
        self.ours.run_eagerly = self.before[0]
        tensorflow.config.run_functions_eagerly(self.before[1])


def _versions() -> dict[str, str]:
    names = ("keras", "tensorflow", "numpy")
    found = {name: importlib.metadata.version(name) for name in names}
    return {"minikeras": settings.version(), **found}


def _check(**arguments: tuple[Any, tuple[str, ...]]) -> None:
    for name, (value, allowed) in arguments.items():
        if value not in allowed:
            options = ", ".join(map(repr, allowed))
            raise ValueError(f"{name} must be one of {options}, received {describe(value)}")
