"""Looks into the first call of a program that differs: lockstep, step by step.

A process of its own runs the program up to that call, under Keras and then under minikeras, and
feeds both models the same batches.  A loop that the program writes itself runs under both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from minikeras.optional import Library
from minikeras.parity import runs, stand_in, users_default
from minikeras.parity.capturing import Call, both, run_program
from minikeras.parity.comparison import Document
from minikeras.parity.lockstep import Comparison, Distances, Entry, Step, Verdict, compare
from minikeras.parity.lockstep.loops import Ended, LoopRecorder, compare_loops
from minikeras.parity.lockstep.results import Opinion, Reproducer
from minikeras.parity.lockstep.watched import keras_side, our_side
from minikeras.tensorflow import control
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")

STEPS = 20
REPRODUCERS = 4  # of the largest differences
LOOP = "loop"  # in place of a call: the training loop of the program itself
TASKS = {
    "fit": "train",
    "train_on_batch": "train",
    "evaluate": "test",
    "test_on_batch": "test",
    "predict": "predict",
}


def first_difference(document: Document) -> str | None:
    """The label of the call to look into, such as `fit 2`; None if the program makes no call.

    It is the first that differs by more than the tolerance, else the first that differs, else the
    first.  A training loop of the program itself comes before what evaluates and predicts.
    """
    verdict = document["verdict"]
    loop = document.get("loops", False)
    calls = []
    for what, tolerance in (("fits", "tolerance"), ("evaluations", "tolerance")):
        for entry in document[what]:
            rows = entry["epochs"] if what == "fits" else [entry]
            apart = [found["relative"] for row in rows for found in row["metrics"].values()]
            calls.append((entry["label"], max(apart, default=0.0), verdict[tolerance]))
    for index, entry in enumerate(document["predictions"]):
        apart = [found["final"]["relative"] for found in entry["variables"] if found["final"]]
        label = f"predict {index + 1}" if index else "predict"
        calls.append((label, max(apart, default=0.0), verdict["weight_tolerance"]))
    outside = [label for label, relative, tolerance in calls if relative > tolerance]
    unequal = [label for label, relative, _ in calls if relative]
    found = next(iter([*outside, *unequal, *(label for label, *_ in calls)]), None)
    in_fit = any(found == fit["label"] for fit in document["fits"])
    return LOOP if loop and not (in_fit and unequal) else found


def step_through(
    job: dict[str, Any], document: Document, label: str, steps: int
) -> tuple[Document, dict[str, Array]]:
    """Compare `steps` steps of a call; returns what was found and the arrays of the reproducer.

    An error is part of what was found. If only the user's own setting of TensorFlow differs, Keras
    has that setting.
    """
    default = document["users_default"]
    as_user = bool(document["verdict"]["same"] and default and not default["same"])
    about: Document = {"call": label, "as_user": as_user, "error": None}
    about |= {"forced": None, "free": None}
    method, _, number = label.partition(" ")
    task = {"method": method, "index": int(number or 1) - 1, "steps": steps}
    environment = users_default.environment() if as_user else {}
    try:
        run = runs.run("keras", {**job, "locate": task}, environment=environment)
    except runs.Failure as failure:
        return about | {"error": f"{failure.type}: {failure.message}"}, {}
    return about | {"forced": run.found["forced"], "free": run.found["free"]}, run.arrays


def in_worker(job: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Both comparisons, teacher-forced and free-running, in types of JSON; reproducer's arrays."""
    task = job["locate"]
    if task["method"] == LOOP:
        return _found(*(_loops(job, task["steps"], m) for m in ("teacher-forced", "free-running")))
    ours, theirs = both(job, task["method"], task["index"])
    options = _options(theirs) | {"steps": task["steps"], "task": TASKS[task["method"]]}
    pair = ours.model, theirs.model
    forced = compare(pair, **options, reproducers=REPRODUCERS)
    free = compare(pair, **options, mode="free-running") if options["task"] == "train" else None
    return _found(forced, free)


def _found(forced: Comparison, free: Comparison | None) -> tuple[dict[str, Any], dict[str, Array]]:
    arrays = forced.arrays()
    return {"forced": forced.to_json(), "free": free.to_json() if free else None}, arrays


def _loops(job: dict[str, Any], steps: int, mode: str) -> Comparison:
    """The steps of the loops that a program writes itself."""
    watched = our_side(), keras_side()

    def run(side: int, recorder: LoopRecorder) -> None:
        library = watched[side].library
        library.utils.clear_session()  # the program begins anew with the names of layers
        where = nullcontext() if side else stand_in.installed(job.get("script"))
        with where, recorder.watching(), suppress(Ended, SystemExit):
            run_program(library, job)

    with _run_eagerly(control), _run_eagerly(tensorflow.config):
        return compare_loops((partial(run, 0), partial(run, 1)), watched, steps, mode)


@contextmanager
def _run_eagerly(config: Any) -> Iterator[None]:
    """Within the block, functions of ``tf.function`` round as eager operations do.

    config: `tensorflow.config`, or what has its functions in the stand-in.
    """
    before = config.functions_run_eagerly()
    config.run_functions_eagerly(True)
    try:
        yield
    finally:
        config.run_functions_eagerly(before)


def _options(call: Call) -> dict[str, Any]:
    """The data and the options of a captured call, as `compare` takes them."""
    given = call.arguments
    names = ("x", "y", "sample_weight", "batch_size", "class_weight")
    options = {name: given[name] for name in names if given.get(name) is not None}
    if call.method == "fit":
        options["shuffle"] = given["shuffle"]
        if given["validation_split"]:
            slicing = keras.src.trainers.data_adapters.array_slicing
            data = tuple(options.get(name) for name in ("x", "y", "sample_weight"))
            training, _ = slicing.train_validation_split(
                data, validation_split=given["validation_split"]
            )
            options |= dict(zip(("x", "y", "sample_weight"), training))
    if call.method.endswith("_on_batch"):
        options["batch_size"] = len(keras.tree.flatten(given["x"])[0])
    return options


def comparison_of(document: Document, arrays: dict[str, Array]) -> Comparison:
    """The object that `compare` returned in the other process."""
    steps = [
        Step(
            step["number"],
            step["samples"],
            [
                Entry(
                    **{
                        **entry,
                        "shape": tuple(entry["shape"]),
                        "distances": Distances(**_numbers(entry["distances"])),
                        "opinion": entry["opinion"] and Opinion(**_numbers(entry["opinion"])),
                    }
                )
                for entry in step["entries"]
            ],
        )
        for step in document["steps"]
    ]
    given = [document["reproducer"], *document["more_reproducers"]]
    made = [
        found
        and Reproducer(
            **found | {"arrays": {n: arrays[f"more {i}/{n}" if i else n] for n in found["arrays"]}}
        )
        for i, found in enumerate(given)
    ]
    rest = {name: document[name] for name in ("configuration", "form", "not_mirrored", "options")}
    return Comparison(
        Verdict(**_numbers(document["verdict"])),
        steps,
        reproducer=made[0],
        more_reproducers=made[1:],
        versions=document["versions"],
        **rest,
    )


def _numbers(found: dict[str, Any]) -> dict[str, Any]:
    """The numbers that JSON could not write."""
    written = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}
    return {k: written.get(v, v) if isinstance(v, str) else v for k, v in found.items()}
