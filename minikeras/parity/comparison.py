"""Compares two runs: every difference, and whether all are within the tolerance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.parity import configuration
from minikeras.parity.distance import largest_number, measure, relative_difference, ulp_distance
from minikeras.parity.runs import Run
from minikeras.types import Array

# Of the loss and every metric.
RELATIVE_TOLERANCE = {"float64": 1e-10, "float32": 1e-5}
# The same in float32, if verbose=2 prints the same lines: the order of summation changes the
# rounding, and training amplifies this.
SAME_LINES_TOLERANCE = 1e-3
# Of a weight or a prediction, relative to the largest number of its array, but at least to LEAST of
# the largest of its layer; of a slot, to the largest of its kind. docs/parity.md measures them.
WEIGHT_TOLERANCE = {"float64": 1e-9, "float32": 1e-4}
LEAST = 1e-3
# A weight that rounding noise moves has squares of gradients below this part of the largest.
NOISE = {"float64": 1e-24, "float32": 1e-10}
# In learning rates: a step of Adam or RMSprop is at most √10, and two runs may step apart.
FARTHEST_STEP = 2 * math.sqrt(10)

# What is compared, in this order: the first that differs gives the reason of the verdict.
KINDS = {
    "configuration": "the configurations differ",
    "form": "the two runs differ in form",
    "initial weights": "the initial weights differ",
    "curves": "the curves differ",
    "evaluations": "the evaluations differ",
    "predictions": "the predictions differ",
    "final weights": "the final weights differ",
    "optimizers": "the final states of the optimizers differ",
    "steps": "the steps differ",
}

Document = dict[str, Any]


class NothingToCompare(Exception):
    """Neither run called fit, evaluate or predict, or made a model."""


def compare(ours: Run, theirs: Run, **about: Any) -> Document:
    """The comparison of two runs in types of JSON; `about` is added unchanged."""
    return {**about, **_Comparison(ours, theirs).document()}


def add_lockstep(verdict: Document, location: Document) -> None:
    """Steps that differ by more than rounding change the verdict, whatever the curves say.

    Those that Keras took with the user's own setting do not: the verdict is about the other one.
    """
    forced = location["forced"]
    if forced and not forced["verdict"]["same"] and not location["as_user"]:
        reason = f"{location['call']} {forced['verdict']['reason']}"
        verdict["differences"]["steps"].append(reason)
        if verdict["same"]:
            verdict |= {"same": False, "decided_by": "steps", "reason": reason}


class _Comparison:
    """Compares part by part, and collects by kind what differs by more than it may."""

    def __init__(self, ours: Run, theirs: Run) -> None:
        self.ours, self.theirs = ours, theirs
        self.floatx: str = theirs.found["floatx"]
        self.precision = self.floatx if self.floatx in RELATIVE_TOLERANCE else "float32"
        self.tolerance = RELATIVE_TOLERANCE[self.precision]
        self.weight_tolerance = WEIGHT_TOLERANCE[self.precision]
        self.differences: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.largest: dict[str, float] = {}  # relative difference, by kind
        self.seen: set[tuple[str, str]] = set()  # curves of which a difference is already named
        self.noise = _noise_weights(ours, theirs, NOISE[self.precision], self.weight_tolerance)
        self.has_loops = any(run.found.get("loops", False) for run in (ours, theirs))
        self.same_bits = True  # of all logs, results and arrays

    def document(self) -> Document:
        compared = {
            "fits": self._compare_entries("fits", self._fit),
            "evaluations": self._compare_entries("evaluations", self._evaluation),
            "predictions": self._compare_entries("predictions", self._prediction),
            "models": self._compare_entries("models", self._model),
            "optimizers": self._compare_entries("optimizers", self._optimizer),
        }
        if not any(compared.values()) and not self.differences["form"]:
            raise NothingToCompare(
                "the script made no model and called neither fit, evaluate nor predict"
            )
        runs = (self.ours, self.theirs)
        return {
            "floatx": self.floatx,
            "verdict": self._verdict(compared["fits"]),
            **compared,
            "loops": self.has_loops,
            "times": {run.framework: _times(run) for run in runs},
            "versions": {run.framework: run.found["versions"] for run in runs},
        }

    def _compare_entries(
        self, what: str, compare: Callable[[int, str, dict[str, Any], dict[str, Any]], Document]
    ) -> list[Document]:
        """Compare the entries of both runs in order, their configurations first."""
        sides = self.ours.found[what], self.theirs.found[what]
        if len(sides[0]) != len(sides[1]):
            counts = [f"{len(side)} {what}" for side in sides]
            self._differ("form", f"{counts[0]} in minikeras, {counts[1]} in Keras")
        documents = []
        for index, (a, b) in enumerate(zip(*sides)):
            alike = [i for i, entry in enumerate(sides[1]) if entry["label"] == b["label"]]
            label = b["label"] + (f" {alike.index(index) + 1}" if len(alike) > 1 else "")
            for found in configuration.differences(a["configuration"], b["configuration"], ""):
                name = found.removeprefix(".")
                call, _, rest = name.partition(".")
                self._differ("configuration", f"{label}.{rest}" if call == "call" else name)
            documents.append(compare(index, label, a, b))
        return documents

    def _differ(self, kind: str, what: str) -> None:
        if what not in self.differences[kind]:
            self.differences[kind].append(what)

    def _fit(self, _: int, label: str, a: dict[str, Any], b: dict[str, Any]) -> Document:
        unit = "epoch" if b["label"] == "fit" else "call"
        if a["raised"] != b["raised"]:
            only = "minikeras" if a["raised"] else "Keras"
            self._differ("form", f"{label} raised an error in {only} only")
        if a["epochs"] != b["epochs"]:
            ran = [f"{unit}s {_epoch_range(side['epochs'])}" for side in (a, b)]
            self._differ("form", f"{label} ran {ran[0]} in minikeras, {ran[1]} in Keras")
        same_lines = None if b["lines"] is None else a["lines"] == b["lines"]
        excused = same_lines and self.floatx != "float64"
        tolerance = SAME_LINES_TOLERANCE if excused else self.tolerance
        rows = []
        for epoch, one, other in zip(b["epochs"], a["logs"], b["logs"]):
            where = f", {unit} {epoch + 1}"
            metrics = self._logs("curves", label, where, one, other, tolerance)
            rows.append({"epoch": epoch + 1, "metrics": metrics})
        return {
            "label": label,
            "unit": unit,
            "model": b["model"],
            "metrics": sorted(
                {name for row in rows for name in row["metrics"]}, key=_reading_order
            ),
            "epochs": rows,
            "lines": {"minikeras": a["lines"], "keras": b["lines"]},
            "same_lines": same_lines,
        }

    def _evaluation(self, _: int, label: str, a: dict[str, Any], b: dict[str, Any]) -> Document:
        metrics = self._logs("evaluations", label, "", a["result"], b["result"], self.tolerance)
        return {"label": label, "model": b["model"], "metrics": metrics}

    def _logs(
        self,
        kind: str,
        label: str,
        where: str,
        ours: dict[str, float],
        theirs: dict[str, float],
        tolerance: float,
    ) -> Document:
        for name in sorted(ours.keys() ^ theirs.keys()):
            only = "minikeras" if name in ours else "Keras"
            self._differ("form", f"{label}{where}: only {only} has {name!r}")
        found = {}
        for name in sorted(ours.keys() & theirs.keys(), key=_reading_order):
            relative = float(relative_difference(ours[name], theirs[name]))
            self.same_bits &= np.float64(ours[name]).tobytes() == np.float64(theirs[name]).tobytes()
            found[name] = {
                "minikeras": ours[name],
                "keras": theirs[name],
                "relative": relative,
                "ulp": int(ulp_distance(ours[name], theirs[name], self.precision)),
            }
            allowed = math.inf if (label, name) in self.seen else tolerance
            if self._judge(kind, f"{label}{where}, {name}", relative, allowed):
                self.seen.add((label, name))
        return found

    def _judge(self, kind: str, what: str, relative: float, tolerance: float) -> bool:
        """Whether a difference is too large; if so, it is named."""
        self.largest[kind] = max(self.largest.get(kind, 0.0), relative)
        if relative > tolerance:
            self._differ(kind, f"{what}: {relative:.1e} apart, tolerance {tolerance:g}")
        return relative > tolerance

    def _model(self, index: int, label: str, a: dict[str, Any], b: dict[str, Any]) -> Document:
        """Weights: the initial ones must have the same bits, the final ones may differ a little.

        Rounding noise that an optimizer has amplified says nothing about a run, if other weights
        are rounded differently too. The moving mean of a batch normalization may follow a bias.
        """
        document = self._arrays("models", index, a, b, _layer, LEAST)
        noise = self._moved_by_noise([v for v in document["variables"] if v["final"]])
        for variable in document["variables"]:
            initial, final, path = variable["initial"], variable["final"], variable["path"]
            if initial and not initial["equal"]:
                self._differ("initial weights", f"{path}: {_bits_differ(initial)}")
            variable["noise"] = id(variable) in noise
            if final and not variable["noise"]:
                self._judge("final weights", path, final["relative"], self.weight_tolerance)
        return document

    def _moved_by_noise(self, variables: list[Document]) -> set[int]:
        """The identities of the variables that differ because of rounding noise."""
        bounds = [self.noise.get(v["path"].replace("/", "_"), 0.0) for v in variables]
        if all(v["final"]["equal"] for v, bound in zip(variables, bounds) if not bound):
            return set()
        noise = [v for v, b in zip(variables, bounds) if 0 < v["final"]["absolute"] <= b]
        for mean in [v for v in variables if v["path"].endswith("/moving_mean")]:
            moved = [v["final"]["absolute"] for v in noise if v["shape"] == mean["shape"]]
            if 0 < mean["final"]["absolute"] <= max(moved, default=0.0):
                noise.append(mean)
        return {id(v) for v in noise}

    def _optimizer(self, index: int, label: str, a: dict[str, Any], b: dict[str, Any]) -> Document:
        return self._judged("optimizers", self._arrays("optimizers", index, a, b, _slot))

    def _prediction(self, index: int, label: str, a: dict[str, Any], b: dict[str, Any]) -> Document:
        found = self._arrays("predictions", index, a, b, lambda path: path)
        return self._judged("predictions", found, f"{label}, ")

    def _judged(self, kind: str, document: Document, where: str = "") -> Document:
        for found in document["variables"]:
            if found["final"]:
                relative = found["final"]["relative"]
                self._judge(kind, where + found["path"], relative, self.weight_tolerance)
        return document

    def _arrays(
        self,
        what: str,
        index: int,
        a: dict[str, Any],
        b: dict[str, Any],
        group: Callable[[str], str],
        floor: float = 1.0,
    ) -> Document:
        """Every array of an entry.

        A difference is relative to the largest number of the array, but at least to `floor` of the
        largest of its group.
        """
        if a["paths"] != b["paths"]:
            only = [[p for p in x["paths"] if p not in y["paths"]] for x, y in ((a, b), (b, a))]
            self._differ(
                "form", f"{b['name']} holds {only[0]} in minikeras only, {only[1]} in Keras only"
            )
            return {"name": b["name"], "class": b["class"], "variables": []}
        sides = {
            stage: [run.arrays_of(what, index, stage) for run in (self.ours, self.theirs)]
            for stage in ("initial", "final")
        }
        sizes = _sizes(b["paths"], sides["final"][1], group)
        variables = []
        for i, path in enumerate(b["paths"]):
            variable: Document = {"path": path, "shape": None, "dtype": None}
            for stage in ("initial", "final"):
                one, other = (side[i] for side in sides[stage])
                variable[stage] = None
                if one is None or other is None:
                    continue
                variable |= {"shape": list(other.shape), "dtype": str(other.dtype)}
                if (one.shape, one.dtype) != (other.shape, other.dtype):
                    forms = [f"{side.dtype} {side.shape}" for side in (one, other)]
                    self._differ("form", f"{path}: {forms[0]} in minikeras, {forms[1]} in Keras")
                    continue
                size = max(largest_number(other), floor * sizes[group(path)])
                variable[stage] = measure(one, other, size)
                self.same_bits &= variable[stage]["equal"]
            variables.append(variable)
        return {"name": b["name"], "class": b["class"], "variables": variables}

    def _verdict(self, fits: list[Document]) -> Document:
        decided_by = next((kind for kind in KINDS if self.differences[kind]), None)
        lines = [fit["same_lines"] for fit in fits if fit["same_lines"] is not None]
        same_lines = all(lines) if lines else None
        return {
            "same": decided_by is None,
            "decided_by": decided_by,
            "reason": self._reason(decided_by, bool(same_lines)),
            "differences": self.differences,
            "largest_relative_differences": self.largest,
            "same_lines": same_lines,
            "tolerance": self.tolerance,
            "weight_tolerance": self.weight_tolerance,
        }

    def _reason(self, decided_by: str | None, same_lines: bool) -> str:
        if decided_by:
            found = self.differences[decided_by]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            return f"{KINDS[decided_by]}: {found[0]}{more}"
        if not any(self.largest.values()):
            bits = "bit for bit" if self.same_bits else "but not bit for bit"
            if self.largest.keys() & {"curves", "evaluations", "predictions"}:
                return f"configurations, initial weights and all results are equal, {bits}"
            how = "; --locate compares the steps of its loop" if self.has_loops else ""
            return (
                f"the weights are equal, {bits}. The script called neither fit, evaluate nor "
                f"predict; what it prints is not compared{how}"
            )
        parts = ["configurations and initial weights are equal"]
        if same_lines:
            parts.append(
                "the epoch lines printed by fit(verbose=2) are identical except for the timings"
            )
        apart = ", ".join(f"{kind} {worst:.1e}" for kind, worst in self.largest.items() if worst)
        return "; ".join([*parts, f"largest relative differences: {apart}"])


def _sizes(
    paths: list[str], arrays: list[Array | None], group: Callable[[str], str]
) -> dict[str, float]:
    """The largest number of each group."""
    sizes: dict[str, float] = {}
    for path, array in zip(paths, arrays):
        sizes[group(path)] = max(sizes.get(group(path), 0.0), largest_number(array))
    return sizes


def _noise_weights(ours: Run, theirs: Run, part: float, tolerance: float) -> dict[str, float]:
    """The weights that rounding noise moves, and how far apart it can have moved them.

    Adam and RMSprop divide a gradient by the root of its mean square, the slot `velocity`. So they
    make steps of usual size of the gradient of a bias before a batch normalization, which is noise.
    Noise is below `part` of the largest velocity, and differs between the runs by more than
    `tolerance` of itself. The paths of the weights have underscores.
    """
    found = {}
    for index, (a, b) in enumerate(zip(ours.found["optimizers"], theirs.found["optimizers"])):
        if a["paths"] != b["paths"]:
            continue
        sides = [
            dict(zip(b["paths"], run.arrays_of("optimizers", index))) for run in (ours, theirs)
        ]
        velocities = [path for path in b["paths"] if _slot(path) == "velocity"]
        largest = max((largest_number(sides[1][path]) for path in velocities), default=0.0)
        for path in velocities:
            one, other = (side[path] for side in sides)
            if one is None or other is None or (one.shape, one.dtype) != (other.shape, other.dtype):
                continue
            size = largest_number(other)
            if 0 < size < part * largest and measure(one, other, size)["relative"] > tolerance:
                weight = path.partition("/")[2].removesuffix("_velocity")
                found[weight] = FARTHEST_STEP * _learning_rates(b, sides[1])
    return found


def _learning_rates(optimizer: dict[str, Any], variables: dict[str, Array | None]) -> float:
    """Iterations times the larger of the first and the last learning rate; 0 if unknown."""
    first = optimizer["configuration"].get("optimizer", {}).get("learning_rate", 0.0)
    if isinstance(first, dict):  # a schedule
        first = first.get("initial_learning_rate", 0.0)
    known = {path.rpartition("/")[2]: x for path, x in variables.items() if x is not None}
    return float(known.get("iteration", 0)) * max(first, float(known.get("learning_rate", 0.0)))


def _bits_differ(initial: Document) -> str:
    far = (
        ""
        if initial["ulp"] is None
        else f" by up to {initial['absolute']:.1e}, {initial['ulp']} ULP"
    )
    return f"the bits differ{far}"


def _layer(path: str) -> str:
    return path.rpartition("/")[0]


def _slot(path: str) -> str:
    """`momentum` of `adam/dense_kernel_momentum`: slots of one kind have one size."""
    return path.rpartition("_")[2]


def _epoch_range(epochs: list[int]) -> str:
    return f"{epochs[0] + 1} to {epochs[-1] + 1}" if epochs else "none"


def _reading_order(name: str) -> tuple[bool, str]:
    return name.startswith("val_"), name


def _times(run: Run) -> dict[str, float | None]:
    return {
        "import": run.found["import_seconds"],
        "first_epoch": run.first_epoch_seconds,
        "step": run.step_seconds,
    }
